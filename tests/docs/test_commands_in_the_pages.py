"""Every command that a page tells people to type exists, with the options that it is given."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from rvm_edge.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
OPERATORS = {">", ">>", "<", "|", ";", "&", "&&", "||"}
SHELLS = {"", "sh", "bash", "shell", "console"}

_FENCE = re.compile(r"^[ ]*```([a-z]*)\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`((?:rvm-edge|make) [^`]+)`(?!`)")


@dataclass(frozen=True)
class Told:
    """A command as a page tells it.

    Attributes:
        page: where it stands.
        words: its own, from the program's name on.
        is_whole: whether it stands there to be typed; in a sentence its arguments may be left out.
    """

    page: Path
    words: tuple[str, ...]
    is_whole: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {' '.join(self.words)}"


def told_in(page: Path) -> Iterator[Told]:
    """Find the commands of ours in a page: in its blocks, and in its sentences."""
    text = page.read_text(encoding="utf-8")
    for language, block in _FENCE.findall(text):
        if language in SHELLS:
            for line in block.replace("\\\n", " ").splitlines():
                yield from (Told(page, words, True) for words in commands_in(line))
    for span in _SPAN.findall(_FENCE.sub("", text)):
        line = " ".join(span.split())
        yield from (Told(page, words, False) for words in commands_in(line))


def commands_in(line: str) -> Iterator[tuple[str, ...]]:
    """Split a line of the shell's, and return what it would give to our program and to make."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        return  # no line of the shell's: an apostrophe in what a program printed
    while words:
        end = next((n for n, word in enumerate(words) if word in OPERATORS), len(words))
        one, words = words[:end], words[end + 1 :]
        if one[:1] == ["sudo"]:
            one = one[3:] if one[1:2] == ["-u"] else one[1:]
        if one and Path(one[0]).name in ("rvm-edge", "make"):
            yield (Path(one[0]).name, *one[1:])


def parse(command: click.Command, words: list[str], *, is_whole: bool) -> None:
    """Read words as the command line does, without looking for files and without running anything.

    Raises:
        click.UsageError: no such command, option or choice, or an argument is missing.
    """
    # click keeps, for the whole process, the help option that a command was first asked for.
    context = click.Context(command, info_name=command.name, help_option_names=["-h", "--help"])
    try:
        given, left, _ = command.make_parser(context).parse_args(list(words))
    except click.BadOptionUsage:  # "`--model` names another"
        if is_whole:
            raise
        return
    if {"-h", "--help", "--version"} & set(words):
        return
    for param in command.get_params(context):
        _judge(param, given.get(param.name or ""), context, is_whole=is_whole)
    if isinstance(command, click.Group):
        if not left and is_whole:
            raise click.UsageError("which command?", context)
        if left:
            _, inner, rest = command.resolve_command(context, left)
            assert inner is not None
            parse(inner, rest, is_whole=is_whole)
    elif left:
        raise click.UsageError(f"nothing takes {left}", context)


def _judge(
    param: click.Parameter, value: object, context: click.Context, *, is_whole: bool
) -> None:
    if not isinstance(value, (str, tuple, list)) or not value or value[0] is None:
        if param.required and is_whole:
            raise click.MissingParameter(param=param, ctx=context)
    elif not isinstance(param.type, (click.Path, click.File)):
        param.type_cast_value(context, value)


ALL = list(dict.fromkeys(one for page in PAGES for one in told_in(page)))
OURS = [one for one in ALL if one.words[0] == "rvm-edge"]
MAKES = {one.words: one for one in ALL if one.words[0] == "make"}


@pytest.mark.parametrize("told", OURS, ids=str)
def test_a_command_that_a_page_tells_is_understood(told: Told) -> None:
    parse(main, list(told.words[1:]), is_whole=told.is_whole)


@pytest.mark.parametrize("told", MAKES.values(), ids=str)
def test_a_target_that_a_page_tells_is_there(told: Told) -> None:
    words = list(told.words[1:])
    if words[:1] == ["-C"]:  # the checkout's folder on a machine
        words = words[2:]
    done = subprocess.run(
        ["make", "--dry-run", "--directory", str(ROOT), *words],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr


def test_the_pages_tell_many_commands() -> None:
    assert len(OURS) > 80
    assert len(MAKES) > 10


@pytest.mark.parametrize(
    "wrong",
    ["rvm-edge jurnal tail", "rvm-edge journal tail --n 3", "rvm-edge ledger show", "rvm-edge"],
)
def test_a_command_that_is_not_there_would_be_seen(wrong: str) -> None:
    ((_, *words),) = commands_in(f"sudo /opt/rvm-edge/bin/{wrong}   # as told")
    with pytest.raises(click.UsageError):
        parse(main, words, is_whole=True)
