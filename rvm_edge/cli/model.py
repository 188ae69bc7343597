"""`rvm-edge model`: which model serves, how another one takes over, and how it is signed.

`install` and `rollback` want the machine stopped, as a running one changes its models by itself;
all others may be called while it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rvm_edge.cli.command_group import CommandGroup
from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.model_engine import engine_command
from rvm_edge.cli.options import json_option, locations, print_json, settings

if TYPE_CHECKING:
    from rvm_edge.settings import Thresholds
    from rvm_edge.vision.model_store import ModelFile
    from rvm_edge.vision.models.state import StoredModel, StoreState
    from rvm_edge.vision.models.store import ModelStore

_BUSY = 75
_HASH_SHOWN = 12
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("model", cls=CommandGroup)
def command() -> None:
    """Look after the models that the eyes look through."""


command.add_command(engine_command)


@command.command("status")
@json_option
def status_command(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Show which model serves, which one waits, and which one there is to go back to."""
    from rvm_edge.cli.own.models import shipped_or_chosen
    from rvm_edge.vision.models.store import StoreError, file_of, read_state

    chosen, folder = settings().models, locations().model_store_dir
    try:
        state = read_state(folder)
    except StoreError as error:
        raise CommandError(str(error)) from error
    serving = file_of(folder, state.current, shipped_or_chosen(settings()))
    if as_json:
        print_json({"serving": serving, "source": chosen.source, "store": state})
    else:
        click.echo("\n".join(_status(serving, state, chosen.source, folder)))


@command.command(
    "install",
    epilog="Exit codes: 0 it serves from the next start on; 1 it may not; 75 the machine is "
    "running.",
)
@click.argument("model")
@click.option("--sha256", default="", metavar="HEX", help="What the file must hash to.")
@click.option("--manifest", type=_FILE, help="Its signed manifest; default: beside the model.")
@click.option("--version", default="", help="Of the release; a manifest says so by itself.")
@click.option(
    "--anyway",
    is_flag=True,
    help="Also a lower version, or one that was turned away before. Hash, signature and trial "
    "stay.",
)
@json_option
def install_command(
    *, model: str, sha256: str, manifest: Path | None, version: str, anyway: bool, as_json: bool
) -> None:
    """Fetch MODEL, a file or an address, try it, and let it serve if it passes."""
    import trio

    from rvm_edge.cli.model_install import Wanted, install
    from rvm_edge.vision.models.failures import UpdateError

    wanted = Wanted(model, sha256.lower(), manifest, version, anyway)
    with opened() as store:
        try:
            installed = trio.run(install, store, wanted, settings(), locations())
        except UpdateError as error:
            raise CommandError(str(error)) from error
    if as_json:
        print_json(installed)
    else:
        marks = installed.marks
        click.echo(f"{installed.sha256[:_HASH_SHOWN]} {installed.version} serves from now on")
        ratio = "" if marks.ratio is None else f", {marks.ratio:.2f} times the old one's"
        click.echo(f"{marks.canaries} canaries judged right, {marks.look_ms:.0f} ms each{ratio}")


@command.command("rollback", epilog="Exit codes: 0 done; 1 nothing to do; 75 it is running.")
@json_option
def rollback_command(as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Let the previous model serve again. The machine must be stopped."""
    with opened() as store:
        if store.state.current is None:
            raise CommandError("the model that came with the program serves: nothing to go back to")
        serving = store.roll_back()
    if as_json:
        print_json({"serving": serving})
    else:
        click.echo(f"{serving.sha256[:_HASH_SHOWN]} {serving.version} serves from now on")


@command.command("verify", epilog="Exit codes: 0 all is well; 1 something is not.")
@click.argument("model", type=_FILE, required=False)
@click.option("--manifest", type=_FILE, help="Of MODEL; default: beside it.")
@json_option
def verify_command(model: Path | None, manifest: Path | None, as_json: bool) -> None:  # noqa: FBT001 - click passes options by name
    """Hash every model that is kept; or check MODEL against its signed manifest."""
    from rvm_edge.cli.model_install import require_vouched
    from rvm_edge.cli.own.models import shipped_or_chosen
    from rvm_edge.vision.models.failures import UpdateError
    from rvm_edge.vision.models.store import StoreError, read_state, sha256_of

    if model is not None:
        try:
            vouched = require_vouched(model, manifest, settings().models.public_keys)
        except UpdateError as error:
            raise CommandError(f"{model}: {error}") from error
        if as_json:
            print_json(vouched)
        else:
            click.echo(f"{model} is version {vouched.version}, until {vouched.expires:%Y-%m-%d}")
        return
    folder = locations().model_store_dir
    try:
        kept = read_state(folder).kept()
    except StoreError as error:
        raise CommandError(str(error)) from error
    files = [(folder / one.file_name, one.sha256) for one in kept]
    basis = shipped_or_chosen(settings())
    if basis.sha256:
        files.append((basis.path, basis.sha256))
    wrong = [path for path, wanted in files if not path.is_file() or sha256_of(path) != wanted]
    if as_json:
        print_json({"checked": [path for path, _ in files], "wrong": wrong})
    else:
        click.echo(f"models checked: {len(files)}, wrong: {len(wrong)}")
    if wrong:
        raise CommandError(f"{wrong[0]} is missing or damaged; rvm-edge model rollback")


@command.command("key")
@click.argument("key", type=_FILE)
def key_command(key: Path) -> None:
    """Print the public half of KEY, a private Ed25519 key in PEM form, for models.public_keys."""
    from rvm_edge.vision.models.signature import key_id, public_key_of

    with _usable(key):
        public = public_key_of(key.read_bytes())
    click.echo(public)
    click.echo(f"key {key_id(public)}", err=True)


@command.command("sign")
@click.argument("model", type=_FILE)
@click.option("--key", type=_FILE, required=True, help="A private Ed25519 key in PEM form.")
@click.option("--version", required=True, help="Such as 1.2.0; higher than the last one.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True)
@click.option("--thresholds", type=_FILE, help="JSON, for a file that cannot bring its own.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Default: beside MODEL.")
def sign_command(
    *,
    model: Path,
    key: Path,
    version: str,
    days: int,
    thresholds: Path | None,
    output: Path | None,
) -> None:
    """Sign MODEL: write its manifest, which machines with your public key ask for."""
    from datetime import datetime, timedelta, timezone

    from rvm_edge.vision.models.download import kind_of
    from rvm_edge.vision.models.failures import UpdateError
    from rvm_edge.vision.models.manifest import Manifest
    from rvm_edge.vision.models.signature import signed
    from rvm_edge.vision.models.store import sha256_of
    from rvm_edge.vision.models.target import beside

    issued = datetime.now(timezone.utc).replace(microsecond=0)
    try:
        kind = kind_of(model)
    except UpdateError as error:
        raise CommandError(f"{model}: {error}") from error
    with _usable(key):
        manifest = Manifest(
            version,
            sha256_of(model),
            model.stat().st_size,
            kind,
            issued,
            issued + timedelta(days=days),
            _thresholds_in(thresholds),
        )
        envelope = signed(manifest, key.read_bytes())
    target = output or Path(beside(str(model)))
    target.write_bytes(envelope)
    click.echo(f"{target} vouches for version {version} until {manifest.expires:%Y-%m-%d}")


@contextmanager
def opened() -> Iterator[ModelStore]:
    """Open this machine's store for writing.

    Raises:
        CommandError: the machine is running, or the store cannot be used.
    """
    from rvm_edge.cli.own.models import shipped_or_chosen
    from rvm_edge.vision.models.store import StoreBusyError, StoreError, open_store

    folder, basis = locations(writes=True).model_store_dir, shipped_or_chosen(settings())
    try:
        with open_store(folder, basis) as store:
            yield store
    except StoreBusyError as error:
        raise CommandError(str(error), _BUSY) from error
    except StoreError as error:
        raise CommandError(str(error)) from error


def _thresholds_in(file: Path | None) -> Thresholds | None:
    """Read thresholds for a manifest.

    Raises:
        CommandError: they are none.
    """
    from rvm_edge.settings import Thresholds
    from rvm_edge.untrusted_json import UnreadableError, read_json

    if file is None:
        return None
    try:
        return read_json(file.read_bytes(), Thresholds)
    except UnreadableError as error:
        raise CommandError(f"{file}: no thresholds: {error}") from error


@contextmanager
def _usable(key: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise CommandError(f"{key}: {error}") from error


def _status(serving: ModelFile, state: StoreState, source: str, folder: Path) -> Iterator[str]:
    yield f"serving    {_named(serving.sha256, serving.version)}  {serving.path}"
    if state.current is not None and not state.proven:
        yield f"           on probation: {state.judged} items judged, {state.losses} workers lost"
    yield f"previous   {_stored(state.previous) if state.current else '-'}"
    if state.candidate is not None:
        yield f"candidate  {_stored(state.candidate)}, waits for its trial"
    if state.fetching:
        part = folder / f"{state.fetching}.part"
        size = part.stat().st_size if part.exists() else 0
        yield f"fetching   {state.fetching[:_HASH_SHOWN]}, {size / 1e6:.1f} MB so far"
    yield f"floor      {state.floor or '-'}"
    if state.refused:
        refused = ", ".join(one[:_HASH_SHOWN] for one in state.refused[-3:])
        yield f"refused    {len(state.refused)}, the latest {refused}"
    yield f"source     {source}"


def _stored(model: StoredModel | None) -> str:
    return (
        "the one that came with the program"
        if model is None
        else _named(model.sha256, model.version)
    )


def _named(sha256: str, version: str) -> str:
    return f"{sha256[:_HASH_SHOWN] or 'not pinned'} {version}".rstrip()
