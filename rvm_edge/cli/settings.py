"""`rvm-edge settings`: check them, show what applies, write the pages that explain them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.generated import FILE, check_option, write_or_compare
from rvm_edge.cli.options import hardware_map, json_option, locations, print_json, settings
from rvm_edge.settings import BIN_FREE, BIN_FULL, Origin, PolicyInForce, Settings
from rvm_edge.settings_reference import reference_page, settings_template

if TYPE_CHECKING:
    from rvm_edge.hardware_map import BinTable
    from rvm_edge.provisioning.served_policy import Remembered
    from rvm_edge.provisioning.site import BinDepth


@click.group("settings", cls=CommandGroup)
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
    """Print every setting that applies, defaults included, and how deep the bin is.

    Behind a setting that is no default stands who said it: settings.toml, or the server in its last
    handshake. The bin's depth is the hardware map's, or site.json's where it was measured at the
    set-up page.
    """
    chosen, said_by = _in_force(settings())
    depth, by_site = _bin_in_force()
    plain = msgspec.to_builtins(_without_secrets(chosen)) | {"bin": msgspec.to_builtins(depth)}
    del plain["written"]  # `said_by` tells it
    if by_site:
        said_by |= dict.fromkeys((f"bin.{name}" for name in depth.__struct_fields__), by_site)
    if as_json:
        print_json({**plain, "said_by": said_by})
        return
    for table, values in plain.items():
        for key, value in values.items():
            name = f"{table}.{key}"
            who = f"  # {said_by[name]}" if name in said_by else ""
            click.echo(f"{name} = {msgspec.json.encode(value).decode()}{who}")


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


def _in_force(chosen: Settings) -> tuple[Settings, dict[str, str]]:
    """Return the settings as a start would go by them, and who said those that are no defaults."""
    from rvm_edge.provisioning.served_policy import read_remembered

    here = locations()
    said_by = dict.fromkeys(sorted(chosen.written), here.settings_path.name)
    rules = PolicyInForce(chosen.policy, chosen.written)
    remembered = read_remembered(here.server_policy_path)
    if remembered is not None and _is_ours(remembered, here.credentials_path):
        rules.heed(remembered.policy)
    if rules.bin_full_by is Origin.SERVER:
        said_by |= dict.fromkeys((BIN_FULL, BIN_FREE), "server")
    return msgspec.structs.replace(chosen, policy=rules.now), said_by


def _bin_in_force() -> tuple[BinTable | BinDepth, str]:
    """Return how deep a start takes the bin to be, and the file that overrules the map, or ""."""
    from rvm_edge.provisioning.site import SiteError, read_site

    here = locations()
    try:
        site = read_site(here.site_path)
    except SiteError as error:
        click.echo(f"rvm-edge: {error}", err=True)  # a start goes on without it, too
    else:
        if site.bin is not None:
            return site.bin, here.site_path.name
    return hardware_map().bin, ""


def _is_ours(remembered: Remembered, credentials: Path) -> bool:
    """Say whether it was said to this machine; who cannot be named may be anybody."""
    from rvm_edge.provisioning.credentials import CredentialsError, read_credentials

    try:
        return remembered.is_for(read_credentials(credentials).identity)
    except CredentialsError:
        return True


def _without_secrets(chosen: Settings) -> Settings:
    """Return settings that may be shown around."""
    if not chosen.screen.pin_hash:
        return chosen
    shown = msgspec.structs.replace(chosen.screen, pin_hash="(set)")
    return msgspec.structs.replace(chosen, screen=shown)
