"""`rvm-edge orders`: what the server may order."""

from __future__ import annotations

from pathlib import Path

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.generated import FILE, check_option, write_or_compare


@click.group("orders", cls=CommandGroup)
def command() -> None:
    """Explain what the server may order, and where it is carried out."""


@command.command()
@click.argument("file", type=FILE)
@check_option
def reference(file: Path, *, check: bool) -> None:
    """Write the reference page into FILE."""
    from rvm_edge.bridges.cloud.orders.order_table import render
    from states.obeying import CARRIED_OUT_IN

    write_or_compare(file, render(CARRIED_OUT_IN), check=check)
