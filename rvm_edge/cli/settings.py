"""`rvm-edge settings`: check them, show what applies, write the pages that explain them."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from rvm_edge.cli.generated import FILE, check_option, write_or_compare
from rvm_edge.cli.options import hardware_map, json_option, locations, print_json, settings
from rvm_edge.settings_reference import reference_page, settings_template


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
@click.argument("file", type=FILE)
@check_option
def reference(file: Path, *, check: bool) -> None:
    """Write the reference page into FILE."""
    write_or_compare(file, reference_page(), check=check)


@command.command()
@click.argument("file", type=FILE)
@check_option
def template(file: Path, *, check: bool) -> None:
    """Write a settings file with every default, commented out, into FILE."""
    write_or_compare(file, settings_template(), check=check)
