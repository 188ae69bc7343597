"""What is logged is written down for people and programs, bounded, and without a secret."""

from __future__ import annotations

import base64
import io
import json
import logging
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.identity import Secret
from rvm_edge.service.logs import FILE_NAME, MOST_CHARACTERS, MOST_LOOKED_AT, written_log
from rvm_edge.service.redaction import HIDDEN, NAMED, SHORTEST, Redaction
from rvm_edge.settings.logs import LogSettings

if TYPE_CHECKING:
    from typing_extensions import Buffer

KEY = "rvm_live_0123456789abcdef"
LOG = logging.getLogger("rvm_edge.tested")


@pytest.fixture(autouse=True)
def levels_as_before() -> Iterator[None]:
    names = ("", "httpx", "httpcore", "hypercorn", "transitions")
    before = {name: logging.getLogger(name).level for name in names}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def _rows(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / FILE_NAME).read_text().splitlines()]


def test_a_line_is_an_object_with_its_moment_its_weight_and_its_room(tmp_path: Path) -> None:
    with written_log(LogSettings(), Redaction(), tmp_path, {}):
        LOG.warning("the %s is %s", "gate", "stuck")

    (row,) = _rows(tmp_path)
    assert row["event"] == "the gate is stuck"
    assert (row["level"], row["logger"]) == ("warning", "rvm_edge.tested")
    assert row["timestamp"].endswith("Z")


def test_a_traceback_is_in_it(tmp_path: Path) -> None:
    with written_log(LogSettings(), Redaction(), tmp_path, {}):
        try:
            raise ValueError("of this kind")
        except ValueError:
            LOG.exception("it has failed")

    text = (tmp_path / FILE_NAME).read_text()
    assert "ValueError: of this kind" in text
    assert "test_logs.py" in text


def test_the_systems_journal_hears_how_important_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    with written_log(LogSettings(), Redaction(), None, {"JOURNAL_STREAM": "8:1"}):
        LOG.error("first line\nsecond line")

    said = capfd.readouterr().err
    assert said == "<3>error rvm_edge.tested: first line\n<3>second line\n"


def test_a_terminal_is_spared_the_priorities(capfd: pytest.CaptureFixture[str]) -> None:
    with written_log(LogSettings(), Redaction(), None, {}):
        LOG.info("well")

    assert capfd.readouterr().err == "info rvm_edge.tested: well\n"


def test_a_program_on_stderr_gets_objects(capfd: pytest.CaptureFixture[str]) -> None:
    with written_log(LogSettings(), Redaction(), None, {}, as_json=True):
        LOG.info("well")

    assert json.loads(capfd.readouterr().err)["event"] == "well"


def test_what_is_less_important_than_the_owner_wants_is_not_written(tmp_path: Path) -> None:
    with written_log(LogSettings(level="warning"), Redaction(), tmp_path, {}):
        LOG.info("well")
        LOG.warning("not so well")

    assert [row["event"] for row in _rows(tmp_path)] == ["not so well"]


def test_files_are_bounded_in_size_and_number(tmp_path: Path) -> None:
    small = msgspec.structs.replace(LogSettings(), file_mb=0.01, files=3)
    with written_log(small, Redaction(), tmp_path, {}):
        for number in range(2000):
            LOG.info("line %d of many, so that the file grows", number)

    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == [FILE_NAME, f"{FILE_NAME}.1", f"{FILE_NAME}.2"]
    assert all(path.stat().st_size <= 0.01 * 1024 * 1024 for path in files)
    assert _rows(tmp_path)[-1]["event"].startswith("line 1999 ")


def test_a_line_is_bounded(tmp_path: Path) -> None:
    with written_log(LogSettings(), Redaction(), tmp_path, {}):
        LOG.info("x" * 100_000)

    assert len(_rows(tmp_path)[0]["event"]) == MOST_CHARACTERS


@settings(max_examples=25, deadline=None)
@given(before=st.integers(MOST_CHARACTERS - len(KEY), MOST_CHARACTERS), long=st.booleans())
def test_a_line_that_is_cut_shows_no_part_of_a_secret(before: int, long: bool) -> None:
    redaction = Redaction()
    redaction.hide(Secret(KEY))
    with tempfile.TemporaryDirectory() as name:
        with written_log(LogSettings(), redaction, Path(name), {}):
            end = "y" * (MOST_LOOKED_AT if long else 10)
            LOG.info("%s", f"{'x' * before}{KEY}{end}")
        (row,) = _rows(Path(name))
    assert KEY[:4] not in row["event"]
    assert len(row["event"]) <= MOST_CHARACTERS


def test_a_secret_where_a_huge_line_was_cut_is_not_shown_either(tmp_path: Path) -> None:
    redaction = Redaction()
    redaction.hide(Secret(KEY))
    one = f"{KEY} "
    with written_log(LogSettings(), redaction, tmp_path, {}):
        LOG.info(one * (MOST_LOOKED_AT // len(one) + 1))
    assert KEY[:8] not in (tmp_path / FILE_NAME).read_text()


class _Disk:
    """What lies under the log's files, and may be full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = True
        really_open = logging.FileHandler._open

        def opened(handler: logging.FileHandler) -> io.TextIOWrapper:
            really = really_open(handler)
            really.close()
            return io.TextIOWrapper(io.BufferedWriter(_Raw(self, handler.baseFilename)))

        monkeypatch.setattr(logging.FileHandler, "_open", opened)


class _Raw(io.FileIO):
    def __init__(self, disk: _Disk, path: str) -> None:
        self.disk = disk
        super().__init__(path, "a")

    def write(self, content: Buffer) -> int:
        if self.disk.is_full:
            raise OSError(28, "No space left on device")
        return super().write(content)


def test_a_full_disk_is_told_of_once_and_shows_no_line_before_its_secrets_are_hidden(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _Disk(monkeypatch)
    redaction = Redaction()
    redaction.hide(Secret(KEY))
    with written_log(LogSettings(), redaction, tmp_path, {}):
        for number in range(400):
            LOG.warning("line %d with %s", number, KEY)

    said = capfd.readouterr().err
    assert KEY not in said
    assert "Traceback" not in said
    assert said.count("No space left on device") == 1
    assert said.count(HIDDEN) == 400


def test_a_disk_that_was_full_while_a_file_was_rotated_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    disk = _Disk(monkeypatch)
    disk.is_full = False
    small = msgspec.structs.replace(LogSettings(), file_mb=0.001, files=2)
    with written_log(small, Redaction(), tmp_path, {}):
        disk.is_full = True
        LOG.warning("x" * 900)
        LOG.warning("y" * 900)
        said = ""
        while "cannot be written" not in said:
            said += capfd.readouterr().err
        disk.is_full = False
        LOG.warning("after")
    assert any("after" in path.read_text() for path in tmp_path.iterdir())


def test_a_value_that_cannot_be_put_into_words_costs_its_line_and_nothing_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # the test runner's would complain
    with written_log(LogSettings(), Redaction(), tmp_path, {}):
        LOG.warning("too few: %s %s", *[KEY])
        LOG.warning("next")

    assert [row["event"][:12] for row in _rows(tmp_path)] == ["a line that ", "next"]
    assert KEY not in (tmp_path / FILE_NAME).read_text() + capfd.readouterr().err


def test_a_library_that_logs_its_addresses_is_not_listened_to(tmp_path: Path) -> None:
    with written_log(LogSettings(), Redaction(), tmp_path, {}):
        logging.getLogger("httpx").info("HTTP Request: GET https://rvm.example/?signature=abc")
        LOG.info("well")

    assert [row["event"] for row in _rows(tmp_path)] == ["well"]


def test_the_machines_own_key_is_hidden_wherever_it_stands(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    redaction = Redaction()
    with written_log(LogSettings(), redaction, tmp_path, {}):
        redaction.hide(Secret(KEY))
        LOG.warning("refused: %s", f"https://rvm.example/{KEY}/deposit")
        try:
            raise ValueError(KEY)
        except ValueError:
            LOG.exception("with %r", [KEY])

    said = (tmp_path / FILE_NAME).read_text() + capfd.readouterr().err
    assert KEY not in said
    assert HIDDEN in said


@pytest.mark.parametrize(
    "text",
    [
        "X-RVM-API-KEY: {}",
        '{{"api_key": "{}"}}',
        "Authorization: Bearer {}",
        "bearer {}",
        "https://rvm.example/kiosk?expires=9&signature={}&x=1",
        "sync_token={}",
        "'token': '{}'",
        r"{{\"token\": \"{}\"}}",
        r"{{\\\"api_key\\\": \\\"{}\\\"}}",
        "Authorization: Basic {}",
        "Cookie: rvm_setup={}; other",
        "set-cookie: rvm_setup={}",
        "https://somebody:{}@rvm.example/path",
        "psk={}",
        "myrvm://session/{}?m=1",
    ],
)
def test_another_ones_secret_is_hidden_by_its_name(text: str) -> None:
    assert KEY not in Redaction().clean(text.format(KEY))


@pytest.mark.parametrize(
    "text",
    ["pin: {}", '{{"pin": "{}"}}', r"{{\"pairing_code\": \"{}\"}}", "PIN {}", "the pin is {}"],
)
def test_a_pin_and_a_pairing_code_are_hidden_by_their_names(text: str) -> None:
    assert "48213907" not in Redaction().clean(text.format("48213907"))


@pytest.mark.parametrize(
    "said",
    [
        "token file /run/rvm-edge/screen-token is gone; 3 keys tried",
        "pin 7 is wired to chamber.signal; pin: 31",
        "https://rvm.example:8443/path and user@rvm.example",
        "code F-31 after 10000 ms",
    ],
)
def test_words_that_are_no_secret_stay(said: str) -> None:
    assert Redaction().clean(said) == said


def test_what_is_hidden_leaves_an_object_an_object() -> None:
    line = json.dumps({"event": json.dumps({"token": KEY, "mode": "user"}), "at": "now"})
    cleaned = json.loads(Redaction().clean(line))
    assert json.loads(cleaned["event"]) == {"token": HIDDEN, "mode": "user"}


@given(st.binary(max_size=9), st.binary(max_size=9))
def test_a_key_is_hidden_in_base64_and_hex_whatever_stands_beside_it(
    before: bytes, after: bytes
) -> None:
    redaction = Redaction()
    redaction.hide(Secret(KEY))
    whole = before + KEY.encode() + after
    for told in (
        base64.b64encode(whole).decode(),
        base64.urlsafe_b64encode(whole).decode(),
        whole.hex(),
    ):
        assert HIDDEN in redaction.clean(told)


_TOLD = (
    "token api_key API-KEY apikey psk SSID pin_hash pin PIN pairing-code passw password signature "
    "to\u212aen p\u0130n p\u0131n \u017fsid csrf bearer Basic authorization cookie secret x:// "
    "myrvm://session/ :// : = @ \" ' \\ ; , & } ] / ? [hidden] is 4821 \u00a0 \u00c9 \u1e9e"
)


@given(st.lists(st.sampled_from([*_TOLD.split(" "), " ", "\n", "k3y"]), max_size=30).map("".join))
def test_the_quick_way_hides_what_a_search_at_every_character_would(text: str) -> None:
    for named in NAMED:
        slow = named.pattern.sub(lambda found: f"{found['before']}{HIDDEN}", text)
        assert named.hide_in(text) == slow


@pytest.mark.parametrize("word", ["token", "a://b:", "bearer ", "cookie: ", "pin ", " ", "token="])
def test_a_long_text_takes_no_long_time(word: str) -> None:
    text = word * (MOST_LOOKED_AT // len(word))
    began = time.process_time()
    Redaction().clean(text)
    assert time.process_time() - began < 2


_WORDS = st.text("RVMxyz0123456789_", max_size=40)


@given(_WORDS.filter(lambda text: len(text) >= SHORTEST), _WORDS, _WORDS)
def test_whatever_the_key_is_made_of_it_is_gone(key: str, before: str, after: str) -> None:
    redaction = Redaction()
    redaction.hide(Secret(key))

    cleaned = redaction.clean(f"{before}{key}{after}")

    assert key not in cleaned
