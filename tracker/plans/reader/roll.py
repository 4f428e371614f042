"""The roll of groups: which group is being written down, and who has been written into it so far."""

from dataclasses import dataclass, field

from .findings import Doubtful, Group, Role, Seat, warning
from .group_names import GENERIC_NAMES, tidy_name
from .lines import Paragraph
from .nameless import Sitting


@dataclass(slots=True)
class GroupsFound:
    """What the group rules found, and the lines that they used up."""

    groups: list[Group] = field(default_factory=list)
    warnings: list[Doubtful] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    listed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class OpenSeat:
    """A seat still open for a post that wraps to the next line."""

    seat: Seat
    text: str
    complete: bool
    long: bool


@dataclass(slots=True)
class OpenRow:
    """The last row of units or posts, should the next line go on with it."""

    text: str
    line: int
    start: int


class Roll:
    """Keeps the groups of a document and writes seats into them."""

    def __init__(self) -> None:
        self.found = GroupsFound()
        self.current: Group | None = None
        self.pending: str | None = None
        self.role: Role | None = None
        self.in_office = False
        self.with_chief = False
        self.below_heading = False
        self.open: OpenSeat | None = None
        self.row: OpenRow | None = None

    def group(self) -> Group:
        """The group that is being written down."""
        if self.current is None:
            self.current = Group(self.pending)
            self.found.groups.append(self.current)
            self.pending = None
        return self.current

    def begin_if_new(self, role: Role) -> None:
        """A leader after deputies or members, or anybody after the heading of another group, opens another group."""
        if self.current is not None and self.below_heading and role in ("leader", "deputy_leader", "member"):
            self.below_heading = False
            if self.pending and self.pending != self.current.name:
                self.current, self.with_chief = None, False
                return
        if role != "leader" or self.current is None:
            return
        have = {seat.role for seat in self.current.seats}
        if have & {"deputy_leader", "member"} or (
            "leader" in have and self.pending and self.pending != self.current.name
        ):
            self.current, self.with_chief = None, False

    def name(self, name: str) -> None:
        """Take note of a group's name; it belongs to the seats that follow."""
        name = tidy_name(name)
        if not name or (name in GENERIC_NAMES and (self.current is not None or self.pending)):
            return
        if self.current is None or any(
            seat.role in ("leader", "deputy_leader", "member") for seat in self.current.seats
        ):
            self.pending = name
            if self.current is not None and self.current.name is None:
                self.current.name = name
        else:
            self.current.name = name

    def sit(self, role: Role, sitting: Sitting, line: int, text: str = "") -> None:
        """Write one seat down."""
        self.begin_if_new(role)
        group = self.group()
        if group.name is None and self.pending:
            group.name, self.pending = self.pending, None
        seat = Seat(role, sitting.person, sitting.posts, sitting.unit, line)
        if any(_same(seat, other) for other in group.seats):
            return
        group.seats.append(seat)
        if role == "office_director" and group.office_director is None:
            group.office_director = sitting.person
        self.open = OpenSeat(seat, text, sitting.complete, len(text) >= 20)

    def use(self, paragraph: Paragraph) -> None:
        """A line of a list is read here and nowhere else."""
        self.found.used.add(paragraph.line)
        self.found.listed.add(paragraph.line)

    def seat(self, seat: Seat) -> None:
        """Write down a seat that another rule has read whole."""
        self.sit(seat.role, Sitting(seat.person, seat.posts, seat.unit), seat.line)

    def finish(self, mentioned: str | None) -> None:
        """Found the group that was named without seats, and name the one that was seated without a name."""
        if not self.found.groups and self.pending:
            self.group()
        self.found.groups = _merged(self.found.groups)
        for group in self.found.groups:
            group.seats = _core_first(group.seats)
        for group in self.found.groups[:1]:
            if group.name is None or group.name in GENERIC_NAMES:
                group.name = mentioned or group.name

    def warn(self, line: int, msgid: str, text: str) -> None:
        """Note what could not be placed."""
        self.found.warnings.append(warning(line, msgid, text=text[:60]))


def _merged(groups: list[Group]) -> list[Group]:
    """A group told in a sentence and listed in an annex is one group."""
    kept: list[Group] = []
    for group in groups:
        known = next((one for one in kept if group.name and one.name == group.name), None)
        if known is None:
            kept.append(group)
            continue
        known.seats = _joined(known.seats, group.seats)
        known.office_unit = known.office_unit or group.office_unit
        known.office_director = known.office_director or group.office_director
    return kept


def _joined(told: list[Seat], listed: list[Seat]) -> list[Seat]:
    """For each role the fuller of two tellings stands; those who run the office are all kept, each once."""
    by_list = {seat.role for seat in listed if _named(listed, seat.role) >= _named(told, seat.role)}
    by_list -= {"office_director", "office_deputy_director"}
    first = [seat for seat in listed if seat.role in by_list]
    rest = [seat for seat in told if seat.role not in by_list]
    held = {(seat.role, seat.person) for seat in rest}
    office = [seat for seat in listed if seat.role.startswith("office") and (seat.role, seat.person) not in held]
    return first + rest + office


def _named(seats: list[Seat], role: Role) -> int:
    return sum(1 for seat in seats if seat.role == role and seat.person)


def _core_first(seats: list[Seat]) -> list[Seat]:
    """Where the office is told before a list that follows in an annex, the list comes first."""
    office = [seat.role in ("office_director", "office_deputy_director", "liaison") for seat in seats]
    first = office.index(False) if False in office else 0
    return seats[first:] + seats[:first]


def _same(one: Seat, other: Seat) -> bool:
    return (one.role, one.person, one.unit) == (other.role, other.person, other.unit) and (
        one.posts == other.posts or one.person is not None
    )
