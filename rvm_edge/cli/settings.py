"""`rvm-edge settings`: check them, show what applies, write the pages that explain them."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.generated import FILE, check_option, write_or_compare
from rvm_edge.cli.options import hardware_map, json_option, locations, print_json, settings
from rvm_edge.settings import Settings
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
    plain = msgspec.to_builtins(_without_secrets(settings()))
    if as_json:
        print_json(plain)
        return
    for table, values in plain.items():
        for key, value in values.items():
            click.echo(f"{table}.{key} = {msgspec.json.encode(value).decode()}")


@command.command()
@click.password_option("--pin", prompt="The technicians' new PIN", help="4 to 12 digits.")
def pin(*, pin: str) -> None:
    """Print the line of settings.toml that makes this PIN the technicians'."""
    from rvm_edge.bridges.local.technician import PinFormError, PinHash

    try:
        hashed = PinHash.of(pin)
    except PinFormError as error:
        raise CommandError(str(error)) from error
    click.echo(f'[screen]\npin_hash = "{hashed}"')


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


def _without_secrets(chosen: Settings) -> Settings:
    """Return settings that may be shown around."""
    if not chosen.screen.pin_hash:
        return chosen
    shown = msgspec.structs.replace(chosen.screen, pin_hash="(set)")
    return msgspec.structs.replace(chosen, screen=shown)
