"""What commands share: options that several have, folders, settings, and how a command fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.locations import LocationError, Locations, locate, prepare

if TYPE_CHECKING:
    from rvm_edge.hardware_map import HardwareMap
    from rvm_edge.settings import Settings

__all__ = [
    "CommandError",
    "GlobalOptions",
    "hardware_map",
    "heads_option",
    "json_option",
    "limit_option",
    "locations",
    "port_of_esp32",
    "print_json",
    "say",
    "settings",
    "wire_option",
]

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on one line, for programs."
)
"""Adds `--json`; the command receives it as `as_json: bool`."""

limit_option = click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
"""Adds `--limit`, of a list; the command receives it as `limit: int`."""


def _hashes(
    _ctx: click.Context, _option: click.Parameter, told: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse what cannot be a row's hash, rather than look for it in vain."""
    for one in told:
        if not re.fullmatch("[0-9a-fA-F]{64}", one):
            raise click.BadParameter(f"{one!r} is no hash: it has 64 hexadecimal digits")
    return tuple(one.lower() for one in told)


heads_option = click.option(
    "--head",
    "heads",
    callback=_hashes,
    multiple=True,
    metavar="HASH",
    help="A head of the journal that was noted earlier; it must be there. May be given again.",
)
"""Adds `--head`; the command receives it as `heads: tuple[str, ...]`."""

wire_option = click.option(
    "--wire",
    "spoken",
    type=click.Choice(["ascii", "auto", "framed"]),
    default="ascii",
    show_default=True,
    help="How the ESP32 of a simulated world is spoken to; auto finds it out.",
)
"""Adds `--wire`; the command receives it as `spoken: str`, for `drivers.esp32.timings.Dialect`."""


class GlobalOptions(msgspec.Struct, frozen=True):
    """The options before the command; `ctx.obj` of every command.

    Attributes:
        config_dir: `--config-dir`, or None.
        data_dir: `--data-dir`, or None.
        traceback: `--traceback`.
    """

    config_dir: Path | None = None
    data_dir: Path | None = None
    traceback: bool = False


def locations(*, writes: bool = False) -> Locations:
    """Return the folders of the command that is being run.

    Args:
        writes: create the data folder if needed, and make sure that it can be written.

    Raises:
        CommandError: a folder is missing, or may not be read or written.
    """
    ctx = click.get_current_context(silent=True)
    chosen = ctx.find_object(GlobalOptions) if ctx else None
    chosen = chosen or GlobalOptions()
    try:
        found = locate(config_dir=chosen.config_dir, data_dir=chosen.data_dir)
        if writes:
            prepare(found)
    except LocationError as error:
        raise CommandError(str(error), CONFIGURATION) from error
    return found


def settings() -> Settings:
    """Read the settings of the command that is being run.

    Raises:
        CommandError: they cannot be used.
    """
    from rvm_edge.settings_file import SettingsError, read_settings

    try:
        return read_settings(locations().settings_path)
    except SettingsError as error:
        raise CommandError(str(error), CONFIGURATION) from error


def hardware_map() -> HardwareMap:
    """Read the hardware map of the command that is being run; the shipped one where there is none.

    Raises:
        CommandError: it cannot be used.
    """
    from rvm_edge.hardware_map import HardwareMapError, read_hardware_map
    from rvm_edge.packaged import PackagedFileError, config_file

    path = locations().hardware_map_path
    try:
        return read_hardware_map(path if path.exists() else config_file(path.name))
    except (HardwareMapError, PackagedFileError) as error:
        raise CommandError(str(error), CONFIGURATION) from error


def port_of_esp32(device: str | None) -> str:
    """Return the serial port that is meant.

    Args:
        device: as the command line names it; None for the hardware map's.

    Raises:
        CommandError: there is none.
    """
    from rvm_edge.hardware_map import SIMULATED

    path = device or hardware_map().esp32.device
    if path == SIMULATED:
        raise CommandError("there is no real ESP32 in the hardware map; name one with --device")
    return path


def say(line: str) -> None:
    """Print a line that came from a file: a control character in it must not reach a terminal."""
    click.echo("".join(sign if sign.isprintable() else "\ufffd" for sign in line))


def print_json(value: object) -> None:
    """Print `value` as one JSON object on one line.

    Args:
        value: dicts, lists, plain values, dataclasses, msgspec Structs, enums, paths.
    """
    import msgspec

    click.echo(msgspec.json.encode(value, enc_hook=_as_plain))


def _as_plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")
