"""Deadlines and cadences: by when, how often, and what stays in doubt."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from .dates import fill_span, find_points, find_span, squeeze
from .errors import N_
from .findings import Cadence
from .numbering import han_value

Recurring = Cadence | Literal["continuous"]

AMBIGUOUS = N_("“%(text)s”没有写明是月初还是月底（年初还是年底），时限留空，请核对。")
NO_YEAR = N_("“%(text)s”没有写明年份，时限留空，请核对。")
RELATIVE = N_("“%(text)s”是相对时限，没有折算成日期，请核对。")
IRREGULAR = N_("“%(text)s”不是按月、按季或按年的周期，请核对。")
SEVERAL = N_("有几个时限（%(text)s），取了最后一个，请核对。")
BOTH = N_("既有周期又有时限（%(text)s），按周期读，请核对。")
UNREAD = N_("时限“%(text)s”没有读懂，请核对。")
NO_SUCH_DAY = N_("“%(text)s”不是有效日期，时限留空，请核对。")

_M = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
_CONTINUOUS = re.compile(
    r"^(?:并)?(?:长期|持续|常年|全年|常态化|经常性|长期性|贯穿全年|贯穿始终)(?:坚持|推进|开展|实施|落实|"
    r"持续|执行|抓好|进行|性|任务|工作|化|推动|深化|巩固|保持|有效|做好)*(?:工作|任务)?$"
)
_LASTING = "(?:坚持|推进|开展|实施|进行|抓好|落实|做好|巩固|保持|运行|执行|推动|实行|管控|管护|监管)"
_CONTINUOUS_TAIL = re.compile(
    rf"(?:并|，|、|^)?(?:(?:长期|持续|常年|常态化|常态){_LASTING}|"
    r"长期有效)(?=[。；）)]|$)"
)
_EVENT = re.compile(
    r"(?:(?:19|20)\d{2}年)?(?:春季|秋季|春|秋|寒假|暑假|新)?(?:学期|学年|开学|汛期|入冬|供暖季|采暖季|"
    r"春节|国庆节?|中秋节?|元旦|五一|高考|中考|主汛期|换届)(?:开学|结束|末|到来)?(?:之)?前|(?:学期|学年)末"
)
_WORD_CADENCE = re.compile(
    r"^(?:按|逐|每个?)(?P<p>月|季度?|年度?)(?:度)?(?:推进|报送|调度|开展|落实|进行|完成|(?:至少)?(?:开展|"
    r"召开|报送|调度)?[一1]次|通报|上报)?$"
)
_MONTHLY = re.compile(r"每个?月(?:的)?(?:(?P<d>\d{1,2})[日号]|(?P<last>底|末|月底|月末|最后一[天日]))(?:之前|以前|前)?")
_QUARTERLY = re.compile(
    r"每(?:个)?季度?(?:(?P<end>末|底|结束|结束前|最后一[天日])(?!月|个月|次月)|(?:的)?(?:(?P<first>首月|"
    r"第一个月)|(?P<second>第二个月|次月|中间月)|(?P<third>末月|最后一个月|第三个月|末个月))"
    r"(?:的)?(?:(?P<d>\d{1,2})[日号]|(?P<last>底|末)))(?:之前|以前|前)?(?:[（(][^）)]*[)）])?"
)
_YEARLY = re.compile(
    rf"每年(?:的)?(?:(?P<m>{_M})月份?(?:(?P<d>\d{{1,2}})[日号]|(?P<last>底|末))(?:之前|以前|前)?|"
    rf"(?P<yend>年?[底末终]|年底)(?:之前|以前|前)?)"
)
_YEARLY_VAGUE = re.compile(rf"每年(?:的)?{_M}月份?(?:之前|以前|前)?")
_IRREGULAR = re.compile(r"每(?:周|旬|天|日|半年|半月|两月|学期|学年|两年|三年|双月)(?:[末底前内]|至少|[一二两\d]次)?")
_RELATIVE = re.compile(
    r"(?:(?:自|从|方案)?[\u4e00-\u9fff]{0,10}?(?:之日)?起)?(?<![第\d.])(?:\d{1,3}|"
    r"[一二三四五六七八九十两]{1,3})(?:个)?(?:年|月|工作日|周|天|日|小时)(?:以)?内"
)
_FREE_WORD = re.compile(
    r"^(?:立行立改|立即|即时|随时|按时|适时|近期|尽快|已完成|按规定时限|按时序推进|根据.{0,12}要求.{0,8}|"
    r"按.{2,14}(?:要求|时限|时间|进度|部署).{0,6}|—+|－+|-+|/|无)$"
)
_BEFORE = re.compile(r"^(?:之前|以前|前)(?!期|后|列|沿|提|来|往|端)")
_LEAD = re.compile(r"(?:到|至|不迟于|不晚于|力争)$")
_START = re.compile(r"(?:自|从|截至|截止|截止到|经|于)$")
_BEGIN = re.compile(r"^(?:起|以来|开始|以后|之后|后|始|印发|出台|颁布|下发|发布|制定|生均|版|修订)")
_DONE = re.compile(
    r"^(?:内|期间|之内|以内)?(?:[，,])?(?:全面|全部|基本|力争|确保|如期|按期|必须|要)?(?:完成|建成|实现|"
    r"投用|投入使用|竣工|达到|达标|启用|办结|做到|验收|开工|交付|启动|全覆盖|覆盖|完工|通车|销号)(?!的)"
)
_PAST = re.compile(r"^(?:末|底)?[，,]?(?:我[省市区县]|全[省市区县])?[^，。；]{0,6}(?:已|共|曾|荣获|被|先后|累计)")


@dataclass(slots=True)
class Deadline:
    """When a task falls due, as far as the text says."""

    due_on: date | None = None
    text: str | None = None
    cadence: Recurring | None = None
    doubts: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self.text is not None


@dataclass(frozen=True, slots=True)
class Dated:
    """One date by which something is to be reached, with its place in the text."""

    due_on: date | None
    text: str
    start: int
    end: int
    doubt: str | None


def cadence_in(text: str) -> tuple[Cadence, str] | None:
    """A cadence with its day, printed in a squeezed text."""
    found = _MONTHLY.search(text)
    if found:
        return Cadence("month", None, "last" if found["last"] else int(found["d"])), found.group()
    found = _QUARTERLY.search(text)
    if found:
        if found["end"]:
            return Cadence("quarter", None, "last"), found.group()
        month = 1 if found["first"] else 2 if found["second"] else 3
        return Cadence("quarter", month, "last" if found["last"] else int(found["d"])), found.group()
    found = _YEARLY.search(text)
    if found:
        if found["yend"]:
            return Cadence("year", 12, "last"), found.group()
        return Cadence("year", han_value(found["m"]), "last" if found["last"] else int(found["d"])), found.group()
    return None


def dated_points(text: str, year: int | None) -> list[Dated]:
    """Every “by then” of a squeezed running text; beginnings and past facts are left out."""
    found: list[Dated] = []
    for point in find_points(text, year):
        head, tail = text[max(0, point.start - 12) : point.start], text[point.end : point.end + 40]
        before = _BEFORE.match(tail)
        lead = _LEAD.search(head)
        if re.search(r"每(?:个)?$|每年的?$", head) or (_START.search(head) and not before and not head.endswith("于")):
            continue
        past = _PAST.match(tail)
        if not before and (_BEGIN.match(tail) or (past and not (lead and past.group().endswith("累计")))):
            continue
        done = _DONE.match(tail)
        if not (
            before
            or done
            or (lead and not re.match(r"[\d.]*%", tail))
            or point.kind.endswith("_end")
            or (point.kind == "day" and done)
        ):
            continue
        end = point.end + (len(before.group()) if before else 0)
        printed = text[point.start : end]
        doubt = None
        due = point.last
        if before and not point.sharp:
            due, doubt = None, AMBIGUOUS
        elif due is None:
            doubt = NO_YEAR if point.year is None else NO_SUCH_DAY
        found.append(Dated(due, printed, point.start, end, doubt))
    return found


def read_value(text: str, year: int | None) -> Deadline:
    """Read the value of a deadline label or a table cell, where the whole text is about time."""
    bare = squeeze(text).strip("。；;，,、：: ")
    result = Deadline(text=bare or None)
    if not bare:
        return result
    regular = cadence_in(bare)
    word = _WORD_CADENCE.match(bare)
    if regular:
        result.cadence = regular[0]
        return result
    if _CONTINUOUS.match(bare):
        result.cadence = "continuous"
        return result
    if word:
        every: Literal["month", "quarter", "year"] = {"月": "month", "季": "quarter", "年": "year"}[word["p"][0]]  # type: ignore[assignment]
        result.cadence = Cadence(every, 12 if every == "year" else None, "last")
        return result
    _value_date(result, bare, year)
    if result.due_on is None and not result.doubts and not _FREE_WORD.match(bare):
        kind = IRREGULAR if _IRREGULAR.search(bare) else RELATIVE if _RELATIVE.search(bare) else UNREAD
        result.doubts.append((kind, bare))
    if re.search(rf"(?:持续|长期|常态化){_LASTING}?$", bare) and result.due_on is None:
        result.cadence = "continuous"
        result.doubts.clear()
    return result


def _value_date(result: Deadline, bare: str, year: int | None) -> None:
    dated = dated_points(bare, year)
    span = find_span(bare, year)
    if len(dated) > 1:
        _latest(result, dated, keep_text=True)
    elif dated and (span is None or span.ends_on is None or dated[0].doubt):
        result.due_on = dated[0].due_on
        if dated[0].doubt:
            result.doubts.append((dated[0].doubt, bare))
    elif span is not None:
        result.due_on = span.ends_on
        if span.doubt == "before":
            result.doubts.append((AMBIGUOUS, bare))
        elif span.doubt:
            result.doubts.append((NO_YEAR if span.doubt == "year" else NO_SUCH_DAY, bare))
        later = [point.last for point in find_points(fill_span(bare), year) if point.last]
        if later and result.due_on and max(later) > result.due_on:
            result.due_on = max(later)
            result.doubts.append((SEVERAL, bare))


def _latest(result: Deadline, dated: list[Dated], *, keep_text: bool = False) -> None:
    certain = [item for item in dated if item.due_on is not None]
    for item in dated:
        if item.doubt:
            result.doubts.append((item.doubt, item.text))
    if certain:
        last = max(certain, key=lambda item: item.due_on or date.min)
        result.due_on = last.due_on
        if not keep_text:
            result.text = last.text
        if len({item.due_on for item in certain}) > 1:
            result.doubts.append((SEVERAL, "、".join(item.text for item in certain)))
    elif not keep_text:
        result.text = dated[0].text


def in_running_text(text: str, year: int | None) -> Deadline:
    """Read the deadline of a sentence that speaks of other things too."""
    bare = squeeze(text)
    result = Deadline()
    dated = dated_points(bare, year)
    regular = cadence_in(bare)
    if dated and regular and bare.index(regular[1]) < dated[0].start:
        both = "、".join([regular[1], *(item.text for item in dated)])
        return Deadline(None, regular[1], regular[0], [(BOTH, both)])
    if dated:
        _latest(result, dated)
        return result
    return _eventual(bare) or _recurring(bare) or _relative(bare) or result


def _eventual(bare: str) -> Deadline:
    """“秋季开学前”: a clerk knows the day, the text does not."""
    event = _EVENT.search(bare)
    return Deadline(None, event.group(), None, [(UNREAD, event.group())]) if event else Deadline()


def _recurring(bare: str) -> Deadline:
    regular = cadence_in(bare)
    if regular:
        return Deadline(None, regular[1], regular[0])
    vague = _YEARLY_VAGUE.search(bare)
    if vague and vague.group().endswith("前"):
        return Deadline(None, vague.group(), None, [(AMBIGUOUS, vague.group())])
    lasting = _CONTINUOUS_TAIL.search(bare)
    if lasting:
        return Deadline(None, lasting.group().strip("，、并"), "continuous")
    return Deadline(None, "常态化", "continuous") if re.search(r"常态化[。；]?$", bare) else Deadline()


def _relative(bare: str) -> Deadline:
    """“三年内”; but not “3个工作日内”, which is how long an act may take."""
    found = _RELATIVE.search(bare)
    if (
        found
        and re.search(r"年(?:以)?内$|个月(?:以)?内$|月内$|起", found.group())
        and not re.search(r"[至到在过]$", bare[: found.start()])
        and not re.search("收到|接到|受理|发现|立案|登记", found.group())
        and not re.match(r"^.{0,4}(?:以来|来)", bare[found.end() :])
    ):
        return Deadline(None, found.group(), None, [(RELATIVE, found.group())])
    return Deadline()


def is_time_value(text: str) -> bool:
    """Whether a bracket or a cell holds nothing but a time."""
    bare = squeeze(text).strip("。；;，,、：: ")
    if not bare or len(bare) > 30:
        return False
    if _CONTINUOUS.match(bare) or (cadence_in(bare) and len(bare) <= 24):
        return True
    span = find_span(bare, 2000)
    left = (
        re.sub(
            r"[前底末止完成内起至到—\-–~～以之启动建成投用全年全面力争确保]", "", bare[: span.start] + bare[span.end :]
        )
        if span
        else bare
    )
    return span is not None and len(left) <= 1
