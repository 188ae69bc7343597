"""`rvm-edge kiosk`: the screen in front of people, kept alive; a service and a user of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.generated import FILE, check_option, write_or_compare
from rvm_edge.cli.options import locations, settings

if TYPE_CHECKING:
    from rvm_edge.settings.kiosk import KioskSettings

_PROFILE = "rvm-edge-kiosk"
_LINE = "%(levelname)s %(message)s"


@click.group("kiosk", cls=CommandGroup, invoke_without_command=True)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the machine leaves this boot's token for its screen, whatever the settings say.",
)
@click.pass_context
def command(ctx: click.Context, token_file: Path | None) -> None:
    """Keep a browser with the right page in front of the machine, until told to stop.

    It shows the server's page while there is one, and the machine's own page otherwise. A browser
    or a page that dies, hangs or turns white is replaced; stderr says why.
    """
    if ctx.invoked_subcommand is None:
        _keep(token_file)


@command.command()
@click.argument("file", type=FILE)
@check_option
def policy(file: Path, *, check: bool) -> None:
    """Write the browser's managed policy into FILE.

    Chromium reads every JSON file in /etc/chromium/policies/managed.
    """
    from rvm_edge.kiosk.keeper.policy import managed_policy

    write_or_compare(file, managed_policy(settings().kiosk), check=check)


def _keep(token_file: Path | None) -> None:
    import logging

    import msgspec
    import trio

    chosen = settings().kiosk
    if token_file or not chosen.token_file:
        found = token_file or locations().screen_token_path
        chosen = msgspec.structs.replace(chosen, token_file=str(found))
    logging.basicConfig(level=logging.INFO, format=_LINE, stream=sys.stderr)
    trio.run(_keep_until_told, chosen, _profile(chosen))


async def _keep_until_told(chosen: KioskSettings, profile: Path) -> None:
    import signal

    import trio

    from rvm_edge.kiosk.keeper.keeper import keep_screen
    from rvm_edge.service.notify import service_manager
    from rvm_edge.service.watchdog import report_loop

    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    with trio.open_signal_receiver(*ends) as signals:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(report_loop, service_manager(), "keeping the screen")
            nursery.start_soon(keep_screen, chosen, profile)
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()


def _profile(chosen: KioskSettings) -> Path:
    """Return the browser's folder: in memory, where the system has such a place for a service."""
    if chosen.profile_dir:
        return Path(chosen.profile_dir).absolute()
    for variable in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR"):
        first = os.environ.get(variable, "").split(":")[0]
        if first:
            return Path(first) / _PROFILE
    return Path(tempfile.gettempdir()) / f"{_PROFILE}-{os.getuid()}"
