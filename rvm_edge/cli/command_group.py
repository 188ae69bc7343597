"""A group that tells of its commands in whole sentences."""

from __future__ import annotations

import click

_LONGEST = 500


class CommandGroup(click.Group):
    """Lists each command with its first sentence, over several lines where one is too short."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands into the help text; click would cut each off at the line's end."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(_LONGEST)) for name, one in found if one is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
