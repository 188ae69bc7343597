"""Plays tones through a program such as aplay, and never lets anybody wait for it."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Final

import trio

from drivers.child_environment import child_environment
from drivers.ports import Indicator, Signal
from drivers.tones import TONE_OF, Tone, wav

FILE: Final = "{file}"
"""Stands in the command for the WAV file to play."""

_KILLED_S: Final = 2.0
_LOG = logging.getLogger(__name__)


class TonePlayer:
    """Plays one tone after the other; one that comes while another still waits is left out."""

    def __init__(self, command: Sequence[str], folder: Path, longest_s: float) -> None:
        """Prepare; `run` starts it.

        Args:
            command: the program and its arguments; `FILE` in one of them is replaced.
            folder: where the tones are put.
            longest_s: a program that is not done by then is killed.
        """
        self._command = tuple(command)
        self._folder = folder
        self._longest_s = longest_s
        self._wanted, self._next = trio.open_memory_channel[Tone](1)
        self._told = ""

    @asynccontextmanager
    async def run(self) -> AsyncIterator[TonePlayer]:
        """Play what is wanted while the block runs.

        Raises:
            OSError: the tones cannot be written.
        """
        for tone in Tone:
            await trio.Path(self._file(tone)).write_bytes(wav(tone))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._play_in_turn)
            try:
                yield self
            finally:
                nursery.cancel_scope.cancel()

    def play(self, tone: Tone) -> None:
        """Have a tone played soon. Returns at once, whatever becomes of it."""
        with contextlib.suppress(trio.WouldBlock):
            self._wanted.send_nowait(tone)

    async def _play_in_turn(self) -> None:
        async for tone in self._next:
            trouble = await self._play(tone)
            if trouble and trouble != self._told:
                _LOG.warning("no sound: %s", trouble)
            self._told = trouble

    async def _play(self, tone: Tone) -> str:
        """Play one tone; return what was wrong, or ""."""
        command = [word.replace(FILE, str(self._file(tone))) for word in self._command]
        try:
            process = await trio.lowlevel.open_process(
                command,
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=DEVNULL,
                start_new_session=True,
                env=child_environment(),
            )
        except OSError as error:
            return f"{command[0]} cannot be run: {error.strerror or error}"
        try:
            with trio.move_on_after(self._longest_s):
                code = await process.wait()
                return f"{command[0]} ended with exit code {code}" if code else ""
            return f"{command[0]} was not done within {self._longest_s:g} s"
        finally:
            await _end(process)

    def _file(self, tone: Tone) -> Path:
        return self._folder / f"{tone.value}.wav"


async def _end(process: trio.Process) -> None:
    """Kill it, with all it started; one that the kernel does not let go is left to it."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with trio.move_on_after(_KILLED_S, shield=True):
        await process.wait()


class HeardIndicator:
    """`drivers.ports.Indicator` whose signals are heard, too.

    A machine at fault shows so again and again: it calls for attention once, and then rarely.
    """

    def __init__(self, indicator: Indicator, player: TonePlayer, attention_s: float) -> None:
        """Sound nothing yet.

        Args:
            indicator: what is seen.
            player: what is heard.
            attention_s: from one call for attention to the next.
        """
        self._indicator = indicator
        self._player = player
        self._attention_s = attention_s
        self._called_at_s = -math.inf

    async def show(self, signal: Signal) -> None:
        """Sound the tone of `signal`, if it has one, and show it without waiting for that."""
        tone = TONE_OF.get(signal)
        if tone is Tone.ATTENTION:
            now_s = trio.current_time()
            if now_s - self._called_at_s < self._attention_s:
                tone = None
            else:
                self._called_at_s = now_s
        if tone is not None:
            self._player.play(tone)
        await self._indicator.show(signal)
