"""Which known unit a name in a paper means, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.organisation.models import Appointment, Person, Post, Region, Unit, UnitShortName, on_day
from tracker.organisation.unit_names import kinds_of, plain, town_names, without_prefix


class Certainty(StrEnum):
    """exact: the same name; likely: another customary name of the same office; unsure: somebody must say."""

    EXACT = "exact"
    LIKELY = "likely"
    UNSURE = "unsure"


ORDER = (Certainty.EXACT, Certainty.LIKELY, Certainty.UNSURE)


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """A unit that a name may mean."""

    unit_id: int
    name: str
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class _Known:
    unit_id: int
    name: str
    forms: frozenset[str]
    kinds: frozenset[int]
    towns: frozenset[str]
    pinyin: str
    initials: str


@dataclass(frozen=True, slots=True)
class UnitDirectory:
    """The units of a region, read once and asked about many names."""

    places: tuple[str, ...]
    units: tuple[_Known, ...]

    def find(self, name: str) -> list[UnitMatch]:
        """The units that a name may mean, surest first; two of one certainty are both unsure."""
        forms = without_prefix(name, self.places)
        if not forms:
            return []
        wanted = _Known(0, name, forms, kinds_of(forms), town_names(forms), pinyin_of(min(forms, key=len)), "")
        levels: dict[Certainty, list[_Known]] = {certainty: [] for certainty in ORDER}
        for known in self.units:
            certainty = _compare(wanted, known)
            if certainty:
                levels[certainty].append(known)
        return _settled(levels)


def _compare(wanted: _Known, known: _Known) -> Certainty | None:
    if wanted.forms & known.forms:
        return Certainty.EXACT
    if wanted.kinds & known.kinds or wanted.towns & known.towns:
        return Certainty.LIKELY
    short = min(wanted.forms, key=len)
    letters = plain(wanted.name)
    if wanted.pinyin == known.pinyin or letters in (known.initials, known.pinyin):
        return Certainty.UNSURE
    if any(short in form or form in short for form in known.forms):
        return Certainty.UNSURE
    return None


def _settled(levels: dict[Certainty, list[_Known]]) -> list[UnitMatch]:
    found: list[UnitMatch] = []
    for certainty in ORDER:
        alone = len(levels[certainty]) == 1 and not found
        found += [
            UnitMatch(known.unit_id, known.name, certainty if alone else Certainty.UNSURE)
            for known in levels[certainty]
        ]
    return found


def _places(region_id: int) -> Iterable[str]:
    region = db.session.get(Region, region_id)
    while region is not None:
        yield plain(region.name)
        region = region.parent


def load_directory(region_id: int) -> UnitDirectory:
    """The living units of a region with their short names."""
    places = tuple(_places(region_id))
    shorts: dict[int, list[str]] = {}
    for short in db.session.scalars(
        sa.select(UnitShortName).join(Unit, Unit.id == UnitShortName.unit_id).where(Unit.region_id == region_id)
    ):
        shorts.setdefault(short.unit_id, []).append(short.name)
    units = db.session.scalars(
        sa.select(Unit).where(Unit.region_id == region_id, Unit.ended_on.is_(None)).order_by(Unit.id)
    )
    known = (_known(unit.id, [unit.name, *shorts.get(unit.id, ())], places) for unit in units)
    return UnitDirectory(places, tuple(known))


def directory_of_names(region_id: int, names: Sequence[str]) -> UnitDirectory:
    """The names in one paper as if they were units, each under its place in the list: which mean the same?"""
    places = tuple(_places(region_id))
    return UnitDirectory(places, tuple(_known(place, [name], places) for place, name in enumerate(names)))


def _known(unit_id: int, names: Sequence[str], places: Sequence[str]) -> _Known:
    forms = frozenset[str]().union(*(without_prefix(name, places) for name in names))
    core = min(without_prefix(names[0], places) or {plain(names[0])}, key=len)
    return _Known(unit_id, names[0], forms, kinds_of(forms), town_names(forms), pinyin_of(core), initials_of(core))


def find_units(region_id: int, name: str) -> list[UnitMatch]:
    """The units of a region that a name in a paper may mean, surest first."""
    return load_directory(region_id).find(name)


def find_people(region_id: int, name: str, *, unit_id: int | None = None, day: date) -> list[int]:
    """The people (by id) of this name in a region; with a unit, those who hold a post there."""
    query = sa.select(Person.id).where(Person.region_id == region_id, Person.name == " ".join(name.split()))
    if unit_id is not None:
        held = sa.select(Appointment.person_id).join(Post).where(Post.unit_id == unit_id, on_day(Appointment, day))
        query = query.where(Person.id.in_(held))
    return list(db.session.scalars(query.order_by(Person.id)))
