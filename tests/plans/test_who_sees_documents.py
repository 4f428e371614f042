"""Who sees a document that was brought in, until it becomes a plan."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from tracker.kernel.actor import SYSTEM, Actor
from tracker.kernel.db import write_transaction
from tracker.plans import policy
from tracker.plans.models import PlanDocument

BROUGHT_IN = {"office_clerk": "d1", "registrar": "d1", "d2_office_director": "d2"}
"""Who brought a document in, and for which region."""


@pytest.fixture(autouse=True)
def documents(cast: Cast) -> None:
    with write_transaction() as session:
        for name, region in BROUGHT_IN.items():
            about = {"name": name, "sha256": "0" * 64, "lines": [], "findings": {}, "corrections": {}}
            by, region_id = cast.person_ids[name], cast.region_ids[region]
            session.add(PlanDocument(region_id=region_id, uploaded_by=by, uploaded_at=NOW, **about))


def seen(session: Session, actor: Actor) -> set[str]:
    return set(session.scalars(sa.select(PlanDocument.name).where(policy.documents_visible_to(actor))))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("registrar", {"office_clerk", "registrar"}),
        ("office_clerk", {"office_clerk"}),
        ("office_secondee", {"office_clerk"}),
        ("office_director", {"office_clerk"}),
        ("d2_office_director", {"d2_office_director"}),
        ("g2_office_clerk", set()),
        ("supervisor", set()),
        ("finance_head", set()),
    ],
)
def test_a_document_is_seen_by_the_registrar_of_its_region_and_the_office_that_brought_it_in(
    cast: Cast, session: Session, name: str, expected: set[str]
) -> None:
    assert seen(session, cast.actor(name)) == expected


def test_the_scheduler_sees_every_document(session: Session) -> None:
    assert seen(session, SYSTEM) == set(BROUGHT_IN)
