"""Plan documents brought in by command, and what stands in the database before and after."""

from pathlib import Path

import sqlalchemy as sa

from tests.cast import NOW
from tracker.kernel.actor import Actor
from tracker.kernel.db import Base, db, write_transaction
from tracker.organisation.models import Region
from tracker.plans import commands
from tracker.plans.documents import read_document
from tracker.plans.models import Plan, PlanDocument
from tracker.tasks.intake import confirm_document

INVENTED = Path(__file__).parents[1] / "plans" / "pages" / "invented_plan.txt"


def bring_in(region: Region, store: Path, *, by: Actor, file: Path = INVENTED) -> PlanDocument:
    """Read a file and keep it as a document of a region."""
    paper = read_document(file.read_bytes(), file.name, field="file")
    with write_transaction():
        return commands.bring_in(region, document=paper, root=store, by=by, now=NOW)


def confirm(document: PlanDocument, *, by: Actor) -> Plan:
    """Confirm a document with what was proposed."""
    with write_transaction():
        return confirm_document(document, by=by, now=NOW)


def row_counts() -> dict[str, int]:
    """How many rows each table holds; the record of acts and kept files only grow, and are left out."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in {"audit_entry", "stored_file"}]
    return {table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables}
