"""What commands share: `--json`, where the machine keeps its things, and how a command fails."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.locations import LocationError, Locations, locate, prepare

__all__ = ["CommandError", "GlobalOptions", "json_option", "locations", "print_json"]

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on one line, for programs."
)
"""Adds `--json`; the command receives it as `as_json: bool`."""


@dataclass(frozen=True)
class GlobalOptions:
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
