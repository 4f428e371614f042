"""Is this installation well? For whoever watches it: database, schema, scheduler, worker."""

from datetime import timedelta

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT
from tracker.jobs.queries import WORKER_LATE
from tracker.kernel import clock
from tracker.kernel.access import PUBLIC
from tracker.kernel.db import db
from tracker.kernel.jobs import Heartbeat

bp = Blueprint("health", __name__)
ACCESS = {"health.healthz": PUBLIC}

LATE = {"scheduler": timedelta(minutes=3), "worker": WORKER_LATE}
"""The processes beside the web, and how long each may be silent."""


def _schema() -> tuple[str | None, str | None]:
    """The revision of the database, and the one that this code expects."""
    context = MigrationContext.configure(db.session.connection())
    return context.get_current_revision(), ScriptDirectory(str(ROOT / "migrations")).get_current_head()


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 when all is well, 503 when anything is not; names no secret."""
    try:
        db.session.execute(sa.select(1))
        revision, expected = _schema()
        beats = {role: db.session.get(Heartbeat, role) if revision == expected else None for role in LATE}
    except SQLAlchemyError:
        current_app.logger.exception("health check")
        return jsonify(database="bad", schema="unknown", **dict.fromkeys(LATE, "unknown")), 503
    now = clock.now()
    alive = {role: (beat := beats[role]) is not None and now - beat.at < late for role, late in LATE.items()}
    report = {
        "database": "ok",
        "schema": "ok" if revision == expected else "bad",
        "revision": revision,
        **{role: "ok" if lives else "bad" for role, lives in alive.items()},
        **{f"{role}_seen_at": beat.at.isoformat() if beat else None for role, beat in beats.items()},
    }
    return jsonify(report), 200 if all(alive.values()) and revision == expected else 503
