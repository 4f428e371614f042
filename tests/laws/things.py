"""One of each kind of thing that an address can name, in a group of its own: for the walk over all routes."""

from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from tests.cast import Cast
from tests.clock import NOW, TODAY
from tests.laws.deliveries import of_deliveries
from tests.laws.flags import of_flags
from tests.laws.letters import of_letters
from tracker.accounts.models import Account, SignInSession
from tracker.audit.commands import record
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db
from tracker.kernel.files import StoredFile, path_of
from tracker.kernel.jobs import BackgroundJob, JobState
from tracker.organisation.models import (
    Appointment,
    InstallationDuty,
    LeadershipGroup,
    MemberContact,
    MemberUnit,
    Post,
    Seat,
    SeatChange,
    SeatNotice,
)
from tracker.organisation.queries import seat_holders
from tracker.organisation.rules import OFFICE, SeatRole
from tracker.outbox.models import InboxItem
from tracker.oversight.models import NoticeFile, NoticeReply, SupervisionNotice
from tracker.oversight.rules import NoticeOrigin, NoticeState, NoticeSubject
from tracker.plans.models import Plan, PlanDocument
from tracker.plans.proposal import propose
from tracker.reminders.models import HeldRun
from tracker.reminders.rules import HoldCause
from tracker.tasks.models import (
    Adjustment,
    Apportionment,
    Consultation,
    ConsultedTask,
    ConsultedUnit,
    DelayExplanation,
    Evidence,
    Extension,
    Milestone,
    ProgressReport,
    SignOffBatch,
    Task,
    TaskPart,
)
from tracker.tasks.rules import AdjustmentKind, BatchState, ReportState, TaskSource, TaskState

DUE, LATE = date(2026, 4, 17), date(2026, 3, 9)
CONTENT = b"%PDF-1.4 one page"
DIGEST = sha256(CONTENT).hexdigest()


@dataclass
class Things:
    """Ids by the name of the place in an address; a task is chosen by what the route is about."""

    ids: dict[str, int | str] = field(default_factory=dict)
    tasks: dict[str, int] = field(default_factory=dict)


def things_of(cast: Cast, *, group: str, unit: str, head: str, region: str, files: Path) -> Things:
    """Make one of each in a group, led by a unit whose head is named."""
    found = Things()
    row = cast.group(group)
    tasks = {
        "task": _task(row, cast.unit_ids[unit], TaskState.ACTIVE),
        "draft": _task(row, cast.unit_ids[unit], TaskState.DRAFT),
        "proposed": _task(row, cast.unit_ids[unit], TaskState.PROPOSED),
        "issued": _task(row, cast.unit_ids[unit], TaskState.ISSUED),
        "late": _task(row, cast.unit_ids[unit], TaskState.ACTIVE, due_on=LATE),
        "asking": _task(row, cast.unit_ids[unit], TaskState.ACTIVE),
        "apportioned": _task(row, cast.unit_ids[unit], TaskState.ACTIVE),
        "joint": _task(row, _another_unit(row, cast.unit_ids[unit]), TaskState.ACTIVE),
    }
    person = cast.person_ids[head]
    found.tasks = {name: task.id for name, task in tasks.items()}
    found.ids = {
        "group_id": row.id,
        "unit_id": cast.unit_ids[unit],
        "person_id": person,
        "region_id": cast.region_ids[region],
        "sha256": DIGEST,
        "ending": "docx",
        "rule": "returned",
        "what": "circular",
        **_of_organisation(row, cast.unit_ids[unit], person),
        **_of_plans(cast, row, region, files),
        **_of_tasks(row, tasks, cast.unit_ids[unit], person),
        **of_letters(row, cast.unit_ids[unit], person, DIGEST),
        **of_deliveries(row, person),
        **of_flags(tasks["late"], cast.unit_ids[unit], person, DIGEST),
        **_of_oversight(row, tasks["late"], cast.unit_ids[unit], person),
        "ladder": "deadline",
        "held_run_id": _add(HeldRun(group_id=row.id, cause=HoldCause.STORM, at=NOW, planned=600)),
    }
    return found


def _add(row: object) -> int:
    db.session.add(row)
    db.session.flush()
    made: int = row.id  # type: ignore[attr-defined]
    return made


def _another_unit(group: LeadershipGroup, unit_id: int) -> int:
    query = sa.select(MemberUnit.unit_id).where(MemberUnit.group_id == group.id, MemberUnit.unit_id != unit_id)
    return db.session.scalars(query.order_by(MemberUnit.unit_id.desc())).first() or unit_id


def _task(group: LeadershipGroup, unit_id: int, state: TaskState, *, due_on: date = DUE) -> Task:
    out = state not in {TaskState.DRAFT, TaskState.PROPOSED}
    task = Task(
        group_id=group.id,
        source=TaskSource.HAND,
        state=state,
        title=f"落实学位保障（{state}）",
        lead_unit_id=unit_id,
        due_on=due_on,
        first_due_on=due_on,
        sort_on=due_on,
        created_at=NOW,
        updated_at=NOW,
        issued_at=NOW if out else None,
        accepted_at=NOW if state is TaskState.ACTIVE else None,
        accept_by=DUE if out else None,
    )
    _add(task)
    return task


def _of_organisation(group: LeadershipGroup, unit_id: int, person_id: int) -> dict[str, int | str]:
    member = db.session.scalars(
        sa.select(MemberUnit).where(MemberUnit.group_id == group.id, MemberUnit.unit_id == unit_id)
    ).one()
    first = sa.select(Appointment.id).join(Post).where(Post.unit_id == unit_id).order_by(Appointment.id)
    return {
        "member_unit_id": member.id,
        "contact_id": db.session.scalars(
            sa.select(MemberContact.id).where(MemberContact.member_unit_id == member.id)
        ).first()
        or _add(
            MemberContact(member_unit_id=member.id, role="liaison", person_id=person_id, starts_on=group.starts_on)
        ),
        **_of_seats(group, unit_id, person_id),
        "seat_id": db.session.scalars(sa.select(Seat.id).where(Seat.group_id == group.id)).first() or 0,
        "appointment_id": db.session.scalars(first).first() or 0,
        "duty_id": db.session.scalars(
            sa.select(InstallationDuty.id).where(InstallationDuty.duty == "registrar")
        ).first()
        or 0,
    }


def _of_seats(group: LeadershipGroup, unit_id: int, person_id: int) -> dict[str, int | str]:
    """A seat of the unit, a proposal about another of its seats, and a notice."""
    post_id = db.session.scalars(sa.select(Post.id).where(Post.unit_id == unit_id).order_by(Post.id)).first()
    seats = [Seat(group_id=group.id, role=SeatRole.MEMBER, unit_id=unit_id, starts_on=group.starts_on) for _ in "ab"]
    unit_seat_id, other = (_add(seat) for seat in seats)
    change = SeatChange(
        group_id=group.id,
        seat_id=other,
        unit_id=unit_id,
        person_id=person_id,
        post_id=post_id,
        starts_on=TODAY,
        reason="人事变动",
        proposed_by_id=person_id,
        proposed_at=NOW,
    )
    notice = SeatNotice(
        group_id=group.id, document_number="澄政办〔2026〕3号", issued_on=TODAY, issued_by_id=person_id, issued_at=NOW
    )
    return {"unit_seat_id": unit_seat_id, "change_id": _add(change), "notice_id": _add(notice)}


def _of_oversight(group: LeadershipGroup, task: Task, unit_id: int, person_id: int) -> dict[str, int | str]:
    """A supervision notice that is out, signed off on paper, with an answer and its file."""
    notice = SupervisionNotice(
        group_id=group.id,
        kind=NoticeSubject.TASK,
        task_id=task.id,
        cycle=task.cycle,
        unit_id=unit_id,
        origin=NoticeOrigin.OFFICE,
        state=NoticeState.REPLIED,
        matter=task.title,
        demand="请抓紧办理。",
        reply_by=DUE,
        drafted_by_id=person_id,
        drafted_at=NOW,
        year=NOW.year,
        number=1,
        document_number=f"督〔{NOW.year}〕1号",
        signed_by_id=person_id,
        signed_at=NOW,
        recorded_by_id=person_id,
        paper_sha256=DIGEST,
        received_at=NOW,
        replied_at=NOW,
    )
    reply = NoticeReply(
        notice_id=_add(notice),
        ordinal=1,
        text="正在办理。",
        drafted_by_id=person_id,
        drafted_at=NOW,
        confirmed_by_id=person_id,
        confirmed_at=NOW,
    )
    file = NoticeFile(
        reply_id=_add(reply),
        sha256=DIGEST,
        name="材料.pdf",
        size=len(CONTENT),
        uploaded_by_id=person_id,
        uploaded_at=NOW,
    )
    return {"supervision_notice_id": notice.id, "notice_file_id": _add(file)}


def _of_plans(cast: Cast, group: LeadershipGroup, region: str, files: Path) -> dict[str, int | str]:
    if db.session.get(StoredFile, DIGEST) is None:
        db.session.add(StoredFile(sha256=DIGEST, size=len(CONTENT), media_type="application/pdf", created_at=NOW))
        path = path_of(DIGEST, files)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENT)
        db.session.flush()
    document = PlanDocument(
        region_id=cast.region_ids[region],
        uploaded_at=NOW,
        name="方案.txt",
        sha256=DIGEST,
        lines=["方案"],
        findings={},
        corrections=propose({}),
    )
    plan = Plan(group_id=group.id, document_id=_add(document), title="方案", created_at=NOW, made={})
    waiting = PlanDocument(
        region_id=cast.region_ids[region],
        uploaded_by=next(iter(seat_holders(group.id, day=TODAY, roles=OFFICE))),
        uploaded_at=NOW,
        name="另一份方案.txt",
        sha256=DIGEST,
        lines=["方案"],
        findings={},
        corrections=propose({}),
    )
    return {"plan_id": _add(plan), "document_id": _add(waiting)}


def _of_tasks(group: LeadershipGroup, tasks: dict[str, Task], unit_id: int, person_id: int) -> dict[str, int | str]:
    paper = {"paper": DIGEST}
    record("task.decide_extension", "task", tasks["task"].id, by=SYSTEM, now=NOW, group_id=group.id, new=paper)
    batch = SignOffBatch(
        group_id=group.id, title="一批", state=BatchState.PROPOSED, proposed_at=NOW, paper_sha256=DIGEST
    )
    heading = Apportionment(group_id=group.id, title="分办", created_at=NOW)
    tasks["proposed"].batch_id = _add(batch)
    tasks["apportioned"].apportionment_id = _add(heading)
    tasks["asking"].extension_pending = True
    said = {"asked_by_id": person_id, "asked_at": NOW, "reason": "原因"}
    extension = Extension(task_id=tasks["asking"].id, ordinal=1, old_due_on=DUE, new_due_on=date(2026, 5, 17), **said)
    adjustment = Adjustment(task_id=tasks["issued"].id, kind=AdjustmentKind.STANDARD, decide_by=DUE, **said)
    report = ProgressReport(
        task_id=tasks["task"].id,
        unit_id=unit_id,
        text="进展",
        state=ReportState.DRAFT,
        drafted_by_id=person_id,
        drafted_at=NOW,
    )
    explanation = DelayExplanation(
        task_id=tasks["late"].id, unit_id=unit_id, due_on=LATE, text="说明", given_by_id=person_id, given_at=NOW
    )
    evidence = Evidence(
        task_id=tasks["task"].id,
        unit_id=unit_id,
        sha256=DIGEST,
        name="材料.pdf",
        size=len(CONTENT),
        uploaded_by_id=person_id,
        uploaded_at=NOW,
    )
    asked = ConsultedUnit(unit_id=unit_id, answered_by_id=person_id, answered_at=NOW)
    opinion = ConsultedTask(task_id=tasks["draft"].id, leads=True, title="草稿", opinion="time", said="时限偏紧")
    asked.rows = [opinion]
    consultation = Consultation(
        group_id=group.id, title="征求意见", reply_by=DUE, opened_by_id=person_id, opened_at=NOW, units=[asked]
    )
    part = TaskPart(task_id=tasks["joint"].id, unit_id=unit_id, state="active", accepted_at=NOW, due_on=DUE)
    return {
        "batch_id": batch.id,
        "consultation_id": _add(consultation),
        "consulted_unit_id": asked.id,
        "opinion_id": opinion.id,
        "apportionment_id": heading.id,
        "extension_id": _add(extension),
        "adjustment_id": _add(adjustment),
        "report_id": _add(report),
        "explanation_id": _add(explanation),
        "evidence_id": _add(evidence),
        "part_id": _add(part),
        "milestone_id": _add(Milestone(task_id=tasks["task"].id, name="节点", due_on=DUE)),
    }


def message_to(person_id: int, task_id: int) -> int:
    """A message in somebody's inbox."""
    found = db.session.scalar(sa.select(InboxItem.id).where(InboxItem.recipient_id == person_id))
    if found is not None:
        return found
    item = InboxItem(
        recipient_id=person_id,
        kind="task.issued",
        params={"title": "任务", "unit": "单位"},
        subject_kind="task",
        subject_id=task_id,
        key=f"law:{person_id}",
        created_at=NOW,
    )
    return _add(item)


def job_of(person_id: int) -> int:
    """A job that somebody asked for, whose result has expired."""
    job = BackgroundJob(
        kind="letters.word",
        arguments={"letter_batch_id": 0, "kind": "word", "title": "目标责任书"},
        asked_by_id=person_id,
        asked_at=NOW,
        state=JobState.FINISHED,
        ended_at=NOW,
        expires_at=NOW,
        folder="",
        result_name="责任书.zip",
        result_sha256=DIGEST,
    )
    return _add(job)


def another_session(account_id: int) -> int:
    """Another browser on which an account is signed in."""
    digest = f"{account_id:064d}"
    found = db.session.scalar(sa.select(SignInSession.id).where(SignInSession.token_hash == digest))
    if found is not None:
        return found
    row = SignInSession(token_hash=digest, account_id=account_id, created_at=NOW, last_seen_at=NOW, confirmed_at=NOW)
    return _add(row)


def account_of(person_id: int) -> int:
    """The account of somebody, opened where needed."""
    found = db.session.scalar(sa.select(Account.id).where(Account.person_id == person_id))
    if found is not None:
        return found
    return _add(
        Account(person_id=person_id, login=f"law{person_id}", password_hash="-", must_change=False, created_at=NOW)
    )
