"""Whoever reaches past the application into the record of acts is found, and the place is named."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audit.tampering import ENTRY, PLACE, SEAL, behind, enter, exchange, sealed, told, verify
from tests.clock import NOW
from tracker.audit.queries import anchor_line, last_seal
from tracker.audit.rules import COLUMNS, NOTHING_BEFORE, Head, Purpose, act_bytes, chain_digest
from tracker.audit.sealing import seal_waiting
from tracker.audit.verification import Anchor, read_anchors
from tracker.kernel import seals
from tracker.kernel.db import db

pytestmark = pytest.mark.usefixtures("session")

OTHER: dict[str, Any] = {
    "at": NOW + timedelta(microseconds=1),
    "act": "plan.confirm",
    "subject_kind": "task",
    "subject_id": 99,
    "group_id": None,
    "account_id": 5,
    "person_id": 5,
    "actor_name": "别人",
    "actor_capacity": "局长",
    "old": {},
    "new": {"n": [2.0]},
    "request_id": "r",
    "mark": "00000000." + "0" * 64,
}


def anchor() -> Anchor:
    seal = last_seal()
    assert seal is not None
    [found] = read_anchors([anchor_line(seal)])
    db.session.rollback()
    return found


def row(table: sa.Table, key: str, value: int) -> dict[str, Any]:
    with db.engine.connect() as connection:
        return dict(connection.execute(sa.select(table).where(table.c[key] == value)).mappings().one())


def test_a_record_that_nobody_touched_verifies() -> None:
    sealed(3, 1, 2)
    enter(2)
    findings, walk = verify(anchor())
    assert findings == []
    assert (walk.rows, walk.seal_count, walk.unsealed, walk.oldest_unsealed) == (6, 3, 2, NOW)


def test_an_empty_record_verifies() -> None:
    findings, walk = verify()
    assert (findings, walk.rows, walk.unsealed) == ([], 0, 0)


@pytest.mark.parametrize("column", [*COLUMNS[1:], "mark"])
@pytest.mark.parametrize("waits", [False, True], ids=["sealed", "unsealed"])
def test_an_edited_row_is_named_whichever_column(column: str, waits: bool) -> None:
    ids = enter(3) if waits else sealed(3)
    behind(sa.update(ENTRY).where(ENTRY.c.id == ids[1]).values({column: OTHER[column]}))
    [(fault, where)] = told()
    if column == "mark":
        assert (fault, where["id"], where["key"]) == ("key_unknown", ids[1], "00000000")
    else:
        assert (fault, where["id"]) == ("row_foreign" if waits else "row_altered", ids[1])


def test_every_column_of_an_act_is_under_its_mark() -> None:
    assert {*COLUMNS, "mark"} == set(ENTRY.c.keys()) == {"id", *OTHER}


def test_a_renumbered_row_is_missed_in_its_place_and_found_foreign_in_its_new_one() -> None:
    ids = sealed(3)
    behind(sa.update(ENTRY).where(ENTRY.c.id == ids[1]).values(id=ids[1] + 500))
    assert told() == [("row_removed", {"sequence": 2, "id": ids[1]}), ("row_foreign", {"id": ids[1] + 500})]


def test_a_mark_that_is_none_is_an_alteration_and_no_unknown_key() -> None:
    ids = sealed(2)
    behind(sa.update(ENTRY).where(ENTRY.c.id == ids[0]).values(mark=""))
    assert told() == [("row_altered", {"sequence": 1, "id": ids[0]})]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "value", ["at = 'never'", "old = '{'", "act = x'ff'", "act = cast(x'ff' as text)", "subject_id = 'x'"]
)
@pytest.mark.parametrize("waits", [False, True], ids=["sealed", "unsealed"])
def test_a_row_made_unreadable_is_named_and_the_rest_is_still_verified(value: str, waits: bool) -> None:
    ids = enter(4) if waits else sealed(4)
    behind(
        sa.text(f"UPDATE audit_entry SET {value} WHERE id = {ids[1]}"),
        sa.update(ENTRY).where(ENTRY.c.id == ids[3]).values(act="x"),
    )
    fault = "row_foreign" if waits else "row_altered"
    assert [(name, where["id"]) for name, where in told()] == [(fault, ids[1]), (fault, ids[3])]


@pytest.mark.postgres
def test_a_date_beyond_all_dates_is_named_too() -> None:
    ids = sealed(3)
    behind(sa.text(f"UPDATE audit_entry SET at = 'infinity' WHERE id = {ids[1]}"))
    assert told() == [("row_altered", {"sequence": 2, "id": ids[1]})]


def test_a_row_removed_from_the_middle_is_named() -> None:
    ids = sealed(3, 3)
    behind(sa.delete(ENTRY).where(ENTRY.c.id == ids[1]))
    assert told() == [("row_removed", {"sequence": 2, "id": ids[1]})]


def test_a_row_removed_with_its_place_is_missed_by_its_sequence() -> None:
    ids = sealed(3, 3)
    for gone in ([1], [3, 4]):
        for index in gone:
            behind(
                sa.delete(PLACE).where(PLACE.c.entry_id == ids[index]), sa.delete(ENTRY).where(ENTRY.c.id == ids[index])
            )
    assert told() == [
        ("places_removed", {"first": 2, "last": 2}),
        ("places_removed", {"first": 4, "last": 5}),
    ]


def test_the_last_rows_of_a_seal_removed_with_their_places_are_missed() -> None:
    ids = sealed(3)
    behind(sa.delete(PLACE).where(PLACE.c.sequence > 1), sa.delete(ENTRY).where(ENTRY.c.id > ids[0]))
    assert told() == [("places_removed", {"first": 2, "last": 3})]


def test_of_the_unsealed_tail_a_removed_row_is_not_found_and_an_anchor_does_not_help() -> None:
    sealed(2)
    kept = anchor()
    ids = enter(2)
    behind(sa.delete(ENTRY).where(ENTRY.c.id == ids[1]))
    findings, walk = verify(kept)
    assert (findings, walk.unsealed) == ([], 1)


def test_a_sealed_tail_cut_off_whole_is_found_by_the_anchor_alone() -> None:
    ids = sealed(2, 2)
    kept = anchor()
    behind(
        sa.delete(PLACE).where(PLACE.c.seal_number == 2),
        sa.delete(SEAL).where(SEAL.c.number == 2),
        sa.delete(ENTRY).where(ENTRY.c.id.in_(ids[2:])),
    )
    assert told() == []
    assert told(kept) == [("anchor_cut", {"seal": 2, "rows": 4})]


def test_an_emptied_record_is_found_by_the_anchor_alone() -> None:
    sealed(2)
    kept = anchor()
    behind(sa.delete(PLACE), sa.delete(SEAL), sa.delete(ENTRY))
    assert told() == []
    assert told(kept) == [("anchor_cut", {"seal": 1, "rows": 2})]


def test_a_chain_sealed_anew_by_whoever_has_the_key_is_found_by_the_anchor() -> None:
    ids = sealed(2, 2)
    kept = anchor()
    behind(sa.delete(PLACE), sa.delete(SEAL), sa.delete(ENTRY).where(ENTRY.c.id == ids[1]))
    assert seal_waiting(now=NOW) == 3
    seal_waiting(now=NOW)
    assert told() == []
    assert told(kept) == [("anchor_cut", {"seal": 2, "rows": 4})]
    enter(1)
    seal_waiting(now=NOW)
    assert told() == []
    assert told(kept) == [("anchor_replaced", {"seal": 2})]


@pytest.mark.parametrize("copied", [False, True], ids=["forged mark", "copied mark"])
def test_a_row_put_in_behind_is_named(copied: bool) -> None:
    ids = sealed(2)
    new = row(ENTRY, "id", ids[0]) | {"id": ids[1] + 10}
    if not copied:
        new["mark"] = new["mark"][:9] + "0" * 64
    behind(sa.insert(ENTRY).values(**new))
    assert told() == [("row_foreign", {"id": ids[1] + 10})]
    # Sealing does not make it one of ours.
    assert seal_waiting(now=NOW) == 1
    assert told() == [("row_altered", {"sequence": 3, "id": ids[1] + 10})]


def test_a_row_put_in_with_a_place_is_named() -> None:
    ids = sealed(3)
    new = row(ENTRY, "id", ids[0]) | {"id": ids[2] + 10}
    place = row(PLACE, "sequence", 3) | {"sequence": 4, "entry_id": ids[2] + 10}
    behind(sa.insert(ENTRY).values(**new), sa.insert(PLACE).values(**place))
    assert told() == [
        ("row_altered", {"sequence": 4, "id": ids[2] + 10}),
        ("place_unsealed", {"sequence": 4, "id": ids[2] + 10}),
    ]


def test_two_rows_that_exchanged_their_ids_are_both_named() -> None:
    ids = sealed(2, 2)
    behind(*exchange(ENTRY, "id", ids[1], ids[2], "id"))
    assert told() == [("row_altered", {"sequence": n, "id": ids[n - 1]}) for n in (2, 3)]


def test_two_rows_that_exchanged_all_but_their_ids_are_both_named() -> None:
    ids = sealed(3)
    behind(*exchange(ENTRY, "id", ids[0], ids[1], *COLUMNS[1:], "mark"))
    assert told() == [("row_altered", {"sequence": n, "id": ids[n - 1]}) for n in (1, 2)]


@pytest.mark.parametrize("batches", [(4,), (2, 2)], ids=["in one seal", "across seals"])
@pytest.mark.parametrize("columns", [["entry_id"], ["entry_id", "mark"], ["sequence"]], ids="+".join)
def test_two_places_exchanged_are_both_named(batches: tuple[int, ...], columns: list[str]) -> None:
    ids = sealed(*batches)
    behind(*exchange(PLACE, "sequence", 2, 3, *columns))
    assert told() == [
        ("place_altered", {"sequence": 2, "id": ids[2]}),
        ("place_altered", {"sequence": 3, "id": ids[1]}),
    ]


def test_a_place_moved_to_another_seal_is_named() -> None:
    ids = sealed(2, 2)
    behind(sa.update(PLACE).where(PLACE.c.sequence == 2).values(seal_number=2))
    assert told() == [("place_altered", {"sequence": 2, "id": ids[1]})]


def test_a_seal_removed_from_the_middle_is_named() -> None:
    sealed(2, 2, 2)
    behind(sa.delete(SEAL).where(SEAL.c.number == 2))
    assert told() == [("seals_removed", {"first": 2, "last": 2})]


def test_the_last_seal_removed_is_found_by_the_places_that_it_leaves() -> None:
    ids = sealed(2, 1)
    behind(sa.delete(SEAL).where(SEAL.c.number == 2))
    assert told() == [("place_unsealed", {"sequence": 3, "id": ids[2]})]


def test_a_seal_removed_with_all_that_it_covers_is_named() -> None:
    ids = sealed(2, 2, 2)
    behind(
        sa.delete(PLACE).where(PLACE.c.seal_number == 2),
        sa.delete(SEAL).where(SEAL.c.number == 2),
        sa.delete(ENTRY).where(ENTRY.c.id.in_(ids[2:4])),
    )
    assert told() == [("seals_removed", {"first": 2, "last": 2}), ("places_removed", {"first": 3, "last": 4})]


@pytest.mark.parametrize(
    ("column", "value", "faults"),
    [
        ("number", 9, ["seal_altered", "seals_removed", "seal_mismatch"]),
        ("first_sequence", 2, ["seal_mismatch"]),
        ("last_sequence", 5, ["seal_altered", "places_removed"]),
        ("last_id", 1, ["seal_mismatch"]),
        ("previous", "0" * 64, ["seal_unchained", "seal_mismatch"]),
        ("digest", "0" * 64, ["seal_altered", "seal_mismatch"]),
        ("mark", "", ["seal_altered"]),
        ("sealed_at", NOW + timedelta(days=1), ["seal_altered", "seal_mismatch"]),
    ],
)
def test_an_altered_seal_is_named_whichever_column(column: str, value: object, faults: list[str]) -> None:
    sealed(2, 2)
    behind(sa.update(SEAL).where(SEAL.c.number == 2).values({column: value}))
    found = told()
    assert [fault for fault, _where in found] == faults
    assert {where.get("seal") for _fault, where in found} <= {2, 9, None}


@pytest.mark.sqlite
@pytest.mark.parametrize("value", ["last_sequence = 'x'", "sealed_at = 'never'", "digest = x'ff'"])
def test_a_seal_made_unreadable_is_named(value: str) -> None:
    sealed(2, 2)
    behind(sa.text(f"UPDATE audit_seal SET {value} WHERE number = 1"))
    assert told()[0] == ("seal_altered", {"seal": 1})


def test_rows_and_seal_rewritten_together_without_the_key_are_found() -> None:
    ids = sealed(2, 1)
    old, second = row(SEAL, "number", 1), row(SEAL, "number", 2)
    marks = [row(ENTRY, "id", entry_id)["mark"] for entry_id in ids]
    head = Head(1, 1, 1, ids[0], NOTHING_BEFORE, old["sealed_at"])
    digest = chain_digest(head, [(1, ids[0], marks[0])])
    head = Head(2, 2, 2, ids[2], digest, second["sealed_at"])
    after = chain_digest(head, [(2, ids[2], marks[2])])
    behind(
        sa.delete(PLACE).where(PLACE.c.sequence == 2),
        sa.delete(ENTRY).where(ENTRY.c.id == ids[1]),
        sa.update(PLACE).where(PLACE.c.sequence == 3).values(sequence=2),
        sa.update(SEAL).where(SEAL.c.number == 1).values(last_sequence=1, last_id=ids[0], digest=digest),
        sa.update(SEAL).where(SEAL.c.number == 2).values(first_sequence=2, last_sequence=2, digest=after),
        sa.update(SEAL).where(SEAL.c.number == 2).values(previous=digest),
    )
    assert told() == [
        ("seal_altered", {"seal": 1}),
        ("seal_altered", {"seal": 2}),
        ("place_altered", {"sequence": 2, "id": ids[2]}),
    ]


def test_an_act_of_the_same_id_recorded_later_does_not_pass_for_the_sealed_one() -> None:
    ids = sealed(3)
    put_aside = row(ENTRY, "id", ids[2])
    forged = put_aside | {"subject_id": 77}
    # The strongest case: a true mark over other content, as only the application makes it.
    forged["mark"] = seals.mark(Purpose.ACT, act_bytes(forged))
    behind(sa.delete(ENTRY).where(ENTRY.c.id == ids[2]), sa.insert(ENTRY).values(**forged))
    assert told() == [("place_altered", {"sequence": 3, "id": ids[2]})]


def test_under_an_unknown_key_nothing_is_said_to_be_well(app: Flask) -> None:
    sealed(2)
    kept = anchor()
    keys = app.config["SEAL_KEYS"]
    try:
        app.config["SEAL_KEYS"] = ("n" * 40,)
        findings, walk = verify(kept)
        app.config["SEAL_KEYS"] = ("n" * 40, *keys)
        enter(1)
        seal_waiting(now=NOW)
        again, _walk = verify(kept)
    finally:
        app.config["SEAL_KEYS"] = keys
    assert {str(finding.fault) for finding in findings} == {"key_unknown"}
    assert walk.unknown_keys == {kept.mark[:8]}
    assert again == []


@pytest.mark.parametrize("field", ["rows", "digest", "sealed_at", "mark"])
def test_an_anchor_that_was_altered_is_told(field: str) -> None:
    sealed(2)
    true = anchor()
    other = {"rows": 1, "digest": "0" * 64, "sealed_at": NOW + timedelta(1), "mark": true.mark[:-1] + "g"}
    given = {name: getattr(true, name) for name in Anchor.__slots__} | {field: other[field]}
    assert ("anchor_altered", {"seal": 1}) in told(Anchor(**given))
    assert told(true) == []
