"""`rvm-edge settings`: check them, show what applies, write the pages that explain them."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import hardware_map, json_option, locations, print_json, settings
from rvm_edge.settings_reference import reference_page, settings_template

_FILE = click.Path(dir_okay=False, path_type=Path)
_check_option = click.option(
    "--check", is_flag=True, help="Write nothing; fail if FILE differs from what would be written."
)


@click.group("settings")
def command() -> None:
    """Check, show and explain the settings."""


@command.command()
@json_option
def check(*, as_json: bool) -> None:
    """Say whether settings.toml and hardware_map.json can be used."""
    found = locations()
    settings()
    simulated = hardware_map().simulated_ports()
    if as_json:
        print_json({"ok": True, "config_dir": found.config_dir, "simulated_ports": simulated})
        return
    click.echo(f"{found.config_dir}: can be used")
    if simulated:
        click.echo(f"simulated ports: {', '.join(simulated)}")


@command.command()
@json_option
def show(*, as_json: bool) -> None:
    """Print every setting that applies, defaults included."""
    plain = msgspec.to_builtins(settings())
    if as_json:
        print_json(plain)
        return
    for table, values in plain.items():
        for key, value in values.items():
            click.echo(f"{table}.{key} = {msgspec.json.encode(value).decode()}")


@command.command()
@click.argument("file", type=_FILE)
@_check_option
def reference(file: Path, *, check: bool) -> None:
    """Write the reference page into FILE."""
    _write_or_compare(file, reference_page(), check=check)


@command.command()
@click.argument("file", type=_FILE)
@_check_option
def template(file: Path, *, check: bool) -> None:
    """Write a settings file with every default, commented out, into FILE."""
    _write_or_compare(file, settings_template(), check=check)


def _write_or_compare(file: Path, text: str, *, check: bool) -> None:
    if not check:
        file.write_text(text, encoding="utf-8")
        return
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        raise CommandError(f"{file} differs from what the code says; run 'make docs'")
