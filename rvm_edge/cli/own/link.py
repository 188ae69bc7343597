"""The link of a machine that runs on this computer, to the server that its credentials name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rvm_edge.cli.failures import CONFIGURATION, CommandError
from rvm_edge.cli.options import settings
from rvm_edge.hardware_map import HardwareMap
from rvm_edge.health.host_telemetry import HostTelemetry, ModelInUse, Sources
from rvm_edge.identity import Identity
from rvm_edge.link import LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.packaged import PackagedFileError, model_file
from rvm_edge.provisioning.credentials import CredentialsError, read_credentials
from rvm_edge.uplink import Uplink, to_server
from rvm_edge.vision.model_store import MANIFEST, ManifestError, choose


def own_link(
    credentials: Path | None,
    here: Locations,
    hardware: HardwareMap,
    made: Callable[[Uplink], None] = lambda _: None,
    model: Callable[[], ModelInUse] | None = None,
) -> LinkMaker:
    """Return what makes the link to the server; without credentials nobody is ever reached.

    Args:
        credentials: the file; looked at before every handshake. The machine's own may still come.
        here: where the machine keeps what it remembers.
        hardware: what the server is told of the machine's parts.
        made: gets the link once it is made.
        model: returns the model that is in use; the one that the settings choose unless told.

    Raises:
        CommandError: the credentials are no good.
    """
    if credentials is not None and (
        credentials != here.credentials_path or here.credentials_path.exists()
    ):
        _require_usable(credentials)  # those that are still to come may be anything when they do
    chosen = _model_in_use() if model is None else ModelInUse()
    in_use = model or (lambda: chosen)
    known = _KnownFrom(credentials)
    return to_server(
        known.identity,
        lambda deeds: HostTelemetry(
            Sources(hardware, deeds.found, in_use, deeds.figures), here.data_dir
        ),
        app_key=lambda: known.app_key,
        made=made,
    )


class _KnownFrom:
    """Who the machine is, from a file that is read anew once it is another.

    Attributes:
        app_key: Reverb's, as the file said last.
    """

    def __init__(self, credentials: Path | None) -> None:
        self.app_key = ""
        self._path = credentials
        self._read: tuple[tuple[int, ...], Identity] | None = None

    def identity(self) -> Identity | None:
        """Return it; None where there is nothing to be read."""
        if self._path is None:
            return None
        try:
            which = _which(self._path)  # before it is read: what comes in between is read again
            if self._read is not None and self._read[0] == which:
                return self._read[1]
            found = read_credentials(self._path)
        except (OSError, CredentialsError):
            self._read = None
            return None  # gone or half-written: the next handshake looks again
        self._read = which, found.identity
        self.app_key = found.reverb_app_key
        return found.identity


def _which(path: Path) -> tuple[int, ...]:
    """Tell a file from what it was before: it is written beside and renamed, or by hand.

    Raises:
        OSError: it is not there, or cannot be looked at.
    """
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def identity_in(credentials: Path | None) -> Callable[[], Identity | None]:
    """Return what says who the machine is, from a file that is read anew once it is another."""
    return _KnownFrom(credentials).identity


def _model_in_use() -> ModelInUse:
    """Name the model that the settings choose; nothing where none can be used: the eyes say why."""
    try:
        chosen = choose(settings().vision, model_file(MANIFEST).parent)
    except (ManifestError, PackagedFileError):
        return ModelInUse()
    return ModelInUse(chosen.path.name, chosen.version, chosen.sha256)


def _require_usable(path: Path) -> None:
    try:
        read_credentials(path)
    except CredentialsError as error:
        raise CommandError(str(error), CONFIGURATION) from error
