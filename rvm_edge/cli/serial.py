"""`rvm-edge serial`: listen in on the wire to the motor controller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import (
    CommandError,
    hardware_map,
    json_option,
    port_of_esp32,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from io import FileIO

    import trio

    from drivers.esp32.timings import Dialect
    from drivers.replay.transcript import Message

_EVERY_S = 1.0
_MOST_BYTES: Final = 64 * 1024 * 1024
"""More than passes in ten minutes at the fastest rate there is."""


_SPOKEN: Final = {"ascii": ", in ASCII", "framed": ", in frames"}


@dataclass
class _Tally:
    asked: int = 0
    answered: int = 0
    lost: str = ""
    dialect: str | None = None


class _Transcript:
    """Writes down every message at once, so that it is kept whatever ends the recording.

    Attributes:
        messages: that were written.
        heard: whether the controller said anything.
        trouble: why no more is; "" while all is well.
    """

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._left = _MOST_BYTES
        self.messages = 0
        self.heard = False
        self.trouble = ""

    def append(self, said: Message, /) -> None:
        from drivers.replay.transcript import Speaker, dump

        self.heard = self.heard or said.speaker is Speaker.DEVICE
        line = dump([said]).encode("ascii")
        self._left -= len(line)
        if self._left < 0:
            self.trouble = self.trouble or f"more than {_MOST_BYTES >> 20} MiB passed"
        if self.trouble:
            return
        try:
            whole = self._file.write(line) == len(line)
        except OSError as error:
            self.trouble = f"{self._file.name}: {error.strerror}"
            return
        self.messages += whole  # of one that is not, the next one tells why


@click.group("serial", cls=CommandGroup)
def command() -> None:
    """Listen in on the wire to the motor controller."""


@command.command()
@click.option("--device", metavar="PATH", help="Default: esp32.device of hardware_map.json.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=False),
    help="Where to write the transcript; it must not exist yet.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 600),
    default=10.0,
    show_default=True,
    help="How long to record.",
)
@click.option(
    "--dialect",
    "spoken",
    type=click.Choice(["auto", "ascii", "framed"]),
    help="Default: esp32.dialect of hardware_map.json.",
)
@json_option
def record(
    *, device: str | None, out: Path, seconds: float, spoken: str | None, as_json: bool
) -> None:
    """Ping the controller once a second, and write down every byte that passes.

    Nothing is moved and nothing is lit. Stop the machine first: it holds the port. A controller
    that does not answer is recorded all the same; Ctrl-C ends the recording early.
    """
    import trio

    from drivers.esp32.timings import Dialect

    wire = hardware_map().esp32
    path, dialect = port_of_esp32(device), Dialect(spoken or wire.dialect)
    try:
        with out.open("xb", buffering=0) as file:
            transcript = _Transcript(file)
            tally = trio.run(_record, path, wire.baud, dialect, seconds, transcript)
    except FileExistsError as error:
        raise CommandError(f"{out}: is there already; name another file") from error
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}") from error
    why = transcript.trouble or tally.lost
    if not transcript.messages:
        out.unlink(missing_ok=True)
        raise CommandError(why or f"{path}: nothing passed; nothing was written")
    if why:
        raise CommandError(f"{why}; what passed until then is in {out}")
    _tell(out, transcript, tally, as_json=as_json)


async def _record(
    path: str, baud: int, dialect: Dialect, seconds: float, transcript: _Transcript
) -> _Tally:
    import math
    import signal

    import trio
    from msgspec.structs import replace

    from drivers.esp32.controller import Controller
    from drivers.esp32.dialect import Command
    from drivers.esp32.timings import LinkTimings
    from drivers.ports import DriverError
    from rvm_edge.cli.one_port import OnePort

    tally, port = _Tally(), OnePort(path, baud, transcript)
    # The pings feed the dead-man; a heartbeat would only fall between them by chance. Nothing is to
    # pass unread while a silent controller is called again.
    timings = replace(LinkTimings(), heartbeat_s=math.inf, retry_first_s=0.0, retry_cap_s=0.0)
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with (
            trio.open_nursery() as nursery,
            Controller(port.connect, timings, dialect).run() as controller,
        ):
            nursery.start_soon(_stop_at, signals, nursery.cancel_scope)
            nursery.cancel_scope.deadline = trio.current_time() + seconds
            silence = ""
            while not (port.lost or transcript.trouble):
                tally.asked += 1
                try:
                    await controller.command(Command.PING)
                    tally.answered += 1
                    tally.dialect = controller.spoken.value if controller.spoken else None
                except DriverError as error:
                    # A silent or confused controller is what some record it for.
                    if not (silence or port.lost):
                        silence = f"the controller does not answer ({error})"
                        click.echo(f"{silence}; what comes is recorded all the same", err=True)
                await trio.sleep(_EVERY_S)
            nursery.cancel_scope.cancel()
    port.close()
    tally.lost = port.lost
    return tally


async def _stop_at(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    async for _ in signals:
        scope.cancel()


def _tell(out: Path, transcript: _Transcript, tally: _Tally, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "out": out,
                "messages": transcript.messages,
                "pings": tally.asked,
                "answered": tally.answered,
                "dialect": tally.dialect,
                "heard": transcript.heard,
            }
        )
        return
    silent = (
        "talks, but answers nothing; is esp32.baud right?"
        if transcript.heard
        else "is silent; see to its power and its cable"
    )
    how = _SPOKEN[tally.dialect] if tally.dialect else f": the controller {silent}"
    click.echo(
        f"{out}: {transcript.messages} messages; "
        f"{tally.answered} of {tally.asked} pings answered{how}"
    )
