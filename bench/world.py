"""A large district: 60 units, 200 people with accounts, so many tasks, and two rows of history each."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.accounts.models import Account, SignInSession
from tracker.accounts.rules import token_hash
from tracker.audit.models import AuditEntry
from tracker.audit.rules import Purpose, act_bytes
from tracker.kernel import seals
from tracker.kernel.clock import local_date
from tracker.kernel.db import db, write_transaction
from tracker.kernel.pinyin import initials_of, pinyin_of
from tracker.organisation.models import (
    Appointment,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Person,
    Post,
    Region,
    Seat,
    Unit,
)
from tracker.tasks.models import Task

UNITS, PEOPLE, HISTORY = 60, 200, 2
OVERDUE = 60
"""Overdue tasks that the measured unit has at least, so that its first page of 50 rows is full at every size."""
BATCH = 5000
FIRST_FREE = 1001
"""From here on ids of units, posts and people are free for what a measurement adds."""
OFFICE_UNIT, SUPERVISOR, HEAD = 60, 199, 1
TITLES = ("补齐功能教室", "更新教学仪器设备", "足额落实公用经费", "核定教师编制", "整治校园周边环境", "改造运动场地")
STATES = ("active",) * 6 + ("completed",) * 9 + ("issued", "submitted", "returned", "cancelled", "suspended")


@dataclass(frozen=True, slots=True)
class World:
    """What the requests need to know of it."""

    group_id: int
    unit_id: int
    head_token: str
    supervisor_token: str
    office_token: str
    active_task_ids: Sequence[int]
    today: date


def load(tasks: int, *, now: datetime) -> World:
    """Fill an empty, migrated database with so many tasks."""
    _organisation(now)
    _tasks(tasks, now)
    _history(tasks, now)
    engine = db.engine
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    active = db.session.scalars(
        sa.select(Task.id).where(Task.lead_unit_id == HEAD, Task.state == "active").order_by(Task.id.desc()).limit(400)
    ).all()
    return World(1, HEAD, "bench-head", "bench-supervisor", "bench-office", list(active), local_date(now))


def insert(model: Any, rows: Iterator[dict[str, Any]] | Sequence[dict[str, Any]]) -> None:
    """Write rows, some thousands in a transaction."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            _write(model, batch)
            batch = []
    _write(model, batch)


def _write(model: Any, batch: list[dict[str, Any]]) -> None:
    if batch:
        with write_transaction() as session:
            session.execute(sa.insert(model.__table__), batch)


def _organisation(now: datetime) -> None:
    start = local_date(now) - timedelta(days=400)
    insert(Region, [{"id": 1, "code": "990301", "name": "测澜区", "level": "county"}])
    names = [f"第{n}局" for n in range(1, UNITS + 1)]
    insert(
        Unit,
        [
            {"id": n, "region_id": 1, "name": name, "kind": "department", "phone": "", "version": 1}
            | {"pinyin": pinyin_of(name), "initials": initials_of(name)}
            for n, name in enumerate(names, 1)
        ],
    )
    people = range(1, PEOPLE + 1)
    insert(
        Person,
        [
            {"id": n, "region_id": 1, "name": f"人员{n}", "phone": f"139{n:08d}", "version": 1}
            | {"pinyin": f"renyuan{n}", "initials": f"ry{n}"}
            for n in people
        ],
    )
    ranks = {0: ("局长", "head"), 1: ("副局长", "deputy"), 2: ("办公室主任", "staff"), 3: ("科员", "staff")}
    insert(
        Post,
        [
            {"id": n, "unit_id": (n - 1) % UNITS + 1, "rank": ranks[(n - 1) // UNITS][1]}
            | {"title": ranks[(n - 1) // UNITS][0]}
            for n in people
        ],
    )
    dated = {"starts_on": start, "ends_on": None, "instrument": ""}
    insert(Appointment, [{"id": n, "person_id": n, "post_id": n, "presiding": False} | dated for n in people])
    _group(start, dated)
    _accounts(now)


def _group(start: date, dated: dict[str, Any]) -> None:
    group = {
        "id": 1,
        "region_id": 1,
        "name": "测澜区义务教育优质均衡发展工作领导小组",
        "short_name": "优质均衡领导小组",
        "purpose": "",
        "host_unit_id": OFFICE_UNIT,
        "starts_on": start,
        "uses_from": start,
        "sign_for_days": 3,
        "yellow_days": 7,
        "roll_due_dates": True,
        "percent_enabled": False,
        "urge_cooldown_days": 2,
        "version": 1,
    }
    insert(LeadershipGroup, [group])
    seats = (("office_director", OFFICE_UNIT), ("supervisor", SUPERVISOR), ("leader", 198))
    insert(
        Seat,
        [
            {"id": n, "group_id": 1, "role": role, "person_id": person, "title": "", "position": n} | dated
            for n, (role, person) in enumerate(seats, 1)
        ],
    )
    plain = {"duties": "", "section": "", "working_team": "", "version": 1, "starts_on": start, "ends_on": None}
    members = range(1, UNITS + 1)
    insert(MemberUnit, [{"id": n, "group_id": 1, "unit_id": n} | plain for n in members])
    insert(
        MemberContact,
        [
            {"id": n, "member_unit_id": n, "role": "liaison", "person_id": 2 * UNITS + n, "starts_on": start}
            for n in members
        ],
    )


def _accounts(now: datetime) -> None:
    insert(
        Account,
        [
            {"id": n, "person_id": n, "login": f"bench{n}", "password_hash": "-", "must_change": False}
            | {"active": True, "language": "zh", "theme": "auto", "large_text": False, "created_at": now, "version": 1}
            for n in range(1, PEOPLE + 1)
        ],
    )
    who = {"bench-head": HEAD, "bench-supervisor": SUPERVISOR, "bench-office": OFFICE_UNIT}
    insert(
        SignInSession,
        [
            {"token_hash": token_hash(token), "account_id": account, "address": "127.0.0.1", "browser": "bench"}
            | {"created_at": now, "last_seen_at": now + timedelta(hours=1), "confirmed_at": now}
            for token, account in who.items()
        ],
    )


def _tasks(count: int, now: datetime) -> None:
    dice = random.Random(20260322)
    today = local_date(now)
    letters = {title: (pinyin_of(title), initials_of(title)) for title in TITLES}

    def rows() -> Iterator[dict[str, Any]]:
        for n in range(1, count + 1):
            title, state = dice.choice(TITLES), dice.choice(STATES)
            due = today + timedelta(days=dice.randint(-20, 380))
            lead = (n - 1) % (UNITS - 1) + 1
            if lead == HEAD and n <= OVERDUE * (UNITS - 1):
                state, due = "active", today - timedelta(days=dice.randint(10, 20))
            yield {
                "id": n,
                "group_id": 1,
                "source": "hand",
                "number": str(n),
                "title": f"{title}（第{n}项）",
                "pinyin": letters[title][0],
                "initials": letters[title][1],
                "content": "按照任务分解表逐项落实，形成清单并逐项销号。",
                "standard": "通过现场核验。",
                "basis": "",
                "state": state,
                "suspended_from": "active" if state == "suspended" else None,
                "version": 3,
                "lead_unit_id": lead,
                # Somebody of the lead unit, as _organisation gives posts.
                "owner_id": lead if n % 2 else lead + UNITS,
                "due_on": due,
                "first_due_on": due,
                "sort_on": due,
                "deadline_text": "",
                "continuous": False,
                "extension_pending": False,
                "cycle": 1,
                "evidence_required": False,
                "late": False,
                "carried_over": False,
                "created_at": now - timedelta(days=90),
                "issued_at": now - timedelta(days=80),
                "accepted_at": now - timedelta(days=78),
                "submitted_at": now - timedelta(days=2),
                "completed_at": now - timedelta(days=1) if state == "completed" else None,
                "updated_at": now - timedelta(days=dice.randint(0, 60)),
            }

    insert(Task, rows())


def _history(tasks: int, now: datetime) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for n in range(tasks * HISTORY):
            values = {
                "id": n + 1,
                "at": now - timedelta(days=80 - n % 2),
                "act": ("task.sign_off", "task.accept")[n % 2],
                "subject_kind": "task",
                "subject_id": n // HISTORY + 1,
                "group_id": 1,
                "account_id": OFFICE_UNIT,
                "person_id": OFFICE_UNIT,
                "actor_name": "人员60",
                "actor_capacity": "办公室主任",
                "old": {},
                "new": {"state": "issued"},
                "request_id": "",
            }
            yield values | {"mark": seals.mark(Purpose.ACT, act_bytes(values))}

    insert(AuditEntry, rows())
    set_sequences()


def set_sequences() -> None:
    """Let PostgreSQL go on counting behind the ids that were written."""
    if db.engine.dialect.name == "postgresql":
        with write_transaction() as session:
            for name in db.metadata.tables:
                if "id" in db.metadata.tables[name].c and name != "installation":
                    session.execute(
                        sa.text(
                            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                            f" coalesce((SELECT max(id) FROM {name}), 0) + 1, false)"
                        )
                    )
