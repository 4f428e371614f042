"""Is this installation well? For whoever watches it: database, schema, scheduler, worker, what the watchdog found."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from tracker.jobs.queries import WORKER_LATE
from tracker.kernel import clock
from tracker.kernel.access import PUBLIC
from tracker.kernel.db import db
from tracker.kernel.jobs import Heartbeat
from tracker.kernel.soundness import revisions
from tracker.reminders.queries.held import open_doubt
from tracker.upkeep.queries import grave_findings, last_look

bp = Blueprint("health", __name__)
ACCESS = {"health.healthz": PUBLIC}

LATE = {"scheduler": timedelta(minutes=3), "worker": WORKER_LATE}
"""The processes beside the web, and how long each may be silent."""


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when all is well, 503 when anything is not; names no secret."""
    try:
        db.session.execute(sa.select(1))
        revision, expected = revisions()
        is_known = revision == expected
        now = clock.now()
        beats = {role: db.session.get(Heartbeat, role) if is_known else None for role in LATE}
        looked_at, is_late = last_look(now=now) if is_known else (None, False)
        findings = grave_findings() if is_known else []
        is_doubted = is_known and open_doubt() is not None
    except SQLAlchemyError:
        current_app.logger.exception("health check")
        return jsonify(database="bad", schema="unknown", **dict.fromkeys((*LATE, "clock", "watchdog"), "unknown")), 503
    # A sign of life from the future is none: the clock was set back, and says nothing of who lives now.
    alive = {role: (beat := beats[role]) is not None and abs(now - beat.at) < late for role, late in LATE.items()}
    is_calm = not findings and not is_late
    report = {
        "database": "ok",
        "schema": "ok" if is_known else "bad",
        "revision": revision,
        **{role: "ok" if lives else "bad" for role, lives in alive.items()},
        "clock": "bad" if is_doubted else "ok",
        "watchdog": "ok" if is_calm else "bad",
        "watchdog_looked_at": looked_at.isoformat() if looked_at else None,
        "findings": findings,
        **{f"{role}_seen_at": beat.at.isoformat() if beat else None for role, beat in beats.items()},
    }
    return jsonify(report), 200 if all(alive.values()) and is_known and is_calm and not is_doubted else 503
