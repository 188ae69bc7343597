"""`rvm-edge dump`: everything that a repair from afar needs, and no secret in it."""

from __future__ import annotations

import gzip
import json
import stat
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import dump_contents, main
from rvm_edge.doctor import checks
from rvm_edge.doctor.finding import Check, Finding, warning
from rvm_edge.doctor.place import Place
from rvm_edge.offload import inline
from rvm_edge.service import bundle
from rvm_edge.statechart.definition import Payload
from rvm_edge.statechart.journal import Entry, open_journal
from tests.ledger.scenes import close, drop, open_now

KEY = 'rvm_live_"planted"/0123456789'
SYNC = "planted_sync_token_0123456789"
SCREEN = "planted-screen-token-0123456789"
BEARER = "somebody-elses-bearer-0123456789"
PIN_HASH = f"scrypt$14$8$1${'5a' * 16}${'c3' * 32}"
ENVIRONMENT = "in-the-environment-0123456789"
PERSON = "user-of-the-machine-77"


async def _journal(path: Path) -> None:
    asked: Payload = {"session_id": "s-1", "mode": "user", "owner": PERSON}
    failed: Payload = {"part": "link", "why": f"refused with {KEY}"}
    async with open_journal(path, inline) as journal:
        await journal.append(Entry("session.requested", asked, (), ("a",), (), "c" * 64))
        await journal.append(Entry("fault.raised", failed, ("a",), ("b",), (), "c" * 64))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a key in everything that could have one."""
    data, config, logs = (tmp_path / name for name in ("data", "config", "logs"))
    for folder in (data, config, logs, data / "flight", data / "evidence"):
        folder.mkdir()
    credentials = {"server_url": "http://127.0.0.1:9", "serial_number": "RVM-1", "name": "One"}
    (data / "rvm-credentials.json").write_text(
        json.dumps({**credentials, "api_key": KEY, "sync_token": SYNC})
    )
    (data / "screen-token").write_text(SCREEN + "\n")
    (data / "evidence" / "a.jpg").write_bytes(b"a picture of somebody's hand")
    pin = f"[screen]\npin_hash = '{PIN_HASH}'\n"
    (config / "settings.toml").write_text(f"# the key is {KEY}\n[logs]\nlevel = 'info'\n{pin}")
    (config / "hardware_map.json").write_text(json.dumps({"comment": f"token: {SYNC}"}))
    said = {"event": f"asked {quote(KEY, safe='')} with {SYNC}", "header": f"Bearer {BEARER}"}
    for name in ("rvm-edge.jsonl", "rvm-edge.jsonl.1"):
        (logs / name).write_text(json.dumps({**said, "file": name, "key": KEY}) + "\n")
    noted = json.dumps({"line": "step", "data": {"why": f"{KEY} {SCREEN}"}}) + "\n"
    (data / "flight" / "20260301T080000.jsonl.gz").write_bytes(gzip.compress(noted.encode()))
    (data / "flight" / "20260301T090000.jsonl").write_text(noted)
    trio.run(_journal, data / "journal.sqlite")
    ledger = open_now(data / "ledger.sqlite")
    trio.run(drop, ledger, 3)
    close(ledger)

    def look(_: Place) -> Finding:
        return warning(f"the server refuses {KEY}", SYNC, f"look at {SCREEN}")

    monkeypatch.setattr(checks, "CHECKS", (Check("planted", "Planted", look),))
    monkeypatch.setenv("LOGS_DIRECTORY", str(logs))
    monkeypatch.setenv("SOME_LIBRARYS_OWN", ENVIRONMENT)
    return tmp_path


def call(machine: Path, *words: str) -> Result:
    folders = ("--config-dir", str(machine / "config"), "--data-dir", str(machine / "data"))
    return CliRunner().invoke(main, [*folders, "dump", *words])


def opened(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        texts = {}
        for member in archive.getmembers():
            file = archive.extractfile(member)
            assert file is not None
            texts[member.name.partition("/")[2]] = file.read().decode()
        return texts


def dumped(machine: Path, *words: str) -> dict[str, str]:
    path = machine / "bundle.tar.gz"
    result = call(machine, "--out", str(path), *words)
    assert result.exit_code == 0, result.stderr
    return opened(path)


def test_no_planted_key_and_no_person_is_anywhere_in_the_bundle(machine: Path) -> None:
    texts = dumped(machine)
    everything = "\n".join([*texts, *texts.values()])
    for secret in (
        KEY,
        SYNC,
        SCREEN,
        BEARER,
        PERSON,
        PIN_HASH,
        PIN_HASH.rsplit("$", maxsplit=1)[-1],
        ENVIRONMENT,
    ):
        for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
            assert form not in everything
    assert "somebody's hand" not in everything


def test_it_holds_what_the_doctor_finds_and_what_the_machine_did(machine: Path) -> None:
    texts = dumped(machine)
    assert set(texts) == {
        "contents.json",
        "doctor.json",
        "versions.json",
        "settings.json",
        "settings.toml",
        "hardware_map.json",
        "ledger.json",
        "journal.jsonl",
        "logs/rvm-edge.jsonl",
        "logs/rvm-edge.jsonl.1",
        "flight/20260301T080000.jsonl",
        "flight/20260301T090000.jsonl",
    }
    (finding,) = json.loads(texts["doctor.json"])
    assert (finding["check"], finding["level"]) == ("planted", "warning")
    assert json.loads(texts["ledger.json"])["queue"]["waiting"] == 3
    rows = [json.loads(line) for line in texts["journal.jsonl"].splitlines()]
    assert [row["event"] for row in rows] == ["session.requested", "fault.raised"]
    assert rows[0]["data"]["mode"] == "user"
    assert json.loads(texts["versions.json"])["packages"]["trio"]


def test_only_its_owner_can_read_it_and_nothing_is_left_beside_it(machine: Path) -> None:
    dumped(machine)
    assert stat.S_IMODE((machine / "bundle.tar.gz").stat().st_mode) == 0o600
    assert not list(machine.glob(".*"))


def test_nothing_is_overwritten(machine: Path) -> None:
    (machine / "bundle.tar.gz").write_text("precious")
    result = call(machine, "--out", str(machine / "bundle.tar.gz"))
    assert result.exit_code == 1
    assert "exists already" in result.stderr
    assert (machine / "bundle.tar.gz").read_text() == "precious"


def test_a_folder_that_is_not_there_is_said_in_one_line(machine: Path) -> None:
    result = call(machine, "--out", str(machine / "nowhere" / "bundle.tar.gz"))
    assert result.exit_code == 1
    assert "no folder" in result.stderr


def test_it_keeps_to_its_size_and_says_what_is_missing(machine: Path) -> None:
    log = machine / "logs" / "rvm-edge.jsonl"
    log.write_text("".join(json.dumps({"event": "x" * 90, "n": n}) + "\n" for n in range(9000)))
    texts = dumped(machine, "--most-mb", "0.5")
    contents: list[dict[str, Any]] = json.loads(texts.pop("contents.json"))
    assert sum(map(len, texts.values())) <= 0.5 * 1024 * 1024
    newest = [json.loads(line)["n"] for line in texts["logs/rvm-edge.jsonl"].splitlines()]
    assert newest == list(range(newest[0], 9000))
    assert newest[0] > 0
    notes = {one["name"]: one["note"] for one in contents}
    assert "the last part of" in notes["logs/rvm-edge.jsonl"]
    assert notes["doctor.json"] == ""


def test_what_cannot_be_read_is_noted_and_holds_nothing_up(machine: Path) -> None:
    (machine / "data" / "ledger.sqlite").write_bytes(b"no database at all, but a letter" * 99)
    (machine / "data" / "journal.sqlite").unlink()
    (machine / "config" / "settings.toml").write_text("this is [ no TOML")
    texts = dumped(machine)
    notes = {one["name"]: one["note"] for one in json.loads(texts["contents.json"])}
    assert "could not be read" in notes["ledger.json"]
    assert "there is no such file" in notes["journal.jsonl"]
    assert texts["settings.toml"] == "this is [ no TOML"
    assert "logs/rvm-edge.jsonl" in texts


def test_keys_in_credentials_that_cannot_be_read_are_hidden_all_the_same(machine: Path) -> None:
    path = machine / "data" / "rvm-credentials.json"
    path.write_text(f'{{"api_key": "{SYNC}", cut off')
    assert SYNC not in "\n".join(dumped(machine).values())


def test_keys_of_other_credentials_can_be_hidden_too(machine: Path) -> None:
    other = machine / "other.json"
    other.write_text((machine / "data" / "rvm-credentials.json").read_text().replace(SYNC, "o" * 9))
    (machine / "logs" / "rvm-edge.jsonl").write_text("o" * 9)
    texts = dumped(machine, "--credentials", str(other))
    assert "o" * 9 not in texts["logs/rvm-edge.jsonl"]


def test_a_place_that_cannot_be_written_is_said_with_one_that_can(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(bundle, "written_bundle", refuse)
    result = call(machine, "--out", str(machine / "b.tar.gz"))
    assert result.exit_code == 1
    assert "Permission denied; name another place, such as --out /tmp/b.tar.gz" in result.stderr


def test_folders_that_cannot_be_listed_hold_nothing_up(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(dump_contents, "segments", refuse)
    texts = dumped(machine)
    notes = {one["name"]: one["note"] for one in json.loads(texts["contents.json"])}
    assert "Permission denied" in notes["flight"]
    assert notes["doctor.json"] == ""


def test_a_log_that_is_rotated_meanwhile_holds_nothing_up(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = machine / "logs" / "rvm-edge.jsonl.2"
    glob = Path.glob
    monkeypatch.setattr(Path, "glob", lambda path, what: [*glob(path, what), gone])
    texts = dumped(machine)
    notes = {one["name"]: one["note"] for one in json.loads(texts["contents.json"])}
    assert "could not be read" in notes["logs/rvm-edge.jsonl.2"]
    assert "logs/rvm-edge.jsonl.1" in texts


def test_a_line_that_is_longer_than_all_there_may_be_shows_no_part_of_a_key(machine: Path) -> None:
    (machine / "logs" / "rvm-edge.jsonl").write_text(KEY + "x" * (1024 * 1024 - len(KEY) // 2))
    texts = dumped(machine, "--most-mb", "1")
    assert "456789" not in texts["logs/rvm-edge.jsonl"]


def test_the_names_of_what_was_packed_are_told(machine: Path) -> None:
    path = machine / "bundle.tar.gz"
    told = json.loads(call(machine, "--out", str(path), "--json").stdout)
    assert told["file"] == str(path)
    assert "doctor.json" in [one["name"] for one in told["contents"]]
