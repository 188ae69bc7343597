"""What a failure looks like to whoever called the command: one line on stderr and an exit code."""

from __future__ import annotations

import sys
import traceback

import click
from click.exceptions import NoArgsIsHelpError

INTERNAL = 70
CONFIGURATION = 78
INTERRUPTED = 130
READER_GONE = 1


class CommandError(click.ClickException):
    """A command cannot do what was asked. The message says what, where and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click declares it per class only


def report(failure: BaseException, *, show_traceback: bool = False) -> int:
    """Tell the caller what went wrong.

    Args:
        failure: what ended the command.
        show_traceback: print where an unexpected failure came from.

    Returns:
        The process's exit code.
    """
    from rvm_edge.statechart.exception_groups import is_only

    if isinstance(failure, SystemExit):
        return _code_of(failure)
    if isinstance(failure, click.Abort):
        click.echo(err=True)  # the question still stands on the line
    if is_only(failure, KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    if is_only(failure, BrokenPipeError):
        return READER_GONE
    if isinstance(failure, NoArgsIsHelpError):
        click.echo(failure.format_message(), err=True)
        return failure.exit_code
    if isinstance(failure, click.ClickException):
        _print(_in_one_line(failure))
        return failure.exit_code
    if show_traceback:
        traceback.print_exception(type(failure), failure, failure.__traceback__)
    return _unexpected(
        failure, hint="" if show_traceback else " ('rvm-edge --traceback' shows where)"
    )


def _in_one_line(refusal: click.ClickException) -> str:
    message = refusal.format_message()
    if isinstance(refusal, click.UsageError) and refusal.ctx is not None:
        return f"{message} (see '{refusal.ctx.command_path} --help')"
    return message


def _unexpected(failure: BaseException, hint: str) -> int:
    if isinstance(failure, OSError):
        where = f"{failure.filename}: " if failure.filename else ""
        _print(f"{where}{failure.strerror or failure}{hint}")
        return 1
    _print(f"internal error: {type(failure).__name__}: {failure}{hint}")
    return INTERNAL


def _print(message: str) -> None:
    line = " ".join(message.split())
    try:
        print(f"rvm-edge: {line}", file=sys.stderr)  # noqa: T201 - this is the terminal's edge
    except BrokenPipeError:
        return


def _code_of(leaving: SystemExit) -> int:
    if leaving.code is None:
        return 0
    if isinstance(leaving.code, int):
        return leaving.code
    _print(str(leaving.code))
    return 1
