"""Reads `rvm-credentials.json` as the server's pages export it, in any of its three forms.

1. The page of assignments: ``serial_number``, ``api_key``, ``name``, ``generated_at``.
2. The wizard for machines: the same without ``name``.
3. The download of a configuration: ``rvm_edge_config`` with an empty key, which is of no use.

None of them says where the server is, so that ``server_url`` is added by hand, or asked for.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import msgspec

from rvm_edge.each_once import SaidTwiceError, require_each_once
from rvm_edge.identity import Identity, Secret
from rvm_edge.provisioning.one_file import read_bounded
from rvm_edge.provisioning.problems import Problem, ProblemError
from rvm_edge.strict_tables import refused_as

MOST_BYTES = 65_536
"""A credentials file has some three hundred bytes."""

MOST_SERIAL, MOST_NAME, MOST_SECRET = 100, 255, 512

_KEY = re.compile(r"[!-~]+")
_APP_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]")
_API_PATH = re.compile(r"/*(/api(/v1)?/*)?")


class CredentialsError(Exception):
    """The credentials cannot be used. The message says why, and what to do; it quotes no secret."""

    @property
    def problem(self) -> Problem:
        """The same by name."""
        cause = self.__cause__
        return cause.problem if isinstance(cause, ProblemError) else Problem.UNREADABLE


class Credentials(msgspec.Struct, frozen=True):
    """What a credentials file holds.

    Attributes:
        identity: who the machine is.
        reverb_app_key: the application key of the server's WebSocket; "" where there is none.
    """

    identity: Identity
    reverb_app_key: str = ""


class _Exported(msgspec.Struct, frozen=True):
    serial_number: str | None = None
    api_key: str | None = None
    name: str | None = None
    server_url: str | None = None
    sync_token: str | None = None
    reverb_app_key: str | None = None
    rvm_edge_config: msgspec.Raw = msgspec.Raw()


def read_credentials(path: Path, server_url: str = "") -> Credentials:
    """Read a credentials file.

    Args:
        path: the file.
        server_url: where the server is, if the file does not say it.

    Raises:
        CredentialsError: it cannot be read or used.
    """
    try:
        raw = read_bounded(path, MOST_BYTES)
    except OSError as error:
        raise CredentialsError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from error
    return parse_credentials(raw, server_url, name=str(path))


def parse_credentials(
    raw: bytes, server_url: str = "", name: str = "rvm-credentials.json"
) -> Credentials:
    """Read a credentials file's contents.

    Args:
        raw: its bytes.
        server_url: where the server is, if the file does not say it.
        name: what to call the file in a message.

    Raises:
        CredentialsError: they cannot be used.
    """
    with refused_as(CredentialsError, name, raw, MOST_BYTES):
        exported = _exported(raw)
        if bytes(exported.rvm_edge_config):
            raise ProblemError(
                Problem.WITHOUT_KEY,
                "API key missing: this is a downloaded configuration, which the server exports "
                "without one. Export the credentials from the page of assignments",
            )
        serial = _text("serial_number", exported.serial_number, MOST_SERIAL)
        machine = exported.name or serial
        identity = Identity(
            server_url=origin_of(exported.server_url or server_url),
            hardware_id=serial,
            name=_text("name", machine, MOST_NAME),
            api_key=_secret("api_key", exported.api_key),
            sync_token=_secret("sync_token", exported.sync_token) if exported.sync_token else None,
        )
        app_key = exported.reverb_app_key or ""
        if app_key and not _APP_KEY.fullmatch(app_key):
            raise ProblemError(
                Problem.BAD_TEXT, "reverb_app_key holds other signs than letters, digits, _ and -"
            )
        return Credentials(identity, app_key)


def origin_of(url: str) -> str:
    """Return a server's origin, such as ``https://rvm.example.org`` or ``http://10.0.0.2:8000``.

    A path of the API behind it is taken off: that is how the server's own pages show the address.

    Raises:
        ProblemError: it is none; the message says what it should look like.
    """
    address = url.strip()
    if not address:
        raise ProblemError(
            Problem.NO_SERVER,
            'server_url is missing: add "server_url": "https://…" to the file, or name the server '
            "when you import it",
        )
    parts = _split(address)
    host = _host(parts.netloc)
    if (
        parts.scheme not in {"http", "https"}
        or host is None
        or "?" in url
        or "#" in url
        or not _API_PATH.fullmatch(parts.path)
    ):
        raise ProblemError(
            Problem.BAD_SERVER,
            "server_url must be the server's address alone, such as https://rvm.example.org, "
            "without a user, a path or a query",
        )
    return f"{parts.scheme}://{host}"


def _split(address: str) -> SplitResult:
    """Take an address apart; one that cannot be an address has no parts."""
    try:
        return urlsplit(address if address.isprintable() else "")
    except ValueError:  # half an IPv6 address
        return urlsplit("")


def _exported(raw: bytes) -> _Exported:
    text = raw.removeprefix(codecs.BOM_UTF8)
    try:
        exported = msgspec.json.decode(text, type=_Exported)  # noqa: TID251 - it tells the two apart
        require_each_once(text)
    except msgspec.ValidationError as error:
        raise ValueError(f"is not an export of credentials: {error}") from error
    except msgspec.DecodeError as error:
        raise ValueError("is not JSON: export the credentials again") from error
    except SaidTwiceError as error:
        what = error.key if error.key in _Exported.__struct_fields__ else "a key"
        raise ProblemError(
            Problem.BAD_TEXT, f"{what} is there twice: export the credentials again"
        ) from error
    return exported


def _text(key: str, value: str | None, most: int) -> str:
    """Return a text of the file that people may read, or say what is wrong with it."""
    if not value or not value.strip():
        raise ProblemError(Problem.INCOMPLETE, f"{key} is missing: export the credentials again")
    if value.strip().upper() == "N/A":
        raise ProblemError(
            Problem.FAILED_EXPORT,
            f"{key} is N/A: the export failed; do it again from a machine's own page",
        )
    if not value.isprintable():
        raise ProblemError(
            Problem.BAD_TEXT, f"{key} holds a control character: export the credentials again"
        )
    if len(value) > most:
        raise ProblemError(Problem.BAD_TEXT, f"{key} is longer than {most} characters")
    return value


def _secret(key: str, value: str | None) -> Secret:
    what = "API key missing" if key == "api_key" else f"{key} is empty"
    if not value:
        raise ProblemError(
            Problem.INCOMPLETE, f"{what}: export the credentials from the page of assignments"
        )
    text = _text(key, value, MOST_SECRET)
    if not _KEY.fullmatch(text):
        raise ProblemError(Problem.BAD_TEXT, f"{key} holds a blank or a sign that is not ASCII")
    return Secret(text)


def _host(netloc: str) -> str | None:
    """Return host and port in one way of writing; None for anything with more or less."""
    host, colon, port = netloc.rpartition(":") if not netloc.endswith("]") else (netloc, "", "")
    if not colon:
        host, port = netloc, ""
    if not _HOST.fullmatch(host) or (colon and not _is_port(port)):
        return None
    return f"{host.lower()}:{int(port)}" if colon else host.lower()


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= 65_535  # noqa: PLR2004
