"""The second judge is looked at where it is asked for, and missed nowhere."""

from __future__ import annotations

import hashlib
import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import msgspec
import pytest
import trio
from msgspec.structs import replace

from rvm_edge.decision import SecondOpinion
from rvm_edge.doctor.checks.second_judge import look
from rvm_edge.doctor.finding import Finding, Level
from rvm_edge.item import Detection, SessionMode
from rvm_edge.settings import AcceptanceSettings, SegmenterSettings, Settings
from rvm_edge.vision.acceptance import decide
from tests.doctor.conftest import Computer
from tests.ledger.scenes import close, new_session, open_now
from tests.ledger.test_decisions import live

WEIGHTS = b"weights"
PINNED = hashlib.sha256(WEIGHTS).hexdigest()
RULE = AcceptanceSettings()


@pytest.fixture
def _heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: ModuleSpec(name, None))


@pytest.fixture
def _light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


def finding(computer: Computer, checkpoint: Path | str, sha256: str = PINNED) -> Finding:
    judge = SegmenterSettings(enabled=True, checkpoint=str(checkpoint), checkpoint_sha256=sha256)
    vision = msgspec.structs.replace(Settings().vision, segmenter=judge)
    return look(computer.place(msgspec.structs.replace(Settings(), vision=vision)))


def test_one_that_nobody_asks_for_is_no_complaint(computer: Computer) -> None:
    assert look(computer.place(Settings())).level is Level.NOTE


@pytest.mark.usefixtures("_heavy")
def test_pinned_weights_are_fine(computer: Computer) -> None:
    path = computer.write("var/lib/rvm-edge/sam.pt", WEIGHTS.decode())
    found = finding(computer, path)
    assert (found.level, found.what) == (
        Level.FINE,
        f"SAM 2.1 tiny at 512 pixels ({PINNED[:12]}…)",
    )


@pytest.mark.usefixtures("_heavy")
def test_other_weights_are_a_warning_with_both_hashes(computer: Computer) -> None:
    path = computer.write("var/lib/rvm-edge/sam.pt", "others")
    found = finding(computer, path)
    assert found.level is Level.WARNING
    assert PINNED[:12] in found.why


@pytest.mark.usefixtures("_heavy")
def test_missing_weights_are_a_warning_that_says_what_happens_without(computer: Computer) -> None:
    found = finding(computer, "/nowhere/sam.pt")
    assert (found.level, found.what) == (
        Level.WARNING,
        "/nowhere/sam.pt: No such file or directory",
    )
    assert "the acceptance rule alone decides" in found.why


@pytest.mark.usefixtures("_light")
def test_missing_libraries_are_a_warning_with_their_cure(computer: Computer) -> None:
    found = finding(computer, "/nowhere/sam.pt")
    assert found.what == "torch and sam2 cannot be imported"
    assert found.todo == "Install the extra ai."


def judged(computer: Computer, *opinions: str) -> None:
    """Let the machine's ledger hold accepted items of which the second judge said that."""

    async def write() -> None:
        ledger = open_now(computer.place().locations.ledger_path)
        await ledger.open_session(new_session(SessionMode.GUEST))
        for says in opinions:
            verdict = decide([[Detection("mineral", 0.9, (1.0, 1.0, 90.0, 50.0))]], RULE)
            assert verdict.record is not None
            opinion = SecondOpinion("sam2.1", says)
            record = msgspec.structs.replace(verdict.record, second_opinion=opinion)
            await live(ledger, replace(verdict, record=record), "dropped")
        close(ledger)

    trio.run(write)


LATE = "no opinion: it took longer than 2 s"


@pytest.mark.usefixtures("_heavy")
@pytest.mark.parametrize(
    ("opinions", "what"),
    [
        (["one bottle", LATE, LATE], f"it had nothing to say of 2 of the last 3 items: {LATE}"),
        ([LATE, "one bottle"], f"SAM 2.1 tiny at 512 pixels ({PINNED[:12]}…)"),
        ([], f"SAM 2.1 tiny at 512 pixels ({PINNED[:12]}…)"),
    ],
    ids=["silent now", "was silent once", "never asked"],
)
def test_one_that_had_nothing_to_say_lately_is_a_warning(
    computer: Computer, opinions: list[str], what: str
) -> None:
    judged(computer, *opinions)
    path = computer.write("var/lib/rvm-edge/sam.pt", WEIGHTS.decode())
    assert finding(computer, path).what == what
