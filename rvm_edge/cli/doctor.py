"""`rvm-edge doctor`: what is wrong with this machine, why it matters, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import json_option, locations, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from rvm_edge.doctor.finding import Check
    from rvm_edge.doctor.place import Place
    from rvm_edge.doctor.rounds import Examined
    from rvm_edge.hardware_map import HardwareMap
    from rvm_edge.settings import Settings


class Diagnosis(msgspec.Struct, frozen=True):
    """One check and what it found, for programs; the fields are those of a `Finding`."""

    check: str
    level: str
    what: str
    why: str
    todo: str
    repaired: str


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from rvm_edge.doctor.checks import CHECKS

    return [
        CompletionItem(check.name, help=check.title)
        for check in CHECKS
        if check.name.startswith(incomplete)
    ]


@click.command("doctor", epilog="Exit codes: 0 the machine can work; 1 something keeps it from it.")
@click.argument("names", nargs=-1, metavar="[CHECK]...", shell_complete=_names)
@click.option("--fix", is_flag=True, help="Put right what can be put right by itself.")
@json_option
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], *, fix: bool, as_json: bool) -> None:
    """Look at everything that this machine needs, or at the CHECKs that are named.

    Nothing is changed without --fix, and nothing moves. It may be asked while the machine runs.
    """
    import trio

    checks = _chosen(names)
    if ctx.find_root().params.get("traceback"):
        import logging

        logging.basicConfig(format="%(message)s")
    found = trio.run(_examine, ctx, checks, fix, as_json)
    if as_json:
        print_json({"checks": [diagnosis_of(one) for one in found]})
    from rvm_edge.doctor.finding import Level

    if any(one.finding.level is Level.FAILURE for one in found):
        ctx.exit(1)


def _chosen(names: tuple[str, ...]) -> tuple[Check, ...]:
    from difflib import get_close_matches

    from rvm_edge.doctor.checks import CHECKS

    by_name = {check.name: check for check in CHECKS}
    for name in names:
        if name not in by_name:
            close = get_close_matches(name, by_name, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(
                f"there is no check {name!r}.{hint} There are: {', '.join(by_name)}"
            )
    return tuple(by_name[name] for name in names) or CHECKS


async def _examine(
    ctx: click.Context,
    checks: Sequence[Check],
    fix: bool,  # noqa: FBT001 - trio.run passes by position
    quiet: bool,  # noqa: FBT001
) -> list[Examined]:
    from rvm_edge.doctor.rounds import examine_together

    place = await own_place_in_time(ctx)
    tell = _untold if quiet else _tell
    return await examine_together(place, checks, repair=fix, tell=tell)


def _untold(_: Examined) -> None:
    pass


def _tell(one: Examined) -> None:
    from rvm_edge.doctor.finding import Level

    colours = {Level.FINE: "green", Level.NOTE: "cyan", Level.WARNING: "yellow"}
    finding = one.finding
    level = click.style(f"{finding.level.value:<8}", fg=colours.get(finding.level, "red"))
    click.echo(f"{level}{one.check.title}: {finding.what}")
    if finding.why:
        click.echo(f"        {finding.why}")
    if finding.todo:
        click.echo(f"        → {finding.todo}")
    if one.repaired:
        click.echo(f"        done: {one.repaired}")
    elif finding.repair is not None:
        click.echo(f"        --fix would {finding.repair.what}")


def diagnosis_of(one: Examined) -> Diagnosis:
    """Return a check and what it found, as programs read it."""
    finding = one.finding
    return Diagnosis(
        check=one.check.name,
        level=finding.level.value,
        what=finding.what,
        why=finding.why,
        todo=finding.todo,
        repaired=one.repaired,
    )


async def own_place_in_time(ctx: click.Context) -> Place:
    """Return this machine, whatever of its configuration can be read.

    Args:
        ctx: of the command that wants to know.

    Raises:
        CommandError: its folders cannot be used, or give no answer.
    """
    import trio

    from rvm_edge.doctor.rounds import LOOK_S

    def read() -> Place:
        with ctx.scope(cleanup=False):  # click's context is the thread's own
            return _own_place()

    with trio.move_on_after(LOOK_S):
        return await trio.to_thread.run_sync(read, abandon_on_cancel=True)
    raise CommandError(
        f"settings.toml and hardware_map.json could not be read within {LOOK_S:g} s: "
        "the disk they lie on hangs, or one of them is no file"
    )


def _own_place() -> Place:
    from rvm_edge.doctor.place import Place
    from rvm_edge.settings import Settings

    unread: dict[str, str] = {}
    chosen: Settings | None = None
    wired: HardwareMap | None = None
    try:
        from rvm_edge.cli.options import settings

        chosen = settings()
    except CommandError as error:
        unread["settings.toml"] = str(error)
    try:
        from rvm_edge.cli.options import hardware_map

        wired = hardware_map()
    except CommandError as error:
        unread["hardware_map.json"] = str(error)
    return Place(locations(), chosen or Settings(), wired, unread)
