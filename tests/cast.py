"""The people of all tests: one small world with two districts, three groups, and outsiders who must see nothing.

In 澄江区 the balanced-education group (`g1`) has its office in the education bureau; the flood-control group (`g2`) has
its own office, and shares one member unit (`construction`) with it. 云洲区 (`d2`) is another district with `g3`.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tests.clock import NOW, TODAY
from tests.factories import make_member, make_person, make_post, make_region, make_unit
from tests.retelling import Rows, all_rows, write_rows
from tracker.accounts.identity import actor_of_person
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import db
from tracker.organisation import commands
from tracker.organisation.models import LeadershipGroup, Person, Region, Unit
from tracker.organisation.rules import DutyKind, PostRank, SeatRole, UnitKind

__all__ = ["FOUNDED", "NOW", "TODAY", "Cast", "build_cast", "enter_cast"]

FOUNDED = datetime(2025, 9, 1, 1, 0, tzinfo=UTC)
"""When everybody took up their posts and the groups began."""

HEAD, DEPUTY, STAFF = PostRank.HEAD, PostRank.DEPUTY, PostRank.STAFF

UNITS: dict[str, tuple[str, UnitKind, str, tuple[str, ...]]] = {
    "government": ("澄江区人民政府", UnitKind.GOVERNMENT, "", ("区政府",)),
    "government_office": ("澄江区人民政府办公室", UnitKind.DEPARTMENT, "", ("区政府办",)),
    "education": ("澄江区教育局", UnitKind.DEPARTMENT, "", ("区教育局",)),
    "school_one": ("澄江区第一小学", UnitKind.SCHOOL, "education", ()),
    "school_two": ("澄江区实验中学", UnitKind.SCHOOL, "education", ()),
    "finance": ("澄江区财政局", UnitKind.DEPARTMENT, "", ("区财政局",)),
    "construction": ("澄江区住房和城乡建设局", UnitKind.DEPARTMENT, "", ("区住建局",)),
    "town": ("柳溪镇人民政府", UnitKind.TOWN, "", ("柳溪镇",)),
    "emergency": ("澄江区应急管理局", UnitKind.DEPARTMENT, "", ("区应急局",)),
    "water": ("澄江区水利局", UnitKind.DEPARTMENT, "", ("区水利局",)),
}
"""Units of 澄江区 by name of the cast: printed name, kind, the unit above, short names."""

PEOPLE: dict[str, tuple[str, str, str, PostRank]] = {
    "leader": ("罗正川", "government", "区长", HEAD),
    "deputy_leader": ("乔若兰", "government", "副区长", DEPUTY),
    "education_head": ("韩启明", "education", "局长", HEAD),
    "office_director": ("苗文秀", "education", "副局长", DEPUTY),
    "office_clerk": ("秦小满", "education", "基教科科员", STAFF),
    "office_secondee": ("杜一帆", "government_office", "秘书科科员", STAFF),
    "supervisor": ("卫守成", "supervision", "主任", HEAD),
    "finance_head": ("钱广源", "finance", "局长", HEAD),
    "finance_deputy": ("谢云岚", "finance", "副局长", DEPUTY),
    "finance_liaison": ("纪晓东", "finance", "办公室主任", STAFF),
    "finance_staff": ("毕春雨", "finance", "科员", STAFF),
    "construction_head": ("章立新", "construction", "局长", HEAD),
    "town_head": ("柏青山", "town", "镇长", HEAD),
    "school_one_head": ("于静宜", "school_one", "校长", HEAD),
    "school_two_head": ("鲁子安", "school_two", "校长", HEAD),
    "g2_office_director": ("史安澜", "emergency", "局长", HEAD),
    "g2_office_clerk": ("白露", "emergency", "科员", STAFF),
    "g2_supervisor": ("石敬之", "government_office", "督查科科长", STAFF),
    "water_head": ("江以宁", "water", "局长", HEAD),
    "administrator": ("安可", "government_office", "信息科科员", STAFF),
    "auditor": ("申明远", "government_office", "保密科科员", STAFF),
    "registrar": ("邓记棠", "government_office", "综合科科员", STAFF),
    "outsider": ("余外平", "government_office", "机要科科员", STAFF),
    "d2_office_director": ("贺云生", "d2_education", "局长", HEAD),
    "d2_head": ("雷震泽", "d2_finance", "局长", HEAD),
}
"""People by name of the cast: name, unit, post, rank."""

DUTIES = {
    "administrator": DutyKind.SYSTEM_ADMINISTRATOR,
    "auditor": DutyKind.AUDITOR,
    "registrar": DutyKind.REGISTRAR,
}

POST_SEATS = {
    "g1": {
        "leader": SeatRole.LEADER,
        "deputy_leader": SeatRole.DEPUTY_LEADER,
        "finance_head": SeatRole.MEMBER,
        "office_director": SeatRole.OFFICE_DIRECTOR,
        "supervisor": SeatRole.SUPERVISOR,
    },
    "g2": {"g2_office_director": SeatRole.OFFICE_DIRECTOR},
    "g3": {"d2_office_director": SeatRole.OFFICE_DIRECTOR},
}
"""Seats bound to the post that somebody holds."""

NAMED_SEATS = {
    "g1": {"office_clerk": SeatRole.OFFICE_STAFF, "office_secondee": SeatRole.OFFICE_STAFF},
    "g2": {"g2_office_clerk": SeatRole.OFFICE_STAFF, "g2_supervisor": SeatRole.SUPERVISOR},
    "g3": {},
}
"""Seats bound to the person by name."""


@dataclass
class Cast:
    """Everybody and everything by name. Rows are read fresh, so that they hold across requests."""

    region_ids: dict[str, int] = field(default_factory=dict)
    unit_ids: dict[str, int] = field(default_factory=dict)
    group_ids: dict[str, int] = field(default_factory=dict)
    person_ids: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str, *, day: date = TODAY) -> Actor:
        """Somebody with what is theirs on a day."""
        return actor_of_person(self.person_ids[name], day=day)

    def person(self, name: str) -> Person:
        """Somebody's row."""
        return db.session.get_one(Person, self.person_ids[name])

    def unit(self, name: str) -> Unit:
        """A unit's row."""
        return db.session.get_one(Unit, self.unit_ids[name])

    def group(self, name: str = "g1") -> LeadershipGroup:
        """A group's row."""
        return db.session.get_one(LeadershipGroup, self.group_ids[name])

    def region(self, name: str = "d1") -> Region:
        """A region's row."""
        return db.session.get_one(Region, self.region_ids[name])


_remembered: dict[str, tuple[Cast, Rows]] = {}


def enter_cast() -> Cast:
    """Enter the world into an empty database; belongs in a write transaction.

    Built by commands once for each engine, and from then on written back by the driver, which is ten times faster.
    """
    engine = db.session.connection().dialect.name
    if engine in _remembered:
        cast, rows = _remembered[engine]
        write_rows(rows)
    else:
        cast = build_cast()
        db.session.flush()
        _remembered[engine] = cast, all_rows()
    return deepcopy(cast)


def build_cast() -> Cast:
    """Enter the world by the product's own commands."""
    cast = Cast()
    regions = {"d1": make_region("990302", "澄江区", now=FOUNDED), "d2": make_region("990303", "云洲区", now=FOUNDED)}
    units = _units(regions)
    people = {
        key: make_person(units[unit], name, title, rank, phone=f"1380000{number:04d}", now=FOUNDED)
        for number, (key, (name, unit, title, rank)) in enumerate(PEOPLE.items())
    }
    groups = _groups(regions, units)
    _members(groups, units, people)
    _seats(groups, units, people)
    for key, duty in DUTIES.items():
        commands.grant_duty(people[key], duty=duty, by=SYSTEM, now=FOUNDED)
    cast.region_ids = {key: region.id for key, region in regions.items()}
    cast.unit_ids = {key: unit.id for key, unit in units.items()}
    cast.group_ids = {key: group.id for key, group in groups.items()}
    cast.person_ids = {key: person.id for key, person in people.items()}
    return cast


def _units(regions: dict[str, Region]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for key, (name, kind, parent, shorts) in UNITS.items():
        units[key] = make_unit(regions["d1"], name, kind, parent=units.get(parent), short_names=shorts, now=FOUNDED)
    units["supervision"] = make_unit(
        regions["d1"],
        "澄江区人民政府教育督导室",
        UnitKind.SUPERVISION,
        hosted_by=units["education"],
        short_names=("区督导室",),
        now=FOUNDED,
    )
    units["d2_education"] = make_unit(regions["d2"], "云洲区教育局", now=FOUNDED)
    units["d2_finance"] = make_unit(regions["d2"], "云洲区财政局", now=FOUNDED)
    return units


def _groups(regions: dict[str, Region], units: dict[str, Unit]) -> dict[str, LeadershipGroup]:
    found = {}
    for key, region, name, short_name, host in (
        ("g1", "d1", "澄江区义务教育优质均衡发展工作领导小组", "优质均衡领导小组", "education"),
        ("g2", "d1", "澄江区防汛备汛工作领导小组", "防汛领导小组", "emergency"),
        ("g3", "d2", "云洲区义务教育优质均衡发展工作领导小组", "优质均衡领导小组", "d2_education"),
    ):
        found[key] = commands.found_group(
            regions[region],
            name=name,
            short_name=short_name,
            host_unit=units[host],
            goal_on=date(2026, 12, 31),
            by=SYSTEM,
            now=FOUNDED,
        )
    return found


def _members(groups: dict[str, LeadershipGroup], units: dict[str, Unit], people: dict[str, Person]) -> None:
    for group, members in (
        ("g1", ("education", "finance", "construction", "town")),
        ("g2", ("emergency", "water", "construction")),
        ("g3", ("d2_education", "d2_finance")),
    ):
        for unit in members:
            answering = unit == "finance"
            make_member(
                groups[group],
                units[unit],
                deputy=people["finance_deputy"] if answering else None,
                liaison=people["finance_liaison"] if answering else None,
                now=FOUNDED,
            )


def _seats(groups: dict[str, LeadershipGroup], units: dict[str, Unit], people: dict[str, Person]) -> None:
    for group, seats in POST_SEATS.items():
        for key, role in seats.items():
            _name, unit, title, rank = PEOPLE[key]
            post = make_post(units[unit], title, rank, now=FOUNDED)
            commands.seat(groups[group], role=role, post=post, instrument="澄政办〔2025〕8号", by=SYSTEM, now=FOUNDED)
    for group, named in NAMED_SEATS.items():
        for key, role in named.items():
            commands.seat(groups[group], role=role, person=people[key], by=SYSTEM, now=FOUNDED)
