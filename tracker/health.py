"""Is this installation well? For whoever watches it: database, schema, scheduler."""

from datetime import timedelta

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from config import ROOT
from tracker.kernel import clock
from tracker.kernel.access import PUBLIC
from tracker.kernel.db import db
from tracker.kernel.jobs import Heartbeat

bp = Blueprint("health", __name__)
ACCESS = {"health.healthz": PUBLIC}

SCHEDULER_LATE = timedelta(minutes=3)


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
        beat = db.session.get(Heartbeat, "scheduler") if revision == expected else None
    except SQLAlchemyError:
        current_app.logger.exception("health check")
        return jsonify(database="bad", schema="unknown", scheduler="unknown"), 503
    alive = beat is not None and clock.now() - beat.at < SCHEDULER_LATE
    report = {
        "database": "ok",
        "schema": "ok" if revision == expected else "bad",
        "revision": revision,
        "scheduler": "ok" if alive else "bad",
        "scheduler_seen_at": beat.at.isoformat() if beat else None,
    }
    return jsonify(report), 200 if alive and revision == expected else 503
