"""Letters: how long it takes to issue one to each of many units, and to write one as Word and as PDF."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade

from bench.databases import fresh_databases, settings_for
from bench.world import FIRST_FREE, OFFICE_UNIT, insert, load, set_sequences
from tracker.accounts.identity import actor_of_person
from tracker.app import create_app
from tracker.documents.docx import docx
from tracker.documents.paper import Paper
from tracker.documents.pdf import pdf
from tracker.kernel import clock
from tracker.kernel.db import db, write_transaction
from tracker.letters import commands, queries
from tracker.letters.commands import BatchWords
from tracker.letters.models import Letter, LetterBatch
from tracker.letters.papers import letter_paper
from tracker.letters.rules import DEFAULT_TEMPLATE
from tracker.organisation.models import Appointment, LeadershipGroup, MemberUnit, Person, Post, Unit
from tracker.tasks.models import Task

LETTERS = [int(letters) for letters in os.environ.get("BENCH_LETTERS", "50,500").split(",")]
CLAUSES = 5
PAPERS = 5
"""So often a paper is written; the middle time counts."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one act took."""

    seconds: float
    statements: int

    def said(self, letters: int) -> str:
        """In one line, by letter."""
        each = 1000 * self.seconds / letters
        return f"{self.seconds:.2f} s, {each:.1f} ms and {self.statements / letters:.1f} statements a letter"


def report(engine: str) -> None:
    """Measure on one engine and print."""
    with fresh_databases(engine) as address:
        print(f"\n{engine}, letters of {CLAUSES} clauses")
        for letters in LETTERS:
            _report(address(f"letters{letters}"), letters)


def _report(address: str, letters: int) -> None:
    app = create_app(settings_for(address))
    with app.app_context():
        upgrade()
        now = clock.now()
        load(100, now=now)
        _units(letters)
        with _timed() as written:
            batch_id = _prepare(letters)
        print(f"  write {letters}: {written[0].said(letters)}")
        with _timed() as gone_out, write_transaction() as session:
            batch = session.get_one(LetterBatch, batch_id)
            commands.issue_batch(
                batch, version=batch.version, by=actor_of_person(OFFICE_UNIT, day=clock.today()), now=now
            )
        print(f"  issue {letters}: {gone_out[0].said(letters)}")
        if letters == LETTERS[-1]:
            _papers(batch_id)
        db.session.remove()
        db.engine.dispose()


def _units(count: int) -> None:
    """So many schools with a head and tasks of their own, as members of the group."""
    numbers = range(FIRST_FREE, FIRST_FREE + count)
    start = clock.today() - timedelta(days=400)
    dated = {"starts_on": start, "ends_on": None, "instrument": ""}
    insert(
        Unit,
        [
            {"id": n, "region_id": 1, "name": f"第{n}小学", "kind": "school", "phone": "", "version": 1}
            | _named("xx", n)
            for n in numbers
        ],
    )
    insert(
        Person,
        [
            {"id": n, "region_id": 1, "name": f"校长{n}", "phone": f"138{n:08d}", "version": 1} | _named("xz", n)
            for n in numbers
        ],
    )
    insert(Post, [{"id": n, "unit_id": n, "rank": "head", "title": "校长"} for n in numbers])
    insert(Appointment, [{"id": n, "person_id": n, "post_id": n, "presiding": False} | dated for n in numbers])
    plain = {"duties": "", "section": "", "working_team": "", "version": 1, "starts_on": start, "ends_on": None}
    insert(MemberUnit, [{"id": n, "group_id": 1, "unit_id": n} | plain for n in numbers])
    insert(Task, _tasks(numbers))
    set_sequences()


def _named(kind: str, n: int) -> dict[str, str]:
    return {"pinyin": f"{kind}{n}", "initials": f"{kind[0]}{n}"}


def _tasks(units: range) -> Iterator[dict[str, Any]]:
    model = db.session.execute(sa.select(Task.__table__).limit(1)).one()._asdict()
    due = clock.today() + timedelta(days=60)
    kept = {"state": "active", "suspended_from": None, "due_on": due, "first_due_on": due, "sort_on": due}
    for unit in units:
        for clause in range(CLAUSES):
            number = unit * 100 + clause
            yield model | kept | {"id": number, "number": str(number), "lead_unit_id": unit, "owner_id": unit}


def _prepare(letters: int) -> int:
    """A batch for all those units, written by the office and signed by the leader."""
    today = clock.today()
    with write_transaction() as session:
        group = session.get_one(LeadershipGroup, 1)
        rows = session.scalars(sa.select(Unit).where(Unit.id >= FIRST_FREE).order_by(Unit.id).limit(letters)).all()
        words = BatchWords(
            title="年度目标责任书",
            first_party=group.name,
            number_prefix="责〔2026〕",
            sign_by=today + timedelta(days=20),
            template=DEFAULT_TEMPLATE,
            year=None,
            period="创建周期",
            seats=queries.leaders_to_sign(group.id, day=today)[:1],
        )
        by = actor_of_person(OFFICE_UNIT, day=today)
        return commands.prepare_batch(group, rows, words=words, by=by, now=clock.now()).id


def _papers(batch_id: int) -> None:
    query = sa.select(Letter).where(Letter.batch_id == batch_id).order_by(Letter.id).limit(1)
    letter = db.session.scalars(query.options(*queries.whole())).one()
    lines = queries.lines_of([letter], day=clock.today())[letter.id]
    paper = letter_paper(letter, lines, check_url="https://zeren.example/check/CODE")
    for name, write in (("Word", docx), ("PDF", pdf)):
        runs = [_written(write, paper) for _time in range(PAPERS)]
        seconds, size = median(seconds for seconds, _size in runs), runs[0][1]
        print(f"  one letter as {name}: {1000 * seconds:.0f} ms, {size / 1024:.0f} KB")


def _written(write: Callable[[Paper], bytes], paper: Paper) -> tuple[float, int]:
    """Seconds it takes to write a paper, and its bytes."""
    began = time.perf_counter()
    size = len(write(paper))
    return time.perf_counter() - began, size


@contextmanager
def _timed() -> Iterator[list[Step]]:
    """Time and statements of what is done inside; the list holds them once it is done."""
    found: list[Step] = []
    statements = 0

    def note(*_about: object) -> None:
        nonlocal statements
        statements += 1

    sa.event.listen(db.engine, "before_cursor_execute", note)
    began = time.perf_counter()
    try:
        yield found
    finally:
        found.append(Step(time.perf_counter() - began, statements))
        sa.event.remove(db.engine, "before_cursor_execute", note)
