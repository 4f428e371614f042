"""The head and foot of a document: title, region, number, issuing body, date of issue."""

import re
from dataclasses import dataclass, field
from datetime import date

from .dates import squeeze
from .lines import Paragraph
from .numbering import starts_numbered
from .region import region_of
from .signatures import ORGAN, SIGN_STOP, all_organs, day_of, han_date, organ_text, organs_above

_NUMBER = re.compile(
    r"(?P<n>[\u4e00-\u9fffA-Za-z]{1,14}\s*[〔\[【(（﹝]\s*(?:19|20)" r"\d{2}\s*[〕\]】)）﹞]\s*(?:第)?\d{1,4}\s*号)"
)

_TITLE_END = re.compile(
    r"(?:方案|规划|通知|意见|计划|办法|要点|清单|细则|分工|决定|安排|措施|行动|预案|部署|规定|制度|责任书|"
    r"任务书|纲要|分解|路线图|分工表|分解表|实施方案|工作方案|举措|条|指南|章程|通告|公告|批复|函)"
    r"(?:[（(](?:试行|草案|征求意见稿|讨论稿|送审稿|修订稿|暂行|\d{4}.{0,12}年?.{0,4})"
    r"[)）])?(?:[（(][^（）()]{1,20}[)）])?的?(?:通知)?$"
)

_DATE = re.compile(
    r"^[（(]?\s*(?:19|20|二[〇○零]|二0)"
    r"[\d〇○零一二三四五六七八九]{2}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日\s*(?:印发)?[)）]?$"
)

_SIGNED = re.compile(
    r"^(?P<o>[\u4e00-\u9fff（）()\s]{4,60}?)\s+(?P<d>(?:19|20|二[〇○零])"
    r"[\d〇○零一二三四五六七八九]{2}\s*年.{1,6}月.{1,4}日)$"
)

_TAIL_DATE = re.compile(r"((?:19|20)\d{2}年\d{1,2}月\d{1,2}日)印发")

_FILE_HEAD = re.compile(r"^(?P<o>[\u4e00-\u9fff]{4,40}?)文件$")


@dataclass(slots=True)
class Head:
    """Title, region, issuer, number and date; and the lines that they stand on."""

    title: str | None = None
    region: str | None = None
    issuer: str | None = None
    document_number: str | None = None
    issued_on: date | None = None
    used: set[int] = field(default_factory=set)
    title_lines: list[int] = field(default_factory=list)


def read_head(paragraphs: list[Paragraph]) -> Head:
    """Read head and foot."""
    head = Head()
    _number(head, paragraphs)
    _titles(head, paragraphs)
    _imprint(head, paragraphs)
    _signature(head, paragraphs)
    _fallbacks(head, paragraphs)
    head.region = region_of(head.title) or region_of(head.issuer)
    return head


def _number(head: Head, paragraphs: list[Paragraph]) -> None:
    for paragraph in paragraphs[:15]:
        found = _NUMBER.search(squeeze(paragraph.text))
        if found and len(squeeze(paragraph.text)) <= len(found["n"]) + 16 and not paragraph.text.endswith("。"):
            head.document_number = found["n"]
            head.used.add(paragraph.line)
            return


def _is_title(text: str) -> bool:
    return (
        bool(_TITLE_END.search(text))
        and text.count("《") == text.count("》")
        and not text.endswith("。")
        and 4 <= len(text) <= 90
        and not starts_numbered(text)
    )


_COVERS = re.compile(r"印发给你们|现予印发|现将.{2,60}印发|请(?:认真|遵照|结合实际).{0,10}(?:贯彻|执行|组织实施)")
_ISSUER = re.compile(r"^(?P<o>.{3,40}?(?:政府|委员会|办公室|办|局|领导小组|指挥部|县委|区委|市委))(?:、.{3,30}?)?关于")
_Title = tuple[str, list[Paragraph]]


def _titles(head: Head, paragraphs: list[Paragraph]) -> None:
    """The plan's own title: under a covering notice it is the second."""
    found = _find_titles(head, paragraphs)
    if not found:
        _first_line(head, paragraphs)
        return
    head.title, lines = found[-1]
    head.title_lines = [piece.line for piece in lines]
    cover, pieces = found[0]
    texts = [re.sub(r"\s+", "", piece.text) for piece in pieces]
    organs = [text for text in texts if ORGAN.match(text) and "关于" not in text]
    issuer = _ISSUER.match(cover)
    if organs:
        head.issuer = "、".join(organs)
    elif issuer:
        head.issuer = _two_bodies(pieces) or issuer["o"]


def _two_bodies(pieces: list[Paragraph]) -> str | None:
    """Two bodies before 关于, parted by a blank only."""
    before = " ".join(piece.text for piece in pieces).partition("关于")[0].split()
    return (
        "、".join(before) if len(before) > 1 and all(len(word) > 3 and ORGAN.match(word) for word in before) else None
    )


def _find_titles(head: Head, paragraphs: list[Paragraph]) -> list[_Title]:
    found: list[_Title] = []
    pieces: list[Paragraph] = []
    covered = False
    for paragraph in paragraphs[:60]:
        text = re.sub(r"\s+", "", paragraph.text)
        if paragraph.line in head.used or paragraph.table or _DATE.match(paragraph.text):
            pieces = []
            continue
        numbered = starts_numbered(text)
        if numbered and found and not covered:
            break
        if numbered or len(text) > 70 or re.search(r"[。；：:]$", text) or _FILE_HEAD.match(text):
            pieces = []
            covered = covered or bool(_COVERS.search(text))
            continue
        pieces = [*pieces[-3:], paragraph]
        whole = _join_title(pieces)
        if whole and (covered or not found):
            found.append(_with_years(whole, paragraphs))
            head.used.update(piece.line for piece in found[-1][1])
            pieces = []
            if not _is_cover(whole[0]):
                break
    return found


_YEARS = re.compile(r"[（(](?:19|20)\d{2}年?[^。月]{1,12}[)）]")


def _with_years(title: _Title, paragraphs: list[Paragraph]) -> _Title:
    """The years of a plan may stand in a bracket on the line below its title."""
    text, pieces = title
    below = next((part for part in paragraphs if part.line > pieces[-1].last_line), None)
    if (
        below is None
        or below.table
        or not re.fullmatch(r"[（(](?:19|20)\d{2}年?[^。月]{1,12}[)）]", below.text.strip())
    ):
        return title
    return text + re.sub(r"\s+", "", below.text), [*pieces, below]


def _is_cover(title: str) -> bool:
    return bool(re.search(r"(?:印发|转发|下发|公布).*通知$", title))


def _join_title(pieces: list[Paragraph]) -> tuple[str, list[Paragraph]] | None:
    """The title that ends with the last piece; earlier short lines belong to it when they make one sentence with it."""
    last = re.sub(r"\s+", "", pieces[-1].text)
    if not _is_title(last) and not re.fullmatch(r"的?通知", last):
        return None
    parts = [pieces[-1]]
    for piece in reversed(pieces[:-1]):
        text = re.sub(r"\s+", "", piece.text)
        own = ORGAN.match(text) and not re.search(r"关于|推进|创建|开展", text)
        complete = "关于" in last or (not last.startswith("《") and region_of(last) is not None and len(last) > 8)
        if piece.last_line + 4 < parts[0].line or len(text) > 40 or _is_title(text):
            break
        if complete and not (own and "关于" in last):
            break
        parts.insert(0, piece)
        last = text + last
    return last, parts


def _first_line(head: Head, paragraphs: list[Paragraph]) -> None:
    for paragraph in paragraphs[:6]:
        text = re.sub(r"\s+", "", paragraph.text)
        if (
            paragraph.line not in head.used
            and not starts_numbered(text)
            and len(text) <= 60
            and not re.search(r"[。；：:]", text)
        ):
            if not paragraph.table and not _DATE.match(text):
                head.title, head.title_lines = text, [paragraph.line]
                head.used.add(paragraph.line)
            return


def _signature(head: Head, paragraphs: list[Paragraph]) -> None:
    """The body and the date at the foot: of the covering notice where there is one, else of the document."""
    for index, paragraph in enumerate(paragraphs):
        both = _SIGNED.match(paragraph.text.strip())
        if both and not paragraph.table and all_organs(re.sub(r"\s+", " ", both["o"])):
            head.issuer, head.issued_on = organ_text(re.sub(r"\s+", " ", both["o"])), day_of(both["d"])
            head.used.add(paragraph.line)
            return
        if not _DATE.match(paragraph.text) or paragraph.table:
            continue
        day = day_of(paragraph.text)
        if day is None:
            continue
        organs = organs_above(paragraphs, index)
        head.used.add(paragraph.line)
        if head.issued_on is None or organs:
            head.issued_on = head.issued_on or day
        if organs:
            head.used.update(line for _, line in organs)
            names = "、".join(name for name, _ in organs)
            if head.issuer is None or len(head.issuer) < len(names):
                head.issuer = names
            head.issued_on = day
            return
    if head.issued_on is None:
        _undated_signature(head, paragraphs)


_SENDER = re.compile(
    r"^(?:填报|制表|编制|报送|印发|发文)(?:单位|机关|部门)[：:]\s*(?P<o>[\u4e00-\u9fff“”（）()]{4,40}?)" r"(?=\s|$)"
)


_DAY_OR_ISSUED = re.compile(r"^(?:19|20)\d{2}年\d{1,2}月\d{1,2}日|(?:印发|发布|公布|制)$")


def _imprint(head: Head, paragraphs: list[Paragraph]) -> None:
    """A line under the title that tells body, number and date: （2024年4月2日 某某委员会印发）."""
    for paragraph in paragraphs[:8]:
        text = paragraph.text.strip()
        sender = _SENDER.match(text)
        if not sender and not re.fullmatch(r"[（(].{6,80}[)）]", text):
            continue
        words = [re.sub(_DAY_OR_ISSUED, "", word) for word in re.split(r"\s+", text.strip("（()）"))]
        organs = [word for word in words if ORGAN.match(word.replace("“", "").replace("”", "")) and len(word) > 3]
        day = day_of(text)
        if (
            not sender
            and (day is None or not organs)
            and not re.fullmatch(r"(?:19|20)\d{2}年\d{1,2}月\d{1,2}日", squeeze(text).strip("（()）"))
        ):
            continue
        head.used.add(paragraph.line)
        head.issued_on = head.issued_on or day
        number = _NUMBER.search(text)
        head.document_number = head.document_number or (squeeze(number["n"]) if number else None)
        if sender or organs:
            head.issuer = sender["o"] if sender else organs[0]


def _undated_signature(head: Head, paragraphs: list[Paragraph]) -> None:
    for paragraph in reversed(paragraphs[-3:]):
        text = re.sub(r"\s+", " ", paragraph.text.strip())
        if paragraph.table or SIGN_STOP.search(text) or starts_numbered(text) or paragraph.line in head.used:
            continue
        if all_organs(text) and len(text) >= 5 and re.search(r"政府|委员会|办公室|局$|室$|领导小组|指挥部", text):
            head.issuer = organ_text(text)
            head.used.add(paragraph.line)
            return


def _fallbacks(head: Head, paragraphs: list[Paragraph]) -> None:
    for paragraph in paragraphs[:8]:
        found = _FILE_HEAD.match(re.sub(r"\s+", "", paragraph.text))
        if found:
            head.used.add(paragraph.line)
            head.issuer = head.issuer or found["o"]
    if head.issuer is None and head.title_lines:
        for paragraph in paragraphs[:6]:
            text = re.sub(r"\s+", "", paragraph.text)
            if paragraph.line < head.title_lines[0] and ORGAN.match(text) and len(text) >= 5:
                head.issuer = text
                head.used.add(paragraph.line)
    for paragraph in paragraphs[-4:]:
        found = _TAIL_DATE.search(han_date(squeeze(paragraph.text)))
        if found:
            head.used.add(paragraph.line)
            head.issued_on = head.issued_on or day_of(found.group(1))
        elif re.match(r"^(?:抄送|主送|[（(]此件)", paragraph.text):
            head.used.add(paragraph.line)
