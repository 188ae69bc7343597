"""`rvm-edge kiosk`: the screen in front of people, kept alive; a service and a user of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.cli.generated import FILE, check_option, write_or_compare
from rvm_edge.cli.options import locations

if TYPE_CHECKING:
    from rvm_edge.kiosk.keeper.settings import KioskSettings

_PROFILE = "rvm-edge-kiosk"
_LINE = "%(levelname)s %(message)s"


@click.group("kiosk", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Keep a browser with the right page in front of the machine, until told to stop.

    It shows the server's page while there is one, and the machine's own page otherwise. A browser
    or a page that dies, hangs or turns white is replaced; stderr says why.
    """
    if ctx.invoked_subcommand is None:
        _keep()


@command.command()
@click.argument("file", type=FILE)
@check_option
def policy(file: Path, *, check: bool) -> None:
    """Write the browser's managed policy into FILE.

    Chromium reads every JSON file in /etc/chromium/policies/managed.
    """
    from rvm_edge.kiosk.keeper.policy import managed_policy

    write_or_compare(file, managed_policy(_settings()), check=check)


def _keep() -> None:
    import logging

    import trio

    settings = _settings()
    logging.basicConfig(level=logging.INFO, format=_LINE, stream=sys.stderr)
    trio.run(_keep_until_told, settings, _profile(settings))


async def _keep_until_told(settings: KioskSettings, profile: Path) -> None:
    import signal

    import trio

    from rvm_edge.kiosk.keeper.keeper import keep_screen

    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    with trio.open_signal_receiver(*ends) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_screen, settings, profile)
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()


def _settings() -> KioskSettings:
    """Read the screen's settings, a file of their own; the defaults where there is none.

    Raises:
        CommandError: they cannot be used.
    """
    from rvm_edge.kiosk.keeper.settings import KioskSettings
    from rvm_edge.settings_file import MAX_BYTES, SettingsError
    from rvm_edge.strict_tables import refused_as, to_struct

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    path = locations().config_dir / "kiosk.toml"
    if not path.exists():
        return KioskSettings()
    raw = path.read_bytes()
    try:
        with refused_as(SettingsError, str(path), raw, MAX_BYTES):
            return to_struct(tomllib.loads(raw.decode()), KioskSettings)
    except SettingsError as error:
        raise CommandError(str(error), CONFIGURATION) from error


def _profile(settings: KioskSettings) -> Path:
    """Return the browser's folder: in memory, where the system has such a place for a service."""
    if settings.profile_dir:
        return Path(settings.profile_dir).absolute()
    for variable in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
        first = os.environ.get(variable, "").split(":")[0]
        if first:
            return Path(first) / _PROFILE
    return Path(tempfile.gettempdir()) / f"{_PROFILE}-{os.getuid()}"
