"""`rvm-edge completion`: the script that teaches a shell to complete this command."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from rvm_edge.cli.failures import CommandError

_INSTALL = {
    "bash": "rvm-edge completion bash > ~/.local/share/bash-completion/completions/rvm-edge",
    "zsh": 'rvm-edge completion zsh > "${fpath[1]}/_rvm-edge"',
    "fish": "rvm-edge completion fish > ~/.config/fish/completions/rvm-edge.fish",
}


@click.command(
    "completion",
    epilog="It needs to be done once; new commands are completed without doing it again.",
)
@click.argument("shell", type=click.Choice(sorted(_INSTALL)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script for SHELL.

    The script's first line says how to install it.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise CommandError(f"this version of click cannot complete in {shell}")
    root = ctx.find_root()
    script = kind(root.command, {}, "rvm-edge", "_RVM_EDGE_COMPLETE").source_template
    names = {
        "complete_func": "_rvm_edge_completion",
        "complete_var": "_RVM_EDGE_COMPLETE",
        "prog_name": "rvm-edge",
    }
    body = (script % names).strip()
    note = f"# Install: {_INSTALL[shell]}"
    if shell == "zsh":  # zsh reads a completion's "#compdef" from the first line only
        first, _, rest = body.partition("\n")
        click.echo(f"{first}\n{note}\n{rest}")
        return
    click.echo(f"{note}\n{body}")
