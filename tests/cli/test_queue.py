"""`rvm-edge queue`: what waits, why, and how somebody lets it be tried again."""

from __future__ import annotations

import errno
import json
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.identity import Registration
from rvm_edge.item import SessionMode
from rvm_edge.ledger import Ledger, check
from tests.ledger.scenes import bring_to, close, drop, new_session, open_now

UUIDS = ("delivered", "dead", "ambiguous", "waiting")
SERVER_SAID = "500: Undefined array key [items]"


def call(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), "queue", *words])


def as_json(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    assert isinstance(value, dict)
    return value


async def fill(ledger: Ledger) -> list[str]:
    uuids = await drop(ledger, 4, SessionMode.USER)
    delivered, dead, ambiguous, _ = uuids
    await ledger.outbox.mark_sent([delivered])
    await ledger.outbox.mark_ambiguous([delivered], "no answer")
    await ledger.outbox.mark_sent([delivered, dead])
    await ledger.outbox.mark_delivered([delivered])
    await ledger.outbox.mark_not_arrived([dead], SERVER_SAID)
    await ledger.outbox.bury(dead, SERVER_SAID)
    await ledger.outbox.mark_sent([ambiguous])
    await ledger.outbox.mark_ambiguous([ambiguous], "the answer was cut off")
    await ledger.pictures.add(delivered, 412_000)
    return uuids


@pytest.fixture
def uuids(tmp_path: Path) -> Iterator[dict[str, str]]:
    ledger = open_now(tmp_path / "ledger.sqlite")
    found = trio.run(fill, ledger)
    close(ledger)
    yield dict(zip(UUIDS, found, strict=True))
    assert check(tmp_path / "ledger.sqlite").violations == ()


def test_list_shows_what_is_not_at_the_server_the_oldest_first(
    tmp_path: Path, uuids: dict[str, str]
) -> None:
    result = call(tmp_path, "list")
    assert result.exit_code == 0
    head, *rows, summary = result.stdout.splitlines()
    assert head.split() == ["item", "for", "state", "age", "tries", "since", "reason"]
    assert [row.split()[0] for row in rows] == [
        uuids[name][:8] for name in ("dead", "ambiguous", "waiting")
    ]
    assert [row.split()[2] for row in rows] == ["dead", "ambiguous", "waiting"]
    assert SERVER_SAID in rows[0]
    assert "the answer was cut off" in rows[1]
    assert summary == (
        "2 waiting, 1 of them ambiguous, 1 dead, 1 delivered, "
        "1 possibly twice at a server that knows no duplicates"
    )


def test_list_json_has_counts_and_whole_identities(tmp_path: Path, uuids: dict[str, str]) -> None:
    listed = as_json(call(tmp_path, "list", "--json"))
    assert listed["counts"]["waiting"] == 2
    dead, ambiguous, waiting = listed["items"]
    assert dead["client_uuid"] == uuids["dead"]
    assert (dead["state"], dead["reason"], dead["attempts"]) == ("dead", SERVER_SAID, 1)
    assert (ambiguous["state"], ambiguous["owner"]) == ("ambiguous", "user-7")
    assert (waiting["state"], waiting["last_attempt_at"]) == ("waiting", "")


@pytest.mark.parametrize("state", ["dead", "ambiguous", "waiting"])
def test_list_filters_by_state(tmp_path: Path, uuids: dict[str, str], state: str) -> None:
    listed = as_json(call(tmp_path, "list", "--state", state, "--json"))
    assert [entry["client_uuid"] for entry in listed["items"]] == [uuids[state]]


def test_list_shows_no_more_than_asked(tmp_path: Path, uuids: dict[str, str]) -> None:
    assert len(as_json(call(tmp_path, "list", "--limit", "1", "--json"))["items"]) == 1


def test_an_empty_queue_says_so(tmp_path: Path) -> None:
    close(open_now(tmp_path / "ledger.sqlite"))
    assert call(tmp_path, "list").stdout == "0 waiting, 0 dead, 0 delivered\n"
    assert as_json(call(tmp_path, "list", "--json"))["items"] == []


def test_a_moment_in_the_future_has_no_age(tmp_path: Path) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    clock = ledger._store._clock
    clock.now = clock.now.replace(year=2999)  # type: ignore[attr-defined] # the test's clock
    trio.run(partial(drop, ledger, 1))
    close(ledger)
    assert call(tmp_path, "list").stdout.splitlines()[1].split()[3] == "?"


def test_show_tells_the_whole_life_of_an_item(tmp_path: Path, uuids: dict[str, str]) -> None:
    result = call(tmp_path, "show", uuids["dead"][:13].upper())
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"item {uuids['dead']} of user-7, session ")
    assert [line.split("  ")[1].split()[0] for line in lines[1:5]] == [
        "inserted",
        "decided",
        "settled",
        "dead",
    ]
    assert lines[5:] == ["delivery: dead after 1 requests", f"last said: {SERVER_SAID}"]


def test_show_tells_of_a_doubt_and_of_the_picture(tmp_path: Path, uuids: dict[str, str]) -> None:
    lines = call(tmp_path, "show", uuids["delivered"]).stdout.splitlines()
    assert lines[-3:] == [
        "delivery: delivered after 2 requests",
        "possibly 2 times at a server that knows no duplicates",
        "picture: 412 kB, not at the server, still here",
    ]


def test_show_json_holds_everything(tmp_path: Path, uuids: dict[str, str]) -> None:
    life = as_json(call(tmp_path, "show", uuids["dead"], "--json"))
    assert [step["step"] for step in life["steps"]] == ["inserted", "decided", "settled"]
    assert life["delivery"]["state"] == "dead"
    assert life["dead_letters"][0]["why"] == SERVER_SAID
    assert life["picture"] is None
    assert life["record"]["verdict"]["weight_g"] == 23.5


def test_show_of_an_item_that_did_not_drop_has_no_delivery(tmp_path: Path) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    trio.run(ledger.open_session, new_session())
    item = trio.run(partial(bring_to, ledger, "refused returned"))
    close(ledger)
    assert as_json(call(tmp_path, "show", item.client_uuid, "--json"))["delivery"] is None
    refused = call(tmp_path, "retry", item.client_uuid)
    assert refused.exit_code == 1
    assert "is not dropped; only a dead one can be retried" in refused.stderr


@pytest.mark.parametrize("command", ["show", "retry"])
def test_an_unknown_or_unclear_item_is_one_clear_line(
    tmp_path: Path, uuids: dict[str, str], command: str
) -> None:
    unknown = call(tmp_path, command, "nonsense")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == "rvm-edge: the ledger knows no item nonsense\n"
    unclear = call(tmp_path, command, "")
    assert unclear.stderr == "rvm-edge: more than one item begins with ; write more of it\n"


def test_retry_lets_a_dead_letter_wait_again(tmp_path: Path, uuids: dict[str, str]) -> None:
    result = call(tmp_path, "retry", uuids["dead"][:13])
    assert (result.exit_code, result.stdout) == (0, "1 item waits again\n")
    listed = as_json(call(tmp_path, "list", "--json"))
    assert [entry["state"] for entry in listed["items"]] == ["waiting", "ambiguous", "waiting"]
    lines = call(tmp_path, "show", uuids["dead"]).stdout.splitlines()
    assert lines[5].endswith("  retried")


def test_retry_of_all_counts_them(tmp_path: Path, uuids: dict[str, str]) -> None:
    assert as_json(call(tmp_path, "retry", "--all-dead", "--json")) == {"retried": 1}
    assert call(tmp_path, "retry", "--all-dead").stdout == "0 items wait again\n"


def test_retry_of_what_is_not_dead_is_refused(tmp_path: Path, uuids: dict[str, str]) -> None:
    result = call(tmp_path, "retry", uuids["ambiguous"])
    assert result.exit_code == 1
    assert "is ambiguous; only a dead one can be retried" in result.stderr


@pytest.mark.parametrize("words", [(), ("x", "--all-dead")])
def test_retry_asks_for_one_or_for_all(
    tmp_path: Path, uuids: dict[str, str], words: tuple[str, ...]
) -> None:
    assert call(tmp_path, "retry", *words).exit_code == 2


def test_retry_is_refused_while_the_machine_runs_and_changes_nothing(
    tmp_path: Path, uuids: dict[str, str]
) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    result = call(tmp_path, "retry", "--all-dead")
    counts = trio.run(ledger.outbox.counts)
    close(ledger)
    assert result.exit_code == 75
    assert "is in use by process" in result.stderr
    assert counts.dead == 1


def test_the_others_work_while_the_machine_runs(tmp_path: Path, uuids: dict[str, str]) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    for words in (("list",), ("show", uuids["dead"]), ("export",)):
        assert call(tmp_path, *words).exit_code == 0
    close(ledger)


def test_export_writes_whatever_is_not_at_the_server(tmp_path: Path, uuids: dict[str, str]) -> None:
    lines = [json.loads(line) for line in call(tmp_path, "export").stdout.splitlines()]
    assert [line["delivery"]["state"] for line in lines] == ["dead", "ambiguous", "waiting"]
    assert lines[0]["record"]["item"]["client_uuid"] == uuids["dead"]
    assert lines[0]["record"]["verdict"]["label"] == "pet_bottle"


def test_export_writes_a_new_file_for_its_owner_and_never_over_another(
    tmp_path: Path, uuids: dict[str, str]
) -> None:
    target = tmp_path / "queue.jsonl"
    assert call(tmp_path, "export", "-o", str(target)).exit_code == 0
    written = target.read_bytes()
    assert written.decode() == call(tmp_path, "export").stdout
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = call(tmp_path, "export", "-o", str(target))
    assert again.exit_code == 1
    assert again.stderr == f"rvm-edge: {target} exists already; name another file\n"
    assert target.read_bytes() == written


@pytest.mark.parametrize(
    "words", [("list",), ("show", "x"), ("retry", "x"), ("retry", "--all-dead"), ("export",)]
)
def test_a_missing_ledger_is_one_clear_line_and_none_is_made(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    result = call(tmp_path, *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("rvm-edge: there is no ledger at ")
    assert list(tmp_path.iterdir()) == []


def test_retry_leaves_a_damaged_ledger_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"garbage" * 1000)
    result = call(tmp_path, "retry", "--all-dead")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["ledger.sqlite"]


async def fill_as_two(ledger: Ledger) -> list[str]:
    await ledger.outbox.become(Registration("https://rvm.example.org", "RVM-1"))
    theirs = await drop(ledger, 1)
    await ledger.outbox.become(Registration("https://rvm.example.org", "RVM-2"))
    return theirs + await drop(ledger, 1)


def test_what_another_machine_took_is_listed_as_held_with_whose_it_is_and_exported(
    tmp_path: Path,
) -> None:
    ledger = open_now(tmp_path / "ledger.sqlite")
    held, waiting = trio.run(fill_as_two, ledger)
    close(ledger)
    why = (
        "taken as RVM-1 at https://rvm.example.org, "
        "this machine is now RVM-2 at https://rvm.example.org"
    )
    _, row, other, summary = call(tmp_path, "list").stdout.splitlines()
    assert row.split()[:3] == [held[:8], "guest", "held"]
    assert row.endswith(why)
    assert other.split()[2] == "waiting"
    assert summary.startswith("1 waiting, 1 held ")
    listed = as_json(call(tmp_path, "list", "--json", "--state", "held"))
    assert (listed["counts"]["waiting"], listed["counts"]["held"]) == (1, 1)
    [item] = listed["items"]
    assert (item["client_uuid"], item["state"], item["reason"]) == (held, "held", why)
    assert why in call(tmp_path, "show", held).stdout
    exported = [json.loads(line) for line in call(tmp_path, "export").stdout.splitlines()]
    whose = {one["delivery"]["client_uuid"]: one["delivery"]["hardware_id"] for one in exported}
    assert whose == {held: "RVM-1", waiting: "RVM-2"}


def test_a_reader_who_goes_away_in_the_middle_is_no_trouble_of_the_ledger(
    tmp_path: Path, uuids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("rvm_edge.cli.queue.click.echo", closed)
    assert "ledger" not in call(tmp_path, "export").stderr
