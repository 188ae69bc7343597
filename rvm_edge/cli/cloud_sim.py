"""`rvm-edge cloud-sim`: a MyRVM server of one's own, for whoever writes servers and kiosks."""

from __future__ import annotations

import errno
import os
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import msgspec

from rvm_edge.cli.options import CommandError, json_option, print_json

if TYPE_CHECKING:
    from rvm_edge.simulator.cloud import Authority, CloudServer, Exchange, Machine

_USER = 1
_FILE = click.Path(path_type=Path, dir_okay=False)


class _Wanted(msgspec.Struct, frozen=True):
    """What the options say about how to serve."""

    host: str
    port: int
    tls: bool
    ca_file: Path | None
    credentials: Path | None
    reverb_key: str
    as_json: bool


def _plain(_ctx: click.Context, param: click.Parameter, text: str) -> str:
    if not text.isascii() or not text.isprintable() or len(text) > 100:  # noqa: PLR2004
        raise click.BadParameter("at most 100 printable ASCII characters", param=param)
    return text


@click.command(
    "cloud-sim",
    epilog="Requests are logged to standard error, one line each. What can be asked of it while it "
    "runs is in docs/reference/cloud-simulator.md.",
)
@click.option(
    "--dialect",
    type=click.Choice(["M", "D"]),
    default="M",
    show_default=True,
    help="Which published version to play: master, or the newer development branch.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The IPv4 address to use.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    show_default=True,
    help="The port; 0 for any free one.",
)
@click.option("--tls", is_flag=True, help="Speak HTTPS, with an authority made up for this run.")
@click.option("--ca-file", type=_FILE, help="Where --tls puts that authority's certificate.")
@click.option(
    "--machine",
    "serial",
    default="RVM-202601-001",
    show_default=True,
    callback=_plain,
    help="Its serial.",
)
@click.option("--api-key", default="", callback=_plain, help="The machine's. Default: made up.")
@click.option("--user-token", default="", callback=_plain, help="Log a user in by this token.")
@click.option(
    "--reverb",
    "reverb_key",
    default="",
    callback=_plain,
    help="Run a Reverb too, with this app key.",
)
@click.option("--credentials", type=_FILE, help="Write the machine's credentials into this file.")
@click.option("--seed", type=int, default=0, show_default=True, help="For keys, names, numbers.")
@json_option
def command(
    *,
    dialect: str,
    host: str,
    port: int,
    tls: bool,
    ca_file: Path | None,
    serial: str,
    api_key: str,
    user_token: str,
    reverb_key: str,
    credentials: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Run a simulated MyRVM server until interrupted."""
    import trio

    from rvm_edge.simulator.cloud import CloudServer, Dialect

    if host == "0.0.0.0":  # noqa: S104 - this refuses it
        raise click.BadParameter("name one address: machines are told it", param_hint="--host")
    server = CloudServer(Dialect(dialect), seed=seed)
    machine = server.add_machine(serial, api_key, name=serial)
    if user_token:
        server.add_user(_USER, user_token)
    server.watchers.append(_log)
    wanted = _Wanted(
        host, port, tls or ca_file is not None, ca_file, credentials, reverb_key, as_json
    )
    try:
        trio.run(_serve, server, machine, wanted)
    except OSError as error:
        where = error.filename or f"{host}:{port}"
        hint = "; choose another with --port" if error.errno == errno.EADDRINUSE else ""
        raise CommandError(f"{where}: {error.strerror or error}{hint}") from error


async def _serve(server: CloudServer, machine: Machine, wanted: _Wanted) -> None:
    import signal

    import trio

    from rvm_edge.simulator.cloud import Authority, serving

    authority = Authority(wanted.host) if wanted.tls else None
    with TemporaryDirectory(prefix="rvm-cloud-sim-") as folder:
        ca_file = None
        if authority is not None:
            ca_file = (wanted.ca_file or Path(folder) / "ca.pem").absolute()
            ca_file.write_bytes(authority.ca_pem)
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async with AsyncExitStack() as stack:
                if wanted.reverb_key:
                    await _add_reverb(server, wanted, authority, stack)
                url = await stack.enter_async_context(
                    serving(server, tls=authority, host=wanted.host, port=wanted.port)
                )
                _tell(server, machine, url, ca_file, wanted)
                async for _ in signals:
                    break


async def _add_reverb(
    server: CloudServer, wanted: _Wanted, authority: Authority | None, stack: AsyncExitStack
) -> None:
    from rvm_edge.identity import Secret
    from rvm_edge.simulator.cloud.reverb import ReverbServer

    reverb = ReverbServer(wanted.reverb_key, Secret(server.books.new_text(32)))
    tls = authority.server_context(lambda: server.certificate) if authority else None
    port = await stack.enter_async_context(reverb.serving(wanted.host, 0, tls))
    server.broadcast_with(reverb, port)


def _tell(
    server: CloudServer, machine: Machine, url: str, ca_file: Path | None, wanted: _Wanted
) -> None:
    import msgspec

    from rvm_edge.simulator.cloud.signing import page_url

    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    credentials = {
        "serial_number": machine.serial,
        "api_key": machine.api_key,
        "name": machine.name,
        "generated_at": now,
        "server_url": url,
    }
    if wanted.reverb_key:
        credentials["reverb_app_key"] = wanted.reverb_key
    if wanted.credentials is not None:
        _write_private(wanted.credentials, msgspec.json.encode(credentials))
    told = {
        "url": url,
        "dialect": server.dialect.value,
        "admin": f"{server.direct_origin}/_sim/",
        "kiosk": page_url(server.site, machine.rvm_uuid),
        "ca_file": ca_file,
        "credentials": credentials,
        "credentials_file": wanted.credentials,
    }
    if wanted.as_json:
        print_json(told)
        return
    click.echo(f"MyRVM server, dialect {server.dialect.value}, on {url}; stop it with Ctrl-C")
    click.echo(f"admin        {told['admin']}")
    click.echo(f"kiosk page   {told['kiosk']}")
    if ca_file is not None:
        click.echo(f"authority    {ca_file}")
    click.echo(f"credentials  {msgspec.json.encode(credentials).decode()}")


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)


def _log(exchange: Exchange) -> None:
    """Tell of one request, without its query: a kiosk's signature is in there."""
    asked, said = exchange.request, exchange.response
    at = datetime.fromtimestamp(exchange.at_s, timezone.utc).strftime("%H:%M:%S")
    path = asked.path.encode("unicode_escape").decode()
    status = said.status if said else "---"
    line = f"{at} {asked.client} {asked.method} {path} {status} {exchange.mishap}".rstrip()
    with suppress(BrokenPipeError):
        click.echo(line, err=True)
