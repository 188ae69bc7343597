"""`rvm-edge ledger`: lists and proves what is remembered, also while the machine writes."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from click.testing import CliRunner, Result
from msgspec.structs import replace

from rvm_edge.cli import main
from rvm_edge.decision import Figure, PictureFigures, SecondOpinion
from rvm_edge.item import Detection, SessionEnd, SessionMode
from rvm_edge.ledger import ViolationKind
from rvm_edge.settings import AcceptanceSettings
from rvm_edge.vision.acceptance import decide
from rvm_edge.vision.evidence import Signs
from tests.ledger.scenes import REFUSED, bring_to, close, new_session, open_now, take_step


def call(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), "ledger", *words])


def as_json(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A ledger with a guest's two items and a user's one, still in hand."""
    ledger = open_now(tmp_path / "ledger.sqlite")
    guest = new_session(SessionMode.GUEST)
    trio.run(ledger.open_session, guest)
    for situation in ("accepted dropped delivered", "refused given_back returned"):
        trio.run(partial(bring_to, ledger, situation))
    trio.run(partial(ledger.close_session, guest.session_id, SessionEnd.FINISHED))
    trio.run(ledger.open_session, new_session(owner="user-7"))
    trio.run(partial(bring_to, ledger, "accepted doubted"))
    close(ledger)
    return tmp_path


def test_check_of_a_sound_ledger_succeeds(data_dir: Path) -> None:
    result = call(data_dir, "check")
    assert result.exit_code == 0
    assert result.stdout == "3 items (1 in_doubt, 1 settled, 1 delivered)\nno violations\n"


def test_check_json_has_the_keys_that_others_rely_on(data_dir: Path) -> None:
    result = call(data_dir, "check", "--json")
    assert result.exit_code == 0
    assert as_json(result) == {
        "items": 3,
        "by_state": {"inserted": 0, "decided": 0, "in_doubt": 1, "settled": 1, "delivered": 1},
        "violations": [],
    }


def lose_an_outbox_row(data_dir: Path) -> str:
    connection = sqlite3.connect(data_dir / "ledger.sqlite", isolation_level=None)
    connection.execute("DROP TRIGGER outbox_is_kept")
    ((uuid,),) = connection.execute("SELECT client_uuid FROM outbox").fetchall()
    connection.execute("DELETE FROM outbox")
    connection.close()
    return str(uuid)


def test_check_names_violations_and_exits_with_1(data_dir: Path) -> None:
    uuid = lose_an_outbox_row(data_dir)
    result = call(data_dir, "check")
    assert result.exit_code == 1
    assert f"dropped_not_recorded: item {uuid}: dropped, but not in the outbox\n" in result.stdout
    assert "protection_missing: outbox_is_kept: the schema lacks it\n" in result.stdout
    assert result.stdout.endswith("3 violations\n")


def test_check_json_lists_violations_and_exits_with_1(data_dir: Path) -> None:
    uuid = lose_an_outbox_row(data_dir)
    result = call(data_dir, "check", "--json")
    assert result.exit_code == 1
    violations = as_json(result)["violations"]
    assert {
        "kind": "dropped_not_recorded",
        "what": "dropped, but not in the outbox",
        "row": f"item {uuid}",
    } in violations
    assert {violation["kind"] for violation in violations} <= {k.value for k in ViolationKind}


def test_list_shows_every_item_the_newest_first(data_dir: Path) -> None:
    result = call(data_dir, "list")
    assert result.exit_code == 0
    head, *rows = result.stdout.splitlines()
    assert head.split() == [
        "item", "session", "for", "state", "verdict", "class", "outcome", "inserted",
    ]  # fmt: skip
    newest, refused, delivered = (row.split() for row in rows)
    assert newest[2:7] == ["user-7", "in_doubt", "empty_pet", "pet_bottle", "0.91"]
    assert refused[2:8] == ["guest", "settled", "not_empty", "pet_bottle", "0.70", "returned"]
    assert delivered[2:8] == ["guest", "delivered", "empty_pet", "pet_bottle", "0.91", "dropped"]
    assert newest[-2:] == ["2026-03-01", "08:00:13Z"]


def test_list_json_holds_whole_records(data_dir: Path) -> None:
    items = as_json(call(data_dir, "list", "--json"))["items"]
    assert [record["item"]["state"] for record in items] == ["in_doubt", "settled", "delivered"]
    assert items[0]["doubt"] == "the sorter stayed silent"
    assert items[2]["verdict"]["detections"][0][0]["box"] == [1.5, 2.25, 101.125, 202.0]
    assert items[2]["item"]["outcome"] == "dropped"


def test_list_filters_by_state_session_and_limit(data_dir: Path) -> None:
    everything = as_json(call(data_dir, "list", "--json"))["items"]
    session = everything[2]["item"]["session_id"]

    def uuids(*words: str) -> list[str]:
        items = as_json(call(data_dir, "list", "--json", *words))["items"]
        return [record["item"]["client_uuid"] for record in items]

    known = [record["item"]["client_uuid"] for record in everything]
    assert uuids("--state", "settled") == known[1:2]
    assert uuids("--session", session) == known[1:]
    assert uuids("--session", session[:8].upper()) == known[1:]
    assert uuids("--limit", "1") == known[:1]
    assert uuids("--session", session, "--state", "in_doubt") == []


def test_an_owner_with_markup_in_it_is_shown_as_it_is(tmp_path: Path) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    trio.run(ledger.open_session, new_session(owner="[red]u[/red]"))
    trio.run(partial(bring_to, ledger, "returned"))
    close(ledger)
    assert " [red]u[/red] " in call(tmp_path, "list").stdout


def test_listing_an_empty_ledger_says_so(tmp_path: Path) -> None:
    close(open_now(tmp_path / "ledger.sqlite"))
    assert call(tmp_path, "list").stdout == "no items\n"
    assert as_json(call(tmp_path, "list", "--json")) == {"items": []}


@pytest.mark.parametrize("command", ["list", "check"])
def test_a_missing_ledger_is_one_clear_line(tmp_path: Path, command: str) -> None:
    result = call(tmp_path, command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"rvm-edge: there is no ledger at {tmp_path / 'ledger.sqlite'}; 'rvm-edge run' makes one\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_listing_a_file_that_is_no_ledger_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"")
    result = call(tmp_path, "list")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "is not a ledger" in result.stderr


def test_checking_a_damaged_ledger_is_a_violation(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"garbage" * 1000)
    result = call(tmp_path, "check", "--json")
    assert result.exit_code == 1
    assert [violation["kind"] for violation in as_json(result)["violations"]] == ["integrity"]


@pytest.mark.parametrize("command", ["list", "check"])
def test_both_commands_work_while_the_machine_writes(tmp_path: Path, command: str) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    trio.run(ledger.open_session, new_session())
    trio.run(partial(bring_to, ledger, "accepted dropped"))
    result = call(tmp_path, command, "--json")
    assert result.exit_code == 0
    trio.run(partial(bring_to, ledger, "returned"))
    assert as_json(call(tmp_path, "check", "--json"))["items"] == 2
    close(ledger)


@pytest.mark.parametrize("words", [("--limit", "0"), ("--state", "lost"), ("--limit", "x")])
def test_wrong_usage_is_refused(data_dir: Path, words: tuple[str, ...]) -> None:
    assert call(data_dir, "list", *words).exit_code == 2


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    """A ledger with two items: one that the rule judged, and one that nobody did."""
    ledger = open_now(tmp_path / "ledger.sqlite")

    async def fill() -> None:
        session = new_session(SessionMode.GUEST)
        await ledger.open_session(session)
        figures = PictureFigures(96.4, 30.0, 200.0, "ab" * 32)
        signs = Signs((figures,), ("0f1e3c78f0e1c387",), PictureFigures(2.0, 1.0, 3.0, "cd" * 32))
        bottle = Detection("mineral", 0.84, (10.0, 10.0, 110.0, 60.0))
        verdict = decide([[bottle]], AcceptanceSettings(), weight_g=240, signs=signs)
        opinion = SecondOpinion("sam2", "one bottle", (Figure("area", 0.2),))
        assert verdict.record is not None
        record = msgspec.structs.replace(verdict.record, second_opinion=opinion)
        for made in (replace(verdict, record=record), REFUSED):
            item = await ledger.insert(session.session_id)
            await ledger.decide(item.client_uuid, made)
            await take_step(ledger, item.client_uuid, "given_back")
            await take_step(ledger, item.client_uuid, "returned")

    trio.run(fill)
    close(ledger)
    return tmp_path


def uuids(data_dir: Path) -> list[str]:
    items = as_json(call(data_dir, "list", "--json"))["items"]
    return [one["item"]["client_uuid"] for one in reversed(items)]


def test_show_tells_what_a_verdict_was_made_of(decided: Path) -> None:
    judged, _ = uuids(decided)
    shown = call(decided, "show", judged[:13])
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0] == f"item      {judged}"
    assert lines[1] == "state     settled, returned"
    assert "verdict   refused: too_heavy, in 0 ms" in lines
    assert "weight    240.0 g" in lines
    assert "votes     1 of 1, 1 needed" in lines
    assert (
        "picture 1 for: mineral 0.84; luma 96 ± 30, pixels abababababab, look 0f1e3c78f0e1c387"
        in lines
    )
    assert "lamp off  luma 2 ± 1, pixels cdcdcdcdcdcd" in lines
    assert "second    sam2: one bottle (area 0.2)" in lines
    assert "weights.mineral.most_g 55" in lines[-1]


def test_show_json_is_the_whole_record(decided: Path) -> None:
    judged, unjudged = uuids(decided)
    shown = as_json(call(decided, "show", judged, "--json"))
    assert shown["item"]["verdict"]["reason"] == "too_heavy"
    assert shown["decision"]["pictures"][0]["vote"] == "for"
    assert ["repeat_bits", 10.0] in shown["decision"]["rule"]
    assert as_json(call(decided, "show", unjudged, "--json"))["decision"] is None
    assert "record    none: no rule was asked" in call(decided, "show", unjudged).stdout


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("zzzz", "the ledger knows no item zzzz"),
        ("", "several items start with ''; give more of it"),
    ],
)
def test_show_of_no_one_item_is_refused(decided: Path, start: str, says: str) -> None:
    refused = call(decided, "show", start)
    assert refused.exit_code == 1
    assert says in refused.stderr


def test_show_of_an_item_in_hand_says_that_nobody_judged_it_yet(tmp_path: Path) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    trio.run(ledger.open_session, new_session())
    trio.run(partial(bring_to, ledger, "doubted"))
    close(ledger)
    lines = call(tmp_path, "show", uuids(tmp_path)[0]).stdout.splitlines()
    assert lines[1:] == [
        "state     in_doubt",
        "doubt     the sorter stayed silent",
        "verdict   none yet",
    ]
