"""`rvm-edge serial`: listen in on the wire to the motor controller."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import CommandError, hardware_map, json_option, print_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import trio

    from drivers.esp32.serial_link import ByteLink
    from drivers.esp32.timings import Dialect
    from drivers.replay.transcript import Message

_EVERY_S = 1.0


@dataclass
class _Tally:
    asked: int = 0
    answered: int = 0
    lost: str = ""


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

    Nothing is moved and nothing is lit. Stop the machine first: it holds the port. Ctrl-C ends the
    recording early.
    """
    import trio

    from drivers.esp32.timings import Dialect
    from drivers.replay.transcript import dump

    wire = hardware_map().esp32
    path, dialect = device or wire.device, Dialect(spoken or wire.dialect)
    if path == "sim":
        raise CommandError("there is no real ESP32 in the hardware map; name one with --device")
    if out.exists():
        raise CommandError(f"{out}: is there already; name another file")
    transcript: list[Message] = []
    tally = trio.run(_record, path, wire.baud, dialect, seconds, transcript)
    if not transcript:
        raise CommandError(tally.lost or f"{path}: nothing passed; nothing was written")
    try:
        out.write_text(dump(transcript), encoding="ascii")
    except OSError as error:
        raise CommandError(f"{out}: {error.strerror}") from error
    if tally.lost:
        raise CommandError(f"{tally.lost}; what passed until then is in {out}")
    _tell(out, transcript, tally, as_json=as_json)


async def _record(
    path: str, baud: int, dialect: Dialect, seconds: float, transcript: list[Message]
) -> _Tally:
    import math
    import signal
    from dataclasses import replace

    import trio

    from drivers.esp32.controller import Controller, LinkTimings
    from drivers.esp32.dialect import Command
    from drivers.esp32.serial_link import open_serial
    from drivers.ports import DeviceGoneError, DriverError
    from drivers.replay.links import RecordingLink

    tally = _Tally()
    was_open = False

    async def connect() -> ByteLink:
        nonlocal was_open
        if was_open:
            # A transcript is of one connection: what comes after replugging is another one.
            raise DeviceGoneError(f"{path}: lost while recording")
        link = RecordingLink(await open_serial(path, baud), transcript)
        was_open = True
        return link

    # The pings feed the dead-man; a heartbeat would only fall between them by chance.
    timings = replace(LinkTimings(), heartbeat_s=math.inf)
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with (
            trio.open_nursery() as nursery,
            Controller(connect, timings, dialect).run() as controller,
        ):
            nursery.start_soon(_stop_at, signals, nursery.cancel_scope)
            nursery.cancel_scope.deadline = trio.current_time() + seconds
            while not tally.lost:
                tally.asked += 1
                try:
                    await controller.command(Command.PING)
                    tally.answered += 1
                except DeviceGoneError as gone:
                    tally.lost = str(gone)
                except DriverError:
                    # A silent or confused controller is what some record it for.
                    continue
                else:
                    await trio.sleep(_EVERY_S)
            nursery.cancel_scope.cancel()
    return tally


async def _stop_at(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    async for _ in signals:
        scope.cancel()


def _tell(out: Path, transcript: list[Message], tally: _Tally, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "out": out,
                "messages": len(transcript),
                "pings": tally.asked,
                "answered": tally.answered,
            }
        )
        return
    click.echo(
        f"{out}: {len(transcript)} messages; {tally.answered} of {tally.asked} pings answered"
    )
