"""A unit states its case about a flag (情况说明/陈述申辩): drafted by a liaison or the owner, given by a head."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.kernel.actor import Actor
from tracker.kernel.db import db, take
from tracker.kernel.errors import Invalid, Stale
from tracker.kernel.files import NewFile
from tracker.kernel.text import _l
from tracker.kernel.verdict import require
from tracker.oversight import notices, policy
from tracker.oversight.commands.flag_steps import signed_for_unit, step
from tracker.oversight.models import Flag, Statement, StatementFile
from tracker.oversight.rules import FlagMove, FlagState, StatementState
from tracker.tasks.commands import PaperRoad, require_at_work
from tracker.tasks.commands.moving import require_paper, who_decides, words


def state_case(
    flag: Flag,
    *,
    text: str,
    ends_period: bool = False,
    files: Sequence[NewFile] = (),
    version: int,
    by: Actor,
    now: datetime,
    paper: PaperRoad | None = None,
) -> Statement:
    """Write a statement: a head's is given at once, a liaison's or the owner's waits for a head.

    It is heard also after the period, as long as nobody has decided. ends_period: the unit has said all, and its
    period need not run out; where somebody else enters that from paper, its scan shows it.
    """
    speaker = who_decides(by, paper)
    require((policy.may_state if paper is None else policy.may_give_statement)(speaker, flag))
    require_paper(paper, policy.may_enter_for_unit(by, flag))
    text = words(text, "text")
    if paper is not None and ends_period and paper.sha256 is None:
        raise Invalid({"scan": _l("单位声明陈述完毕的，须上传纸质情况说明的扫描件或照片。")})
    gives = bool(policy.may_give_statement(speaker, flag))
    statement = Statement(
        flag_id=flag.id,
        text=text,
        ends_period=ends_period,
        state=StatementState.GIVEN if gives else StatementState.DRAFT,
        drafted_by_id=by.person_id,
        drafted_at=now,
    )
    statement.flag = flag
    if gives:
        _give(statement, version=version, by=by, now=now, paper=paper)
    else:
        _hold(flag)
        _require_no_draft(flag)
    db.session.add(statement)
    db.session.flush()
    _keep_files(statement, files, by=by, now=now)
    if gives:
        notices.tell_stated(statement, now=now)
        if paper is not None:
            notices.tell_entered(flag, now=now)
    else:
        notices.tell_drafted_statement(statement, now=now)
    return statement


def give_statement(
    statement: Statement, *, text: str, ends_period: bool, version: int, flag_version: int, by: Actor, now: datetime
) -> None:
    """Give what was drafted, as it stands or put right; from then on it is never altered."""
    require(policy.may_give_statement(by, statement.flag))
    statement.text = words(text, "text")
    take(statement, version=version, states=[StatementState.DRAFT])
    statement.state, statement.ends_period = StatementState.GIVEN, ends_period
    _give(statement, version=flag_version, by=by, now=now)
    notices.tell_stated(statement, now=now)


def _give(statement: Statement, *, version: int, by: Actor, now: datetime, paper: PaperRoad | None = None) -> None:
    flag, speaker = statement.flag, who_decides(by, paper)
    statement.given_by_id, statement.given_at = speaker.person_id, now
    statement.given_as = speaker.capacity(flag.group_id, flag.unit_id)
    details = {"text": statement.text, "ends_period": statement.ends_period, **signed_for_unit(flag, paper)}
    step(flag, FlagMove.STATE, version=version, by=by, now=now, **details)
    if statement.ends_period and flag.period_used_at is None:
        flag.period_used_at = now


def _hold(flag: Flag) -> None:
    """Keep a flag as it is while a draft is written: others see nothing of it, so their pages stay good."""
    require_at_work(flag.group)
    held = sa.select(Flag.id).where(Flag.id == flag.id, Flag.state == FlagState.AWAITING).with_for_update()
    if db.session.scalar(held) is None:
        raise Stale


def _require_no_draft(flag: Flag) -> None:
    waiting = sa.select(Statement.id).where(Statement.flag_id == flag.id, Statement.state == StatementState.DRAFT)
    if db.session.scalar(waiting) is not None:
        raise Stale(_l("已有一份情况说明待本单位负责人确认。"))


def _keep_files(statement: Statement, files: Sequence[NewFile], *, by: Actor, now: datetime) -> None:
    db.session.add_all(
        StatementFile(
            statement_id=statement.id,
            sha256=file.sha256,
            name=file.name,
            size=file.size,
            uploaded_by_id=by.person_id,
            uploaded_at=now,
        )
        for file in files
    )
    db.session.flush()
