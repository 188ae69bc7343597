"""The `rvm-edge` command: one module per command, loaded only when it is called.

This package sees the whole house, so importing it must stay cheap: nothing here imports a command,
and a command imports what it runs inside its function wherever that is heavy.
"""

from __future__ import annotations

from pathlib import Path

import click

from rvm_edge import __version__
from rvm_edge.cli.group import LazyGroup
from rvm_edge.cli.options import GlobalOptions
from rvm_edge.cli.table import COMMANDS

__all__ = ["main"]

_FOLDER = click.Path(path_type=Path)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001
    if not wanted or ctx.resilient_parsing:
        return
    click.echo(f"rvm-edge {__version__}")
    ctx.exit()


@click.group(
    name="rvm-edge",
    cls=LazyGroup,
    commands_table=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed or a check found something, 2 wrong usage, "
    "78 wrong configuration, 130 interrupted.",
)
@click.option(
    "--config-dir",
    type=_FOLDER,
    metavar="DIR",
    help="Where settings.toml and hardware_map.json lie. "
    "Default: systemd's CONFIGURATION_DIRECTORY, else config/ of the checkout.",
)
@click.option(
    "--data-dir",
    type=_FOLDER,
    metavar="DIR",
    help="Where the journal and the ledger are kept. "
    "Default: systemd's STATE_DIRECTORY, else data/ of the checkout.",
)
@click.option("--traceback", is_flag=True, help="Show where an unexpected error came from.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
@click.pass_context
def main(
    ctx: click.Context,
    config_dir: Path | None,
    data_dir: Path | None,
    traceback: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Control a reverse vending machine: take bottles, decide, remember, and prove it."""
    ctx.obj = GlobalOptions(config_dir=config_dir, data_dir=data_dir, traceback=traceback)
