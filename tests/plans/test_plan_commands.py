"""The commands of plans refuse what they must, beside what they let pass."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cast import NOW, Cast
from tests.tasks.papers import INVENTED, bring_in, confirm
from tracker.kernel.actor import SYSTEM
from tracker.kernel.db import db, write_transaction
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.plans import commands, policy, queries
from tracker.plans.documents import read_document
from tracker.plans.models import Plan, PlanDocument
from tracker.plans.rules import DocumentState


@pytest.fixture
def plan(cast: Cast, tmp_path: Path) -> Plan:
    """A plan of the first group."""
    clerk = cast.actor("office_clerk")
    return confirm(bring_in(cast.region(), tmp_path, by=clerk), by=clerk)


def test_only_who_works_for_the_region_brings_documents_in(cast: Cast, tmp_path: Path) -> None:
    paper = read_document(INVENTED.read_bytes(), "方案.txt", field="file")
    for name in ("finance_head", "d2_office_director", "leader"):
        with pytest.raises(NotAllowed), write_transaction():
            commands.bring_in(cast.region(), document=paper, root=tmp_path, by=cast.actor(name), now=NOW)
    for name in ("registrar", "g2_office_clerk"):
        with write_transaction():
            commands.bring_in(cast.region(), document=paper, root=tmp_path, by=cast.actor(name), now=NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PlanDocument)) == 2


def test_the_same_bytes_are_kept_once(cast: Cast, tmp_path: Path) -> None:
    bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))
    row = bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [row.sha256]


def test_a_document_that_was_put_away_takes_no_corrections(cast: Cast, tmp_path: Path) -> None:
    by = cast.actor("registrar")
    row = bring_in(cast.region(), tmp_path, by=by)
    with write_transaction():
        commands.discard_document(row, version=1, by=by, now=NOW)
    assert row.state is DocumentState.DISCARDED
    with pytest.raises(Stale), write_transaction():
        commands.save_corrections(row, choices={}, version=2, by=by, now=NOW)
    assert row.corrections["title"]


def test_others_neither_correct_nor_put_away(cast: Cast, tmp_path: Path) -> None:
    row = bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))
    stranger = cast.actor("d2_office_director")
    with pytest.raises(NotAllowed), write_transaction():
        commands.save_corrections(row, choices={}, version=1, by=stranger, now=NOW)
    with pytest.raises(NotAllowed), write_transaction():
        commands.discard_document(row, version=1, by=stranger, now=NOW)
    assert (row.version, row.state) == (1, DocumentState.READ)


def test_a_phase_that_ends_before_it_begins_is_refused(cast: Cast, plan: Plan) -> None:
    by = cast.actor("office_clerk")
    wrong = commands.NewPhase("收官", date(2026, 9, 1), date(2026, 8, 1))
    with pytest.raises(Invalid), write_transaction():
        commands.add_phase(plan, phase=wrong, by=by, now=NOW)
    with write_transaction():
        phase = commands.add_phase(plan, phase=commands.NewPhase("收官", date(2026, 9, 1)), by=by, now=NOW)
    assert (phase.position, phase.ends_on) == (3, None)


def test_a_clause_has_its_limit(cast: Cast, plan: Plan) -> None:
    by = cast.actor("office_clerk")
    with pytest.raises(Invalid), write_transaction():
        commands.add_measure(plan, measure=commands.NewMeasure("长" * (commands.MAX_CLAUSE + 1)), by=by, now=NOW)
    with write_transaction():
        added = commands.add_measure(plan, measure=commands.NewMeasure("补充一条", "五"), by=by, now=NOW)
    assert queries.measures(plan)[-1] is added


def test_a_plan_without_a_document_can_be_removed_too(cast: Cast, plan: Plan) -> None:
    plan_id = plan.id
    with write_transaction():
        db.session.execute(sa.text("UPDATE task SET plan_id = NULL, measure_id = NULL, phase_id = NULL"))
        plan.document = None
        db.session.flush()
        commands.remove_plan(plan, version=1, by=cast.actor("office_clerk"), now=NOW)
    assert db.session.get(Plan, plan_id) is None


def test_the_product_itself_sees_every_document(cast: Cast, tmp_path: Path) -> None:
    row = bring_in(cast.region(), tmp_path, by=cast.actor("registrar"))
    assert queries.document_of_reader(SYSTEM, row.id) is row
    assert policy.may_bring_in(SYSTEM, cast.region())


def test_a_region_is_found_in_the_name_that_a_paper_prints(cast: Cast) -> None:
    regions = [cast.region("d1"), cast.region("d2")]
    assert queries.region_named(regions, "昭江市云洲区") is regions[1]
    assert queries.region_named(regions, "别处县") is None
    assert queries.region_named(regions, None) is None
