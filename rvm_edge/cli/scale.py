"""`rvm-edge scale`: read the scale at the ESP32, and find out what its counts mean."""

from __future__ import annotations

from typing import Final

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.options import (
    CommandError,
    hardware_map,
    json_option,
    port_of_esp32,
    print_json,
)

_READINGS: Final = 20
_EVERY_S: Final = 0.1
_TIMES_NOISE: Final = 20
"""A known weight must move the scale so many times further than its readings are apart."""


@click.group("scale", cls=CommandGroup)
def command() -> None:
    """Read the scale at the ESP32, and calibrate it. Stop the machine first: it holds the port."""


_device = click.option(
    "--device", metavar="PATH", help="Default: esp32.device of hardware_map.json."
)


@command.command()
@_device
@json_option
def read(*, device: str | None, as_json: bool) -> None:
    """Show what the scale reads now, as counts and, if it is calibrated, in grams."""
    table = hardware_map().scale
    count, apart = _measure(device)
    grams = (count - table.zero_count) * table.grams_per_count
    if as_json:
        print_json({"count": count, "apart": apart, "grams": round(grams, 2)})
        return
    calibrated = f", {grams:.1f} g" if table.grams_per_count else "; not calibrated yet"
    click.echo(f"{count} counts, readings up to {apart} apart{calibrated}")


@command.command()
@_device
@click.option(
    "--grams",
    required=True,
    type=click.FloatRange(1, 100_000),
    help="What the known weight weighs; best about as much as the heaviest item.",
)
@json_option
def calibrate(*, device: str | None, grams: float, as_json: bool) -> None:
    """Read the empty scale and then a known weight; print the table for hardware_map.json.

    Nothing is written: put what is printed into the map, and "scale": {"driver": "esp32"} among its
    ports.
    """
    port_of_esp32(device)  # before anybody empties a scale that nobody can read
    click.prompt("Empty the scale, then press Enter", default="", show_default=False, err=True)
    zero_count, noise = _measure(device)
    click.prompt(
        f"Put {grams:g} g on it, then press Enter", default="", show_default=False, err=True
    )
    loaded, more_noise = _measure(device)
    moved, apart = loaded - zero_count, max(noise, more_noise, 1)
    if abs(moved) < _TIMES_NOISE * apart:
        raise CommandError(
            f"the weight moved the scale by {moved} counts, and its readings are {apart} apart: "
            "too little to calibrate by; take a heavier weight, or look at the wires"
        )
    table = {"grams_per_count": round(grams / moved, 9), "zero_count": zero_count}
    if as_json:
        print_json({"scale": table})
    else:
        click.echo(
            f'"scale": {{"grams_per_count": {table["grams_per_count"]:.9f}, '
            f'"zero_count": {zero_count}}}'
        )


def _measure(device: str | None) -> tuple[int, int]:
    """Return the median of many readings, and how far they are apart.

    Raises:
        CommandError: the scale cannot be read.
    """
    import statistics
    from functools import partial

    import trio

    from drivers.esp32.scale_counts import read_counts
    from drivers.esp32.timings import Dialect
    from drivers.ports import DriverError, NoAnswerError

    wire, path = hardware_map().esp32, port_of_esp32(device)
    dialect = Dialect(wire.dialect)
    ask = partial(read_counts, path, wire.baud, dialect, readings=_READINGS, every_s=_EVERY_S)
    try:
        counts = trio.run(ask)
    except DriverError as error:
        todo = "; ask: rvm-edge doctor controller" if isinstance(error, NoAnswerError) else ""
        raise CommandError(f"the scale cannot be read: {error}{todo}") from error
    return round(statistics.median(counts)), max(counts) - min(counts)
