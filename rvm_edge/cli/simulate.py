"""`rvm-edge simulate`: the machine without the machine, in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.options import CommandError, json_option, print_json

if TYPE_CHECKING:
    from rvm_edge.simulator.esp32 import Esp32
    from rvm_edge.simulator.specimens import Samples
    from rvm_edge.simulator.world import World


@click.command("simulate")
@click.option(
    "--socket",
    "socket_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to serve the world; at most 107 bytes long.",
)
@click.option(
    "--serial",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the ESP32's serial port appears. Default: the socket's path with .tty.",
)
@click.option(
    "--samples",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of labelled pictures. Default: the ones that ship with the project.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For what is left to chance.")
@click.option(
    "--travel-scale",
    type=click.FloatRange(0, 2),
    default=1.0,
    show_default=True,
    help="How long movements take, against the real machine; 0 is at once.",
)
@click.option(
    "--older-firmware",
    is_flag=True,
    help="Let the ESP32 speak the ASCII dialect alone, as the author's firmware does.",
)
@json_option
def command(
    *,
    socket_path: Path,
    serial: Path | None,
    samples: Path | None,
    seed: int,
    travel_scale: float,
    older_firmware: bool,
    as_json: bool,
) -> None:
    """Run a simulated machine until interrupted: its parts on a socket, its ESP32 on a pty."""
    import trio

    from rvm_edge.packaged import PackagedFileError, samples_dir
    from rvm_edge.simulator.esp32 import Esp32
    from rvm_edge.simulator.server import SocketInUseError
    from rvm_edge.simulator.specimens import SamplesError, read_samples
    from rvm_edge.simulator.timings import Timings
    from rvm_edge.simulator.world import World

    tty = serial or socket_path.with_name(f"{socket_path.name}.tty")
    try:
        found = read_samples(samples or samples_dir())
        world = World(
            Timings().scaled(travel_scale), seed=seed, empty_pictures=found.empty_pictures
        )
        esp32 = Esp32(world, tty.absolute(), framed=not older_firmware)
        trio.run(_serve, world, found, socket_path.absolute(), esp32, as_json)
    except (PackagedFileError, SamplesError, SocketInUseError) as error:
        raise CommandError(str(error)) from error


async def _serve(
    world: World,
    samples: Samples,
    socket_path: Path,
    esp32: Esp32,
    as_json: bool,  # noqa: FBT001 - trio.run passes by position
) -> None:
    import signal

    import trio

    from rvm_edge.simulator.server import listen, serve_world
    from rvm_edge.simulator.window import Window

    listener = await listen(socket_path)
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            path = await nursery.start(esp32.run)
            nursery.start_soon(serve_world, Window(world, samples, path), listener, socket_path)
            _tell(socket_path, path, len(samples.specimens), as_json=as_json)
            async for _ in signals:
                nursery.cancel_scope.cancel()


def _tell(socket_path: Path, serial: Path, specimens: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"socket": socket_path, "serial": serial, "specimens": specimens})
    else:
        click.echo(f"world on {socket_path}, ESP32 on {serial}; stop it with Ctrl-C")
