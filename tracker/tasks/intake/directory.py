"""Enter the units, people and posts that a plan names and that are not on file yet."""

import sqlalchemy as sa

from tracker.kernel.db import db
from tracker.kernel.errors import Invalid
from tracker.organisation import commands, policy
from tracker.organisation.matching import load_directory
from tracker.organisation.models import Appointment, Person, Post, Unit, UnitShortName, on_day
from tracker.organisation.rules import PostRank, UnitKind
from tracker.plans.guesses import HEAD_IN_GENERAL, rank_of_post
from tracker.plans.refusals import STAFF_UNIT, about
from tracker.plans.study import UnitQuestion
from tracker.tasks.intake.desk import Desk, at


def enter_units(desk: Desk) -> None:
    """Every unit that the plan names, by each of its names there; schools last, under their bureau."""
    schools = [question for question in desk.study.units if question.kind is UnitKind.SCHOOL]
    others = [question for question in desk.study.units if question.kind is not UnitKind.SCHOOL]
    for question in others:
        _enter_unit(desk, question, None)
    bureau = _bureau(desk) if schools else None
    for question in schools:
        _enter_unit(desk, question, bureau)


def _enter_unit(desk: Desk, question: UnitQuestion, parent: Unit | None) -> None:
    with at("units", question.name):
        unit = db.session.get(Unit, question.unit_id) if question.unit_id is not None else None
        if unit is None:
            unit = _new_unit(desk, question, parent)
        _learn_names(desk, unit, question.names)
    desk.units.update(dict.fromkeys(question.names, unit))


def _new_unit(desk: Desk, question: UnitQuestion, parent: Unit | None) -> Unit:
    typed = next((unit for unit in desk.units.values() if unit.name == question.new_name), None)
    if typed is not None:
        return typed
    unit = commands.add_unit(
        desk.study.region, name=question.new_name, kind=question.kind, parent=parent, by=desk.by, now=desk.now
    )
    desk.note("units", unit.id)
    return unit


def _learn_names(desk: Desk, unit: Unit, names: list[str]) -> None:
    """Remember how the paper calls a unit, so that the next paper's names are found at once."""
    before = {short.id for short in unit.short_names}
    for name in names:
        commands.add_short_name(unit, name=name, by=desk.by, now=desk.now)
    rows = db.session.scalars(sa.select(UnitShortName.id).where(UnitShortName.unit_id == unit.id))
    for row_id in rows:
        if row_id not in before:
            desk.note("short_names", row_id)


def _bureau(desk: Desk) -> Unit | None:
    """The district's one education bureau, under which its schools stand."""
    matches = load_directory(desk.study.region.id).find("教育局")
    return db.session.get(Unit, matches[0].unit_id) if len(matches) == 1 else None


def person_of(desk: Desk, name: str, *, phone: str = "") -> Person:
    """The person of a name: on file, or newly entered."""
    if name in desk.people:
        return desk.people[name]
    on_file = next((question.person_id for question in desk.study.people if question.name == name), None)
    person = db.session.get(Person, on_file) if on_file is not None else None
    if person is None:
        with at("people", name):
            person = commands.add_person(desk.study.region, name=name, phone=phone, by=desk.by, now=desk.now)
        desk.note("persons", person.id)
    desk.people[name] = person
    return person


def post_of(desk: Desk, unit: Unit, title: str) -> Post | None:
    """A unit's post of a title, newly set up where need be; None where whoever confirms may not set up posts there."""
    post = db.session.scalar(sa.select(Post).where(Post.unit_id == unit.id, Post.title == title))
    if post is None and title in HEAD_IN_GENERAL:
        heads = db.session.scalars(sa.select(Post).where(Post.unit_id == unit.id, Post.rank == PostRank.HEAD)).all()
        post = heads[0] if len(heads) == 1 else None
    if post is not None or not policy.may_keep_posts(desk.by, unit, day=desk.day):
        return post
    with at("seats", f"{unit.name}{title}"):
        post = commands.ensure_post(unit, title=title, rank=rank_of_post(title), by=desk.by, now=desk.now)
    desk.note("posts", post.id)
    return post


def holders_of(desk: Desk, post: Post) -> set[int]:
    """Who holds a post today."""
    return set(
        db.session.scalars(
            sa.select(Appointment.person_id).where(Appointment.post_id == post.id, on_day(Appointment, desk.day))
        )
    )


def appoint(desk: Desk, post: Post, person: Person) -> None:
    """Enter that a person holds a post, unless it is on file, or a head's post is somebody else's there."""
    holders = holders_of(desk, post)
    if person.id in holders or (holders and post.rank is PostRank.HEAD):
        return
    if not policy.may_keep_posts(desk.by, post.unit, day=desk.day):
        return
    with at("seats", person.name):
        row = commands.appoint(post, person=person, instrument=desk.instrument, by=desk.by, now=desk.now)
    desk.note("appointments", row.id)


def require_home(desk: Desk, name: str, unit: str) -> None:
    """Staff who are not on file need a unit, or nobody could tell who they are."""
    known = any(question.name == name and question.person_id is not None for question in desk.study.people)
    if not unit and not known and name not in desk.people:
        raise Invalid({"staff": about(name, STAFF_UNIT)})
