"""Write letters before they go out: the template, a batch with one draft a unit, and the clauses of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.audit.commands import record
from tracker.kernel.actor import Actor
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, take
from tracker.kernel.entry import one_line, paragraphs
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.text import _l, noted
from tracker.kernel.verdict import require
from tracker.letters import policy, queries
from tracker.letters.commands.clauses import chosen_tasks, free_clauses, write_clauses
from tracker.letters.commands.codes import new_code
from tracker.letters.commands.steps import hold, note, step
from tracker.letters.models import Letter, LetterBatch, LetterTemplate, Signatory
from tracker.letters.rules import (
    EDITABLE,
    MAX_SECTION,
    MAX_SIGNATORIES,
    MAX_TITLE,
    BatchState,
    LetterMove,
    LetterState,
    Side,
    SigningOrder,
    Template,
    usual_period,
)
from tracker.organisation.models import LeadershipGroup, Post, Seat, Unit
from tracker.organisation.rules import LABELS as ORGANISATION_LABELS
from tracker.organisation.rules import PostRank
from tracker.plans.models import Plan
from tracker.tasks.commands import require_at_work

FIRST_YEAR, LAST_YEAR = 2000, 2100
SECTIONS = ("purpose", "safeguards", "accountability", "closing")


@dataclass(frozen=True, slots=True)
class BatchWords:
    """What the office writes of a batch; year none means the whole campaign, named by period."""

    title: str
    first_party: str
    number_prefix: str
    sign_by: date | None
    template: Template
    year: int | None = None
    period: str = ""
    ends_on: date | None = None
    signing_order: SigningOrder = SigningOrder.ANY
    plan: Plan | None = None
    seats: Sequence[Seat] = field(default_factory=tuple)
    posts: Sequence[Post] = field(default_factory=tuple)
    """Who signs for the first party: seats of the group's leaders, or posts of a parent unit's heads."""


def set_template(group: LeadershipGroup, *, words: Template, version: int, by: Actor, now: datetime) -> None:
    """Change the words that frame a group's letters; letters already written keep theirs. version 0: none was kept."""
    require(policy.may_manage(by, group.id))
    require_at_work(group)
    clean = _clean_template(words)
    hold(group)
    row = db.session.get(LetterTemplate, group.id, populate_existing=True)
    if (row.version if row is not None else 0) != version:
        raise Stale
    if row is None:
        db.session.add(LetterTemplate(group_id=group.id, updated_at=now, **clean))
    else:
        row.version += 1
        row.updated_at = now
        for name, text in clean.items():
            setattr(row, name, text)
    db.session.flush()
    record("letter.set_template", "group", group.id, by=by, now=now, group_id=group.id, new=clean)


def _clean_template(words: Template) -> dict[str, str]:
    return {
        name: paragraphs(getattr(words, name), name, limit=MAX_SECTION, required=name == "purpose") for name in SECTIONS
    }


def prepare_batch(
    group: LeadershipGroup, units: Sequence[Unit], *, words: BatchWords, by: Actor, now: datetime
) -> LetterBatch:
    """Write one letter a unit, its clauses being the unit's tasks and targets as they stand; nothing goes out yet."""
    require(policy.may_manage(by, group.id))
    require_at_work(group)
    _check_parties(group, units, words, day=local_date(now))
    batch = LetterBatch(
        group_id=group.id,
        plan_id=words.plan.id if words.plan is not None else None,
        title=one_line(words.title, "title", limit=MAX_TITLE, required=True),
        year=_sensible_year(words.year),
        period=usual_period(words.year) if words.year else one_line(words.period, "period", limit=40, required=True),
        first_party=one_line(words.first_party, "first_party", limit=120, required=True),
        number_prefix=one_line(words.number_prefix, "number_prefix", limit=60, required=True),
        signing_order=words.signing_order,
        **_dates(words, today=local_date(now)),
        **_clean_template(words.template),
        state=BatchState.DRAFT,
        created_by_id=by.person_id,
        created_at=now,
    )
    batch.group = group
    db.session.add(batch)
    db.session.flush()
    unit_ids = [unit.id for unit in units]
    promised = queries.promised_tasks(group.id, unit_ids, plan_id=batch.plan_id, year=batch.year)
    heads = queries.head_posts(unit_ids)
    for unit, lines in zip(units, _lines(units, heads, words, day=local_date(now)), strict=True):
        letter = Letter(group_id=group.id, batch=batch, unit_id=unit.id, check_code=new_code(), sign_by=batch.sign_by)
        letter.unit, letter.signatories = unit, lines
        write_clauses(letter, promised[unit.id], ())
        db.session.add(letter)
    db.session.flush()
    new = {"title": batch.title, "period": batch.period, "units": unit_ids, "sign_by": batch.sign_by}
    record("letter.prepare", "letter_batch", batch.id, by=by, now=now, group_id=group.id, new=new)
    return batch


def _check_parties(group: LeadershipGroup, units: Sequence[Unit], words: BatchWords, *, day: date) -> None:
    known = {unit.id for unit, _member in queries.units_to_promise(group.id, day=day)}
    if not units or len({unit.id for unit in units}) != len(units) or not {unit.id for unit in units} <= known:
        raise Invalid({"units": _l("请选择本领导小组的成员单位或者其下属单位。")})
    if not 1 <= len(words.seats) + len(words.posts) <= MAX_SIGNATORIES:
        raise Invalid({"signatories": _l("甲方签署人为一人或者两人。")})
    leaders = {seat.id for seat in queries.leaders_to_sign(group.id, day=day)}
    if not {seat.id for seat in words.seats} <= leaders:
        raise Invalid({"signatories": _l("请选择本领导小组的领导。")})
    parents = {unit.parent_id for unit in units}
    if any(post.rank is not PostRank.HEAD or {post.unit_id} != parents for post in words.posts):
        raise Invalid({"signatories": _l("由上级单位负责人签署的，签订单位须是其下属单位。")})
    if words.plan is not None and words.plan.group_id != group.id:
        raise Invalid({"plan": _l("请选择本领导小组的方案。")})


def _sensible_year(year: int | None) -> int | None:
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid({"year": _l("请核对年份。")})
    return year


def _dates(words: BatchWords, *, today: date) -> dict[str, date | None]:
    if words.sign_by is None:
        raise Invalid({"sign_by": _l("请填写日期。")})
    if words.sign_by < today:
        raise Invalid({"sign_by": _l("日期不能早于今天。")})
    if words.sign_by.year > LAST_YEAR:
        raise Invalid({"sign_by": _l("日期过远，请核对年份。")})
    if words.ends_on is not None and not words.sign_by <= words.ends_on <= date(LAST_YEAR, 12, 31):
        raise Invalid({"ends_on": _l("有效期不能早于签署期限。")})
    return {"sign_by": words.sign_by, "ends_on": words.ends_on}


def _lines(
    units: Sequence[Unit], heads: Mapping[int, Sequence[Post]], words: BatchWords, *, day: date
) -> list[list[Signatory]]:
    """Who is to sign for both parties, by unit.

    A leader who also heads the unit does not demand from themselves: the other leader signs, if there is one.
    """
    own = {unit.id: _second_signatories(unit, heads[unit.id]) for unit in units}
    of_posts = {one.post_id for lines in own.values() for one in lines} | {post.id for post in words.posts}
    by_seat, by_post = queries.people_behind(words.seats, sorted(filter(None, of_posts)), day=day)
    found = []
    for unit in units:
        first, second = _first_signatories(words), own[unit.id]
        heading = {person for one in second for person in by_post[one.post_id or 0]}
        others = [
            one
            for one in first
            if not heading & (by_seat[one.seat_id] if one.seat_id is not None else by_post[one.post_id or 0])
        ]
        found.append([*_in_order(others or first), *second])
    return found


def _first_signatories(words: BatchWords) -> list[Signatory]:
    lines = [
        Signatory(
            side=Side.FIRST,
            seat_id=seat.id,
            party="",
            title=_title_of(seat),
        )
        for seat in words.seats
    ]
    lines += [
        Signatory(side=Side.FIRST, post_id=post.id, party=post.unit.name, title=post.title) for post in words.posts
    ]
    return lines


def _title_of(seat: Seat) -> str:
    """As what a leader signs: by the post that the seat goes with, by the seat's own title, else by the seat."""
    if seat.post is not None:
        return f"{seat.post.unit.name}{seat.post.title}"
    return seat.title or f"{seat.group.name}{noted(ORGANISATION_LABELS[seat.role])['text']}"


def _second_signatories(unit: Unit, heads: Sequence[Post]) -> list[Signatory]:
    lines = [Signatory(side=Side.SECOND, post_id=post.id, party=unit.name, title=post.title) for post in heads]
    return _in_order(lines[:MAX_SIGNATORIES])


def _in_order(lines: list[Signatory]) -> list[Signatory]:
    for position, line in enumerate(lines, 1):
        line.position = position
    return lines


def edit_letter(
    letter: Letter,
    *,
    task_ids: Sequence[int],
    free: str = "",
    sign_by: date | None = None,
    version: int,
    by: Actor,
    now: datetime,
) -> None:
    """Say which of the unit's tasks a letter promises, and what else, one clause a line; only before it goes out.

    sign_by none: the date to sign by stays.
    """
    require(policy.may_manage_batch(by, letter.batch))
    require_at_work(letter.group)
    others, tasks = free_clauses(free), chosen_tasks(letter, task_ids)
    if sign_by is not None and sign_by != letter.sign_by:
        checked_day(letter.batch, sign_by, today=local_date(now))
    take(letter, version=version, states=EDITABLE)
    letter.sign_by = sign_by or letter.sign_by
    write_clauses(letter, tasks, others)
    db.session.flush()
    said = [task.id for task in tasks]
    note("edit", letter, by=by, now=now, tasks=said, free=others, sign_by=letter.sign_by)


def checked_day(batch: LetterBatch, sign_by: date, *, today: date) -> date:
    """A letter's own date to sign by: ahead, and within the validity of its batch."""
    if sign_by < today:
        raise Invalid({"sign_by": _l("日期不能早于今天。")})
    if sign_by > (batch.ends_on or date(LAST_YEAR, 12, 31)):
        raise Invalid({"sign_by": _l("签署期限不能晚于有效期。")})
    return sign_by


def drop_letters(
    batch: LetterBatch, *, letter_ids: Sequence[int], version: int, by: Actor, now: datetime
) -> list[Letter]:
    """Take some units out of a batch that has not gone out: their drafts are given up, the others stay."""
    require(policy.may_manage_batch(by, batch))
    require_at_work(batch.group)
    drafts = {letter.id: letter for letter in batch.letters if letter.state is LetterState.DRAFT}
    if not letter_ids or not set(letter_ids) <= drafts.keys():
        raise Invalid({"letter": _l("请先勾选要移出的单位。")})
    take(batch, version=version, states=[BatchState.DRAFT])
    dropped = [drafts[letter_id] for letter_id in sorted(set(letter_ids))]
    for letter in dropped:
        step(letter, LetterMove.WITHDRAW)
    new = {"units": [letter.unit_id for letter in dropped]}
    record("letter.drop", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id, new=new)
    return dropped


def discard_batch(batch: LetterBatch, *, version: int, by: Actor, now: datetime) -> None:
    """Give up a batch that has not gone out; its drafts are withdrawn with it."""
    require(policy.may_manage_batch(by, batch))
    require_at_work(batch.group)
    take(batch, version=version, states=[BatchState.DRAFT])
    batch.state = BatchState.DISCARDED
    for letter in batch.letters:
        if letter.state is LetterState.DRAFT:
            step(letter, LetterMove.WITHDRAW)
    record("letter.discard", "letter_batch", batch.id, by=by, now=now, group_id=batch.group_id)
