"""Leadership groups: reads who sits where, line by line."""

import re

from .dates import squeeze
from .errors import N_
from .findings import Role, Seat
from .group_names import ADJUSTED, FOUNDED, LIST_TITLE, OFFICE_HEAD, SUBGROUP, TOLD_SUBGROUP
from .labels import Label, read_label, unplaced_label
from .lines import Paragraph
from .nameless import Sitting
from .names import NAME, ends_with_post, reads_as_name
from .numbering import read_number
from .office import office_unit, spoken_seats
from .roll import OpenRow, OpenSeat, Roll
from .rosters import read_row
from .units import is_unit

_OF_OFFICE = re.compile(
    r"办公室(?:[（(]|.{0,12}设|.{0,4}主任)|^(?:领导小组|指挥部|联席会议|专班|委员会)(?:下设|办公室|不|设)"
)
_SENTENCE = re.compile(r"[。；！]$|[，,].*(?:要|应|负责|推进|加强)")


class Clerk(Roll):
    """Walks through the document and writes down who sits where."""

    def note_title(self, title: str) -> None:
        """A title may found a group: 关于成立某某领导小组的通知."""
        self._note_names(title, heading=True)

    def read(self, paragraph: Paragraph) -> None:
        """Read one paragraph."""
        text = paragraph.text
        number = read_number(text)
        body = number.rest if number else text
        self._note_names(body, heading=number is not None)
        label = read_label(self._duty_of_subgroup(body), in_office=self.in_office, with_chief=self.with_chief)
        if (
            self.role
            and number is None
            and (self._cut_list(paragraph, label) or (_bare(label, text) and self._post_tail(text)))
        ):
            self.use(paragraph)
            return
        if label and self._labelled(label, paragraph):
            self.use(paragraph)
            return
        if unplaced_label(body) and (self.role or self.pending):
            self.warn(paragraph.line, N_("“%(text)s”没有对应的席位，未列入。"), text)
            self.use(paragraph)
            return
        if self.role and number is None and self._continuation(paragraph):
            self.use(paragraph)
            return
        if self.role and number is not None and self._numbered_person(number.rest, paragraph):
            self.use(paragraph)
            return
        self._prose(paragraph)

    def _duty_of_subgroup(self, text: str) -> str:
        """Below the heading of a working group 牵头单位 is its leader and 责任单位 its members."""
        if not self.below_heading and not (
            self.current and self.current.name and SUBGROUP.match(self.current.name) and self.role
        ):
            return text
        text = re.sub(r"^(?:牵头|组长)(?:单位|部门)(?=\s*[：:])", "组长", text)
        return re.sub(r"^(?:责任|配合|参与|组成)(?:单位|部门)(?=\s*[：:])", "成员单位", text)

    def _note_names(self, text: str, *, heading: bool) -> None:
        bare = squeeze(text)
        if OFFICE_HEAD.match(bare):
            self.in_office, self.role = True, None
            return
        founded = FOUNDED.search(bare) or ADJUSTED.search(bare)
        if founded:
            self.in_office = False
            self.name(founded["name"])
            return
        told = TOLD_SUBGROUP.match(bare) if heading else None
        if told and (self.current is not None or self.pending):
            self.role, self.in_office = None, False
            self.name(told["name"])
            self.below_heading = self.pending is not None
            return
        titled = LIST_TITLE.match(bare)
        heads = (
            titled is not None
            and len(bare) <= 60
            and (re.search(r"名单|组成人员", bare) or heading or SUBGROUP.match(bare))
        )
        if titled and heads and not read_label(text, in_office=False, with_chief=False):
            self.in_office, self.role = False, None
            self.name(titled["name"])
            self.below_heading = heading and bool(SUBGROUP.match(bare)) and self.pending is not None

    def _labelled(self, label: Label, paragraph: Paragraph) -> bool:
        if label.word == "联系人" and self.role is None:
            return False
        rows = read_row(label.rest) if label.rest else []
        if not rows and re.search("[：:]", paragraph.text) and reads_as_name(label.rest):
            rows = [Sitting(label.rest, (), None)]
        if label.rest and not rows:
            return self._odd_row(label, paragraph)
        if not label.rest and not label.marked:
            return False
        if (
            not label.rest
            and label.word in ("主任", "副主任", "政委")
            and "：" not in paragraph.text
            and ":" not in paragraph.text
            and not self.role
        ):
            return False
        if label.word in ("总召集人", "总指挥"):
            self.begin_if_new("leader")
            self.with_chief = label.word == "总召集人"
        if label.office and not self.in_office and label.word in ("成员", "成员单位"):
            self.in_office = True
        self.role, self.open = label.role, None
        if not rows:
            self.begin_if_new(label.role)
        if self.in_office and label.role == "member":
            self.warn(paragraph.line, N_("办公室工作人员“%(text)s”没有对应的席位，未列入。"), label.rest or label.word)
            return True
        self._sit_row(label.role, rows, paragraph, label.rest)
        return True

    def _odd_row(self, label: Label, paragraph: Paragraph) -> bool:
        if not label.marked or ("：" not in paragraph.text and ":" not in paragraph.text):
            return False
        self.role = label.role
        spoken = spoken_seats(label.rest)
        for seat in spoken:
            if seat.sitting is not None:
                self.sit(seat.role, seat.sitting, paragraph.line)
        if not any(seat.sitting for seat in spoken):
            self.warn(paragraph.line, N_("“%(text)s”像是组成人员，但没有认出来。"), paragraph.text)
        return True

    def _continuation(self, paragraph: Paragraph) -> bool:
        """A line without label inside a list: the rest of a post, or the next person."""
        text = paragraph.text
        if self.role is None or (self.in_office and self.role == "member"):
            return False
        if self._post_tail(text):
            return True
        if len(text) > 400 or (_SENTENCE.search(text) and not re.search(rf"^{NAME}[\s（(]", text)):
            self.role = None
            return False
        rows = read_row(text)
        if not rows:
            if (
                len(text) <= 30
                and not re.search(r"[，。：:]", text)
                and self.current
                and self.current.seats
                and _posty(text)
            ):
                self.warn(paragraph.line, N_("“%(text)s”像是组成人员，但没有认出来。"), text)
                return True
            self.role = None
            return False
        self._sit_row(self.role, rows, paragraph, text)
        return True

    def _sit_row(self, role: Role, rows: list[Sitting], paragraph: Paragraph, text: str) -> None:
        start = len(self.group().seats)
        for row in rows:
            self.sit(role, row, paragraph.line_at(_offset(paragraph, row)), text)
        self.row = (
            OpenRow(text, paragraph.last_line, start) if rows and all(row.person is None for row in rows) else None
        )

    def _cut_list(self, paragraph: Paragraph, label: Label | None) -> bool:
        """A list of units or posts parted by 、 that ends without one was cut inside a word: put it together."""
        row = self.row
        self.row = None
        if row is None or label is not None or self.role is None or self.current is None:
            return False
        if _OF_OFFICE.search(squeeze(paragraph.text)):
            return False
        if (
            "、" not in row.text
            or row.text[-1] in "。；;、"
            or (_SENTENCE.search(paragraph.text) and "、" not in paragraph.text)
            or _own_row(row.text, paragraph.text)
        ):
            return False
        rows = read_row(row.text + paragraph.text)
        if not rows:
            return False
        before = {(seat.unit, seat.posts): seat.line for seat in self.current.seats[row.start :]}
        del self.current.seats[row.start :]
        cut = False
        for sitting in rows:
            known = before.get((sitting.unit, sitting.posts))
            line = known if known is not None else paragraph.line if cut else row.line
            cut = cut or known is None
            self.sit(self.role, sitting, line, paragraph.text)
        self.row = OpenRow(row.text + paragraph.text, paragraph.last_line, row.start)
        return True

    def _numbered_person(self, text: str, paragraph: Paragraph) -> bool:
        rows = read_row(text)
        if not rows or len(text) > 60 or self.role is None or not any(row.person or row.posts for row in rows):
            self.role = None
            return False
        for row in rows:
            self.sit(self.role, row, paragraph.line, text)
        return True

    def _post_tail(self, text: str) -> bool:
        last = self.open
        if last is None or last.seat.person is None or self.current is None or not self.current.seats:
            return False
        rows = read_row(text)
        if any(row.person for row in rows) or _SENTENCE.search(text) or len(text) > 60:
            return False
        if not last.complete or last.text.endswith(("、", "，", "兼")):
            joined = last.text + text
        elif not last.seat.posts and _posts_below(text, rows):
            joined = f"{last.seat.person}  {text}"
        elif last.long and ends_with_post(text) and not is_unit(text):
            joined = last.text + "、" + text
        else:
            return False
        whole = read_row(joined)
        if not whole or whole[-1].person != last.seat.person or not any(posting.post for posting in whole[-1].posts):
            return False
        seat = Seat(last.seat.role, last.seat.person, whole[-1].posts, last.seat.unit, last.seat.line)
        self.current.seats[-1] = seat
        self.open = OpenSeat(seat, joined, whole[-1].complete, len(text) >= 20)
        return True

    def _prose(self, paragraph: Paragraph) -> None:
        text = paragraph.text
        if "办公室" in text or "日常" in text:
            self._office(paragraph)
        for spoken in spoken_seats(text, in_office=self.in_office):
            if spoken.sitting is None:
                self.warn(paragraph.line_at(spoken.offset), N_("“%(text)s”像是组成人员，但没有认出来。"), spoken.missed)
                continue
            self.sit(spoken.role, spoken.sitting, paragraph.line_at(spoken.offset))
            self.found.used.add(paragraph.line)
        self.role, self.open = None, None

    def _office(self, paragraph: Paragraph) -> None:
        unit = office_unit(paragraph.text)
        if not unit:
            return
        if (
            self.current is None
            and not self.pending
            and not re.search(r"领导小组|指挥部|联席会议|专班|委员会", paragraph.text)
        ):
            return
        group = self.group()
        if group.name is None and self.pending:
            group.name, self.pending = self.pending, None
        if group.office_unit is None:
            group.office_unit = unit


def _bare(label: Label | None, text: str) -> bool:
    """A word such as 主任 alone on its line may be the rest of a post above."""
    return label is None or (not label.rest and "：" not in text and ":" not in text)


def _posts_below(text: str, rows: list[Sitting]) -> bool:
    """Whether a line is the posts of the person above, who has none: 县委副书记、县长."""
    return bool(rows) and ends_with_post(text) and not re.search(r"各|有关|相关|负责人|负责同志|领导$", text)


def _own_row(above: str, text: str) -> bool:
    """Whether a line below a list is a row of its own: a person, or a body below a post that is finished."""
    rows = read_row(text)
    if any(sitting.person for sitting in rows) and "、" not in text:
        return True
    return bool(rows) and ends_with_post(above) and bool(re.match(r"各|[省市区县州旗镇乡街村园]", text))


def _posty(text: str) -> bool:
    return ends_with_post(text) or is_unit(text) or bool(re.match(rf"^{NAME}\s", text))


def _offset(paragraph: Paragraph, row: Sitting) -> int:
    """Where a row stands in its paragraph, so that a list over several lines gives each seat its own."""
    words = [row.person, row.unit, *(posting.unit for posting in row.posts), *(posting.post for posting in row.posts)]
    for word in words:
        if word:
            pattern = r"\s*".join(re.escape(char) for char in word)
            found = re.search(pattern, paragraph.text)
            if found:
                return found.start()
    return 0
