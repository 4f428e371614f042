"""Write to the record of acts, in the transaction of the act itself."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask import g, has_request_context

from tracker.audit.models import AuditEntry
from tracker.kernel.actor import Actor
from tracker.kernel.db import db


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value


def record(
    act: str,
    subject_kind: str,
    subject_id: int,
    *,
    by: Actor,
    now: datetime,
    group_id: int | None = None,
    unit_id: int | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Record an act with its old and new values. act is a code such as task.submit, listed by its feature.

    group_id and unit_id say in which seat or post the person acted.
    """
    db.session.add(
        AuditEntry(
            at=now,
            act=act,
            subject_kind=subject_kind,
            subject_id=subject_id,
            group_id=group_id,
            account_id=by.account_id,
            person_id=by.person_id,
            actor_name=by.name,
            actor_capacity=by.capacity(group_id, unit_id),
            old={key: _plain(value) for key, value in (old or {}).items()},
            new={key: _plain(value) for key, value in (new or {}).items()},
            request_id=str(g.get("request_id", "")) if has_request_context() else "",
        )
    )
