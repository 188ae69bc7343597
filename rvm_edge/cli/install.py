"""`rvm-edge install`: the program becomes a service of this computer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rvm_edge.service.install.files import Shipped, Site
    from rvm_edge.service.install.steps import Step
    from rvm_edge.settings import Settings

_CONFIGURATION = ("settings.toml", "hardware_map.json")


class PlannedStep(msgspec.Struct, frozen=True):
    """A step of the plan, for programs.

    Attributes:
        need: what it would do.
        what: to what.
    """

    need: str
    what: str


class InstallReport(msgspec.Struct, frozen=True):
    """What was planned, and whether it was done.

    Attributes:
        applied: whether it was carried out, or only shown.
        steps: in their order.
    """

    applied: bool
    steps: tuple[PlannedStep, ...]


@click.command(
    "install",
    epilog="Run it again after an upgrade: what is as it should be is left alone. What the machine "
    "remembers is never touched, not by --uninstall either.",
)
@click.option("--apply", "applies", is_flag=True, help="Do it. Without this the plan is shown.")
@click.option("--uninstall", is_flag=True, help="Take the services off again.")
@click.option("--no-kiosk", is_flag=True, help="Without the screen's service.")
@click.option(
    "--display/--no-display",
    default=None,
    help="With a display of its own, at the next boot also in place of a desktop; or without one.  "
    "[default: where no desktop is started at boot]",
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("/"),
    metavar="DIR",
    help="Of the system to install into, where that is an image being built.",
)
@click.option(
    "--program",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The rvm-edge that the services start.  [default: this one]",
)
@json_option
def command(
    *,
    applies: bool,
    uninstall: bool,
    no_kiosk: bool,
    display: bool | None,
    root: Path,
    program: Path | None,
    as_json: bool,
) -> None:
    """Show what would make this program a service of this computer; with --apply, do it.

    Two services, each with a user of its own: the machine, and its screen. They start at boot, are
    started again whenever they end, and see little more of the computer than they need.
    """
    from rvm_edge.service.install.plan import installation, removal
    from rvm_edge.service.install.steps import InstallError

    if no_kiosk and display:
        raise click.UsageError("--display is for the screen, which --no-kiosk leaves out")
    chosen = None if uninstall else _settings_of(root)  # broken ones hold no removal up
    site = _site(root.resolve(), program, chosen, kiosk=not no_kiosk, display=display)
    try:
        steps = removal(site) if chosen is None else installation(site, _shipped(chosen))
        report = InstallReport(
            applies, tuple(PlannedStep(step.need().value, step.describe()) for step in steps)
        )
        if applies:
            _carry_out(steps, quiet=as_json)
    except InstallError as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(report)
    elif not applies:
        for step in report.steps:
            click.echo(f"{step.need:<14}{step.what}")
        click.echo("nothing was done: this is the plan; --apply carries it out")
    elif site.display and site.desktop_runs and not uninstall:
        click.echo(f"{site.desktop or 'a desktop'} still has the screen: restart the computer")


def _site(
    root: Path, program: Path | None, chosen: Settings | None, *, kiosk: bool, display: bool | None
) -> Site:
    from rvm_edge.service.install.display import desktop, desktop_runs, has_own_display
    from rvm_edge.service.install.files import Site

    is_booted = root == Path("/") and Path("/run/systemd/system").is_dir()
    manager = desktop(root)
    if display is None:
        display = chosen is not None and has_own_display(root, manager, chosen.kiosk.browser[0])
    return Site(
        program=(program or Path(sys.prefix) / "bin" / "rvm-edge").absolute(),
        root=root,
        is_booted=is_booted,
        kiosk=kiosk,
        display=kiosk and display,
        desktop=manager,
        desktop_runs=is_booted and desktop_runs(),
        may_reboot=chosen is not None and chosen.cloud.orders.may_reboot,
        is_heard=chosen is not None and chosen.sound.enabled,
        modules=_own_modules() if root == Path("/") else (),
    )


def _carry_out(steps: Sequence[Step], *, quiet: bool) -> None:
    """Do what is needed, in order, and say so; the first that cannot be done ends it."""
    from rvm_edge.service.install.steps import Need

    for step in steps:
        need = step.need()
        if not quiet:
            click.echo(f"{need.value:<14}{step.describe()}")
        if need is not Need.NOTHING:
            step.carry_out()


def _shipped(chosen: Settings) -> Shipped:
    """Return the project's own files for a service."""
    from rvm_edge.kiosk.keeper.policy import managed_policy
    from rvm_edge.packaged import PackagedFileError, config_file
    from rvm_edge.service.install.display import DISPLAY_UNIT, XORG_CONFIG
    from rvm_edge.service.install.files import REBOOT_UNITS, SOUND, TEMPLATES, UNITS, Shipped

    def text(name: str) -> str:
        return config_file(name).read_text(encoding="utf-8")

    try:
        return Shipped(
            units={
                name: text(f"systemd/{name}")
                for name in (*UNITS, *TEMPLATES, *REBOOT_UNITS, DISPLAY_UNIT, SOUND)
            },
            sysusers=text("sysusers/rvm-edge.conf"),
            udev=text("udev/99-rvm-edge.rules"),
            command=text("bin/rvm-edge"),
            policy=managed_policy(chosen.kiosk),
            xorg=text(f"xorg/{XORG_CONFIG}"),
            configuration={name: text(name) for name in _CONFIGURATION},
        )
    except PackagedFileError as error:
        raise CommandError(str(error)) from error


def _settings_of(root: Path) -> Settings:
    """Return the site's own settings: the browser's policy, reboots and sound go by them."""
    from rvm_edge.cli.failures import CONFIGURATION
    from rvm_edge.settings import Settings
    from rvm_edge.settings_file import SettingsError, read_settings

    path = root / "etc/rvm-edge/settings.toml"
    try:
        return read_settings(path) if path.exists() else Settings()
    except SettingsError as error:
        raise CommandError(str(error), CONFIGURATION) from error


def _own_modules() -> tuple[Path, ...]:
    """Return the folders of this program's modules."""
    beside = Path(__file__).resolve().parents[2]
    return tuple(beside / name for name in ("drivers", "rvm_edge", "states"))
