"""A click group that imports a command's module only when that command is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import click
from click.shell_completion import CompletionItem

from rvm_edge.cli.failures import report
from rvm_edge.cli.table import CommandEntry


class LazyGroup(click.Group):
    """Knows its commands from a table, and turns every failure into one line and an exit code."""

    def __init__(
        self,
        *,
        commands_table: Mapping[str, CommandEntry],
        **settings: Any,  # noqa: ANN401 - handed to click as they are
    ) -> None:
        super().__init__(**settings)
        self._table = commands_table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the table's order."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command, or return None for an unknown name."""
        entry = self._table.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(entry.module).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.command is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table into the help text without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self._table.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` names.

        Raises:
            click.UsageError: there is none; the message names the closest one.
        """
        name = args[0]
        if name not in self._table and not name.startswith("-"):
            close = get_close_matches(name, self._table, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"No such command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete command names and the group's own options without importing a command."""
        names = [
            CompletionItem(name, help=entry.summary)
            for name, entry in self._table.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002 - click's signature
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> Any:  # noqa: ANN401 - click's signature
        """Run the command line and exit with its code; never with a traceback."""
        arguments = list(sys.argv[1:] if args is None else args)
        name = prog_name or self.name
        if not standalone_mode:
            return super().main(arguments, name, complete_var, standalone_mode=False, **extra)
        try:
            outcome = super().main(arguments, name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
            code = outcome if isinstance(outcome, int) else 0
        # Any failure of any command ends here: this is the outermost frame of the process, and a
        # traceback on the terminal helps nobody who runs a machine. `--traceback` shows it.
        except BaseException as failure:  # noqa: BLE001
            code = report(failure, show_traceback="--traceback" in arguments)
        _drop_unread_output()
        sys.exit(code)


def _drop_unread_output() -> None:
    """Leave without a complaint about a reader that went away."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
