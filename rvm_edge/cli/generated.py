"""Files that are written from the code, and the question whether they still say what it says."""

from __future__ import annotations

from pathlib import Path

import click

from rvm_edge.cli.failures import CommandError
from rvm_edge.generated import is_up_to_date

FILE = click.Path(dir_okay=False, path_type=Path)
check_option = click.option(
    "--check", is_flag=True, help="Write nothing; fail if FILE differs from what the code says."
)


def write_or_compare(file: Path, text: str, *, check: bool) -> None:
    """Write a generated file, or make sure that it needs no writing.

    Raises:
        CommandError: it differs from what the code says.
    """
    if not check:
        file.write_text(text, encoding="utf-8")
        return
    if not is_up_to_date(file, text):
        raise CommandError(f"{file} differs from what the code says; run 'make docs'")
