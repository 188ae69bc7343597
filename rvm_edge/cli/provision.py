"""`rvm-edge provision`: tell the machine who it is, without a screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.cli.options import hardware_map, json_option, locations, print_json, settings
from rvm_edge.cli.own.presence import require_presence

if TYPE_CHECKING:
    from rvm_edge.locations import Locations
    from rvm_edge.provisioning.admitting import Introduce
    from rvm_edge.provisioning.credentials import Credentials
    from rvm_edge.provisioning.site import Site
    from rvm_edge.provisioning.store import Store


class Provisioned(msgspec.Struct, frozen=True):
    """What was done, for programs.

    Attributes:
        serial_number: of the machine at its server.
        name: for people.
        server_url: the server's origin.
        standing: how the machine stands there; "" where nobody asked.
        trouble: what the server had to say all the same; "" for nothing.
        original: what became of the file: "deleted", "kept", or why it could not be deleted.
    """

    serial_number: str
    name: str
    server_url: str
    standing: str
    trouble: str
    original: str


class Reset(msgspec.Struct, frozen=True):
    """What was forgotten, for programs.

    Attributes:
        forgotten: whether there were credentials.
        waiting: how many deposits wait here for the server, and stay; null where no ledger tells.
    """

    forgotten: bool
    waiting: int | None


@click.command(
    "provision",
    epilog="Exit codes: 0 done; 1 the server does not take the machine, or it has credentials "
    "already; 78 the file cannot be used.",
)
@click.argument("file", type=click.Path(path_type=Path, readable=False), required=False)
@click.option("--server", metavar="URL", default="", help="The server, if the file names none.")
@click.option("--time-zone", metavar="NAME", default="", help="Such as Asia/Jakarta.")
@click.option("--language", type=click.Choice(["id", "en"]), help="Of the screen, to begin with.")
@click.option("--replace", is_flag=True, help="In place of the credentials that are there.")
@click.option("--keep-file", is_flag=True, help="Do not delete FILE, which holds the key.")
@click.option("--no-handshake", is_flag=True, help="Keep them unasked, where no server is reached.")
@click.option("--reset", is_flag=True, help="Forget who the machine is. What waits here stays.")
@click.option("--yes", is_flag=True, help="Do not ask before --reset.")
@json_option
def command(
    *,
    file: Path | None,
    server: str,
    time_zone: str,
    language: str | None,
    replace: bool,
    keep_file: bool,
    no_handshake: bool,
    reset: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Give this machine the credentials in FILE, as the server exports them.

    They are tried at the server first; then they are kept in the data folder, for the machine
    alone, and FILE is deleted. A machine that runs and waits for them begins within seconds.

    Credentials of a machine that runs are replaced or forgotten by root, or while it waits for
    others: a technician says so at its panel, and types the code on its screen.
    """
    if reset == (file is not None):
        raise click.UsageError("name the file of credentials, or say --reset")
    here = locations(writes=True)
    store = _store(here)
    if store.is_filled() and (reset or replace):
        require_presence(here)
    if reset:
        _reset(here, store, sure=yes, as_json=as_json)
        return
    assert file is not None
    if store.is_filled() and not replace:
        raise CommandError(
            f"{here.credentials_path}: there are credentials already; --replace puts these in "
            "their place"
        )
    credentials = _read(file, server)
    site = _site(here, time_zone, language)
    introduce = None if no_handshake else _introducing(here)
    done = _keep(credentials, site, store, introduce)
    original = "kept" if keep_file else _delete(file, here)
    done = msgspec.structs.replace(done, original=original)
    if as_json:
        print_json(done)
    else:
        _tell(done, file)


def _store(here: Locations) -> Store:
    from rvm_edge.provisioning.store import Store

    return Store(here.credentials_path, here.site_path, here.server_policy_path)


def _read(file: Path, server: str) -> Credentials:
    from rvm_edge.provisioning.admitting import at_server
    from rvm_edge.provisioning.credentials import CredentialsError, read_credentials
    from rvm_edge.provisioning.problems import Problem

    try:
        credentials = read_credentials(file, server)
        return at_server(credentials, server) if server else credentials
    except CredentialsError as error:
        if error.problem is Problem.NO_SERVER:
            why = f"{file} names no server: --server https://… does"
            raise CommandError(why, CONFIGURATION) from error
        raise CommandError(str(error), CONFIGURATION) from error
    except ValueError as error:
        raise CommandError(str(error), CONFIGURATION) from error


def _site(here: Locations, time_zone: str, language: str | None) -> Site:
    """Return what is chosen now, and what was before where nothing is."""
    from rvm_edge.provisioning.site import SiteError, is_time_zone, read_site

    if time_zone and not is_time_zone(time_zone):
        raise click.BadParameter(
            "this computer knows no such zone; they are named as Asia/Jakarta is",
            param_hint="--time-zone",
        )
    try:
        before = read_site(here.site_path)
    except SiteError as error:
        raise CommandError(f"{error}; delete it", CONFIGURATION) from error
    chosen = {"time_zone": time_zone, "language": language or ""}
    return msgspec.structs.replace(before, **{name: to for name, to in chosen.items() if to})


def _introducing(here: Locations) -> Introduce:
    from rvm_edge.health.host_telemetry import HostTelemetry, ModelInUse, Sources
    from rvm_edge.telemetry import Figures
    from rvm_edge.uplink.introducing import introducing

    async def nothing_yet() -> Figures:
        return Figures()

    sources = Sources(hardware_map(), dict, ModelInUse, nothing_yet)
    return introducing(settings().cloud.request, HostTelemetry(sources, here.data_dir))


def _keep(
    credentials: Credentials, site: Site, store: Store, introduce: Introduce | None
) -> Provisioned:
    import logging

    import trio

    from rvm_edge.offload import in_thread
    from rvm_edge.provisioning.admitting import NotWelcomeError, admit

    logging.getLogger("rvm_edge").addHandler(logging.NullHandler())  # the same is said below
    standing = trouble = ""
    try:
        if introduce is None:
            store.save(credentials, site)
        else:
            answer = trio.run(admit, credentials, site, introduce, store, in_thread())
            standing, trouble = answer.standing.value, answer.trouble
    except NotWelcomeError as error:
        raise CommandError(f"{error}; nothing was saved") from error
    except OSError as error:
        raise CommandError(f"credentials cannot be saved: {error.strerror or error}") from error
    who = credentials.identity
    return Provisioned(who.hardware_id, who.name, who.server_url, standing, trouble, "kept")


def _delete(file: Path, here: Locations) -> str:
    from rvm_edge.provisioning.one_file import discard

    held_by = file.resolve()  # a link holds no key, and what it leads to does
    if held_by == here.credentials_path.resolve():
        return "kept"
    try:
        discard(held_by)
        discard(file)
    except OSError as error:
        return (error.strerror or "cannot be deleted").lower()
    return "deleted"


def _tell(done: Provisioned, file: Path) -> None:
    known = f"{done.server_url} knows it" if done.standing else f"{done.server_url} was not asked"
    click.echo(f"this is machine {done.serial_number} ({done.name}); {known}")
    if done.trouble:
        click.echo(f"the server says: {done.trouble}")
    if done.original == "deleted":
        click.echo(f"{file} is deleted: it held the key")
    else:
        why = f" ({done.original})" if done.original != "kept" else ""
        click.echo(f"{file} still holds the key{why}: delete it", err=True)


def _reset(here: Locations, store: Store, *, sure: bool, as_json: bool) -> None:
    waiting = _waiting(here)
    if not sure:
        kept = "" if not waiting else f"; {waiting} deposits wait for the server, and stay"
        click.confirm(f"Forget who this machine is{kept}?", abort=True, err=True)
    try:
        done = Reset(store.forget(), waiting)
    except OSError as error:
        raise CommandError(f"cannot be forgotten: {error.strerror or error}") from error
    if as_json:
        print_json(done)
        return
    click.echo("forgotten" if done.forgotten else "there was nothing to forget")
    if waiting:
        click.echo(f"{waiting} deposits stay here until the machine has credentials again")
    click.echo("a machine that runs waits to be set up from its next start on")


def _waiting(here: Locations) -> int | None:
    from rvm_edge.ledger.counts import count_queue
    from rvm_edge.ledger.reading import read_only
    from rvm_edge.machine import LedgerError

    if not here.ledger_path.is_file():
        return None
    try:
        with read_only(here.ledger_path) as connection:
            return count_queue(connection).undelivered
    except LedgerError:
        return None  # who resets a machine may do so because its memory is damaged
