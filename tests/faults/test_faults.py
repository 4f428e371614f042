"""Real processes are killed, frozen and crowded: nothing is lost, and nothing is told twice without a doubt on record.

This is the quick form; `make test-faults` plays the long one.
"""

import ast
import tempfile
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from config import ROOT
from tests.engines import Cluster, Database
from tests.faults.databases import execute, keep, put_back
from tests.faults.stages import played
from tracker.kernel.crashpoints import NAMES

OF_EACH_KIND = ("deliver.freed", "deliver.sent", "digest.written", "sweep.chunk.inboxes", "tick.step.written")


@pytest.fixture
def stage(database: Database) -> str:
    """The address of a fresh database, to which this process holds no connection."""
    database.release()
    return database.url


def test_every_named_place_is_in_the_code_once_and_every_place_has_a_name() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "tracker").rglob("*.py"))]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and _is_crashpoint(node.func)]
    found = [str(call.args[0].value) for call in calls if isinstance(call.args[0], ast.Constant)]
    assert sorted(found) == sorted(NAMES)
    # Nor is there another way to say it: no other name for the function, no name of a place that is not written out.
    assert all(isinstance(call.func, ast.Name) and isinstance(call.args[0], ast.Constant) for call in calls)
    assert sum(map(_is_crashpoint, nodes)) == len(calls)


def _is_crashpoint(node: ast.AST) -> bool:
    """Whether something speaks of the function: by its name, as part of its module, or under another name."""
    return (
        (isinstance(node, ast.Name) and node.id == "crashpoint")
        or (isinstance(node, ast.Attribute) and node.attr == "crashpoint")
        or (isinstance(node, ast.alias) and node.name == "crashpoint" and node.asname is not None)
    )


def test_a_process_that_dies_at_a_place_of_each_kind_loses_nothing(stage: str, tmp_path: Path) -> None:
    found = played("crashes", stage, tmp_path / "play", *OF_EACH_KIND)
    assert (found["faults"], found["places"]) == ([], len(OF_EACH_KIND))


@pytest.mark.sqlite
def test_a_storm_over_one_scheduler_and_one_worker_loses_nothing(stage: str, tmp_path: Path) -> None:
    _check_storm(stage, tmp_path, crowd=1)


@pytest.mark.postgres
def test_a_storm_over_two_schedulers_and_two_workers_loses_nothing(stage: str, tmp_path: Path) -> None:
    _check_storm(stage, tmp_path, crowd=2)


def _check_storm(stage: str, tmp_path: Path, *, crowd: int) -> None:
    who = ("--schedulers", str(crowd), "--workers", str(crowd))
    found = played("storm", stage, tmp_path / "play", "--kills", "6", "--days", "2", "--owners", "6", *who)
    assert found["faults"] == []
    assert found["kills"] == 6
    assert found["of_them_chat"] > 0
    assert found["flags"] * found["notices"] * found["urges"] > 0


@pytest.mark.postgres
def test_three_schedulers_do_each_slot_once(stage: str, tmp_path: Path) -> None:
    found = played("leaders", stage, tmp_path / "play", "slots")
    assert found["faults"] == []


@pytest.mark.sqlite
def test_one_scheduler_that_is_killed_each_hour_does_each_slot_once_and_a_second_is_refused(
    stage: str, tmp_path: Path
) -> None:
    found = played("leaders", stage, tmp_path / "play", "alone-briefly")
    assert (found["faults"], found["refused"]) == ([], 3)


@pytest.mark.postgres
def test_a_leader_that_freezes_and_wakes_writes_nothing_more(stage: str, tmp_path: Path) -> None:
    assert played("leaders", stage, tmp_path / "play", "leader")["faults"] == []


@pytest.mark.postgres
def test_without_its_fence_a_leader_that_wakes_is_caught(stage: str, tmp_path: Path) -> None:
    found = played("leaders", stage, tmp_path / "play", "mutant")
    assert any("was written 2 times" in fault for fault in found["faults"])


@pytest.mark.postgres
def test_a_leader_that_freezes_outside_any_slot_writes_nothing_more(stage: str, tmp_path: Path) -> None:
    assert played("leaders", stage, tmp_path / "play", "leader-outside")["faults"] == []


@pytest.mark.postgres
def test_without_the_look_at_the_end_of_its_step_a_leader_that_wakes_outside_any_slot_is_caught(
    stage: str, tmp_path: Path
) -> None:
    found = played("leaders", stage, tmp_path / "play", "mutant-outside")
    assert "whoever led before wrote when it woke" in found["faults"]


@pytest.mark.postgres
def test_a_sender_that_freezes_and_wakes_leaves_one_doubt(stage: str, tmp_path: Path) -> None:
    assert played("leaders", stage, tmp_path / "play", "sender")["faults"] == []


@pytest.mark.postgres
def test_a_sender_that_freezes_before_it_begins_and_wakes_changes_nothing(stage: str, tmp_path: Path) -> None:
    assert played("leaders", stage, tmp_path / "play", "sender-claimed")["faults"] == []


@pytest.mark.postgres
def test_without_its_token_a_sender_that_wakes_is_caught(stage: str, tmp_path: Path) -> None:
    found = played("leaders", stage, tmp_path / "play", "mutant-sender")
    assert any("changed when it woke" in fault for fault in found["faults"])


@pytest.mark.postgres
def test_a_database_that_was_put_back_gives_no_number_twice_though_its_server_breaks_off() -> None:
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="zeren-faults-")), durable=True)
    try:
        execute(cluster.url, "CREATE DATABASE stage")
        url = make_url(cluster.url).set(database="stage").render_as_string(hide_password=False)
        execute(url, "CREATE SEQUENCE numbers")
        execute(url, "SELECT nextval('numbers')")
        keep(url)
        put_back(url)
        [(given,)] = execute(url, "SELECT max(nextval('numbers')) FROM generate_series(1, 5)")
        cluster.halt()
        cluster.begin()
        [(next_one,)] = execute(url, "SELECT nextval('numbers')")
        assert int(str(next_one)) > int(str(given)) == 6
    finally:
        cluster.stop()


@pytest.mark.postgres
def test_while_the_server_is_away_nothing_is_lost_and_when_it_is_back_all_go_on(stage: str, tmp_path: Path) -> None:
    found = played("cuts", stage, tmp_path / "play", "restart", "--seconds", "3")
    assert found["faults"] == []
    assert found["sent"] + found["uncertain"] > 0


def test_a_migration_that_dies_leaves_the_old_schema_or_the_new_one(stage: str, tmp_path: Path) -> None:
    found = played("migrating", stage, tmp_path / "play", "--back", "3", "--kills", "3")
    assert (found["faults"], found["kills"]) == ([], 3)


def test_on_a_full_disk_nobody_falls_the_web_says_so_and_all_go_on_when_there_is_room(
    stage: str, tmp_path: Path
) -> None:
    assert played("hindered", stage, tmp_path / "play", "full")["faults"] == []


def test_where_the_database_may_only_be_read_nothing_is_lost(stage: str, tmp_path: Path) -> None:
    assert played("hindered", stage, tmp_path / "play", "read-only")["faults"] == []
