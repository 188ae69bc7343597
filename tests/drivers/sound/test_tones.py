"""Tones go with what is shown; nobody waits for them, and what plays them may do as it likes."""

from __future__ import annotations

import io
import logging
import os
import sys
import wave
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from drivers.absent.ports import NoIndicator
from drivers.ports import NoAnswerError, Signal
from drivers.tone_player import FILE, HeardIndicator, TonePlayer
from drivers.tones import RATE_HZ, Tone, wav

WITHIN_S = 20.0


@pytest.mark.parametrize("tone", Tone)
def test_a_tone_is_a_short_wav_that_does_not_click(tone: Tone) -> None:
    with wave.open(io.BytesIO(wav(tone)), "rb") as heard:
        assert (heard.getnchannels(), heard.getsampwidth(), heard.getframerate()) == (1, 2, RATE_HZ)
        assert 0.2 < heard.getnframes() / RATE_HZ < 1.0
        data = heard.readframes(heard.getnframes())
    samples = memoryview(data).cast("h")
    assert max(samples) > 10_000
    assert max(abs(one - other) for one, other in pairwise(samples)) < 4000
    assert abs(samples[0]) < 100
    assert abs(samples[-1]) < 1000


def test_no_two_tones_are_alike() -> None:
    assert len({wav(tone) for tone in Tone}) == len(Tone)


class Ear(TonePlayer):
    """Hears what was to be played."""

    def __init__(self) -> None:
        super().__init__(("none",), Path(), 1.0)
        self.heard: list[Tone] = []

    def play(self, tone: Tone) -> None:
        self.heard.append(tone)


async def test_three_of_the_signals_are_heard(autojump_clock: MockClock) -> None:
    ear = Ear()
    indicator = HeardIndicator(NoIndicator(), ear, attention_s=600)
    for signal in Signal:
        await indicator.show(signal)
    assert ear.heard == [Tone.ACCEPT, Tone.REJECT, Tone.ATTENTION]


async def test_a_machine_at_fault_calls_once_and_then_rarely(autojump_clock: MockClock) -> None:
    ear = Ear()
    indicator = HeardIndicator(NoIndicator(), ear, attention_s=600)
    for _ in range(100):
        await indicator.show(Signal.ERROR)
        await trio.sleep(10)
    assert ear.heard == [Tone.ATTENTION] * 2


async def test_it_is_heard_even_where_it_cannot_be_seen() -> None:
    class Broken:
        async def show(self, signal: Signal) -> None:
            raise NoAnswerError(f"the light is out: no {signal.value}")

    ear = Ear()
    with pytest.raises(NoAnswerError):
        await HeardIndicator(Broken(), ear, 600).show(Signal.SUCCESS)
    assert ear.heard == [Tone.ACCEPT]


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, FILE)


async def until_there(path: Path) -> str:
    with trio.fail_after(WITHIN_S):
        while True:
            if await trio.Path(path).exists() and (said := await trio.Path(path).read_text()):
                return said
            await trio.sleep(0.01)


async def test_the_program_gets_the_file_as_one_argument(tmp_path: Path) -> None:
    folder = tmp_path / "a folder; with $(odd) name"
    folder.mkdir()
    code = f"import sys; open({str(tmp_path / 'said')!r}, 'w').write(sys.argv[1])"
    async with TonePlayer(python(code), folder, WITHIN_S).run() as player:
        player.play(Tone.REJECT)
        assert await until_there(tmp_path / "said") == str(folder / "reject.wav")
    assert (folder / "reject.wav").read_bytes() == wav(Tone.REJECT)


async def test_the_program_hears_nothing_of_the_service_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/secret")
    told = tmp_path / "told"
    code = f"import os; open({str(told)!r}, 'w').write(str('NOTIFY_SOCKET' in os.environ))"
    async with TonePlayer(python(code), tmp_path, longest_s=WITHIN_S).run() as player:
        player.play(Tone.ACCEPT)
        assert await until_there(told) == "False"


async def test_a_program_that_hangs_is_killed_and_delays_nobody(tmp_path: Path) -> None:
    code = (
        f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()));"
        "time.sleep(600)"
    )
    with trio.fail_after(WITHIN_S):
        async with TonePlayer(python(code), tmp_path, longest_s=600).run() as player:
            for _ in range(100):
                player.play(Tone.ACCEPT)
            pid = int(await until_there(tmp_path / "pid"))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("command", "longest_s", "said"),
    [
        (("/nowhere/aplay", FILE), WITHIN_S, "/nowhere/aplay cannot be run: No such file"),
        (python("raise SystemExit(3)"), WITHIN_S, "ended with exit code 3"),
        (python("import time; time.sleep(600)"), 0.3, "was not done within 0.3 s"),
    ],
    ids=["missing", "failing", "hanging"],
)
async def test_what_keeps_it_silent_is_told_once(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    command: Sequence[str],
    longest_s: float,
    said: str,
) -> None:
    caplog.set_level(logging.WARNING)
    async with TonePlayer(command, tmp_path, longest_s).run() as player:
        with trio.fail_after(WITHIN_S):
            while said not in caplog.text:
                player.play(Tone.ACCEPT)
                await trio.sleep(0.01)
        player.play(Tone.ACCEPT)
    assert caplog.text.count(said) == 1
