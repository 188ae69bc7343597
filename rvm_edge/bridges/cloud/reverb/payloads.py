"""What the frames that matter carry, checked and bounded before anybody acts on it."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from rvm_edge.bridges.cloud.reverb.errors import MOST_SHOWN
from rvm_edge.bridges.cloud.reverb.frames import Frame, FrameError
from rvm_edge.one_line import one_line
from rvm_edge.untrusted_json import UnreadableError, read_json

EMPTY = msgspec.Raw(b"{}")

_LEAST_ACTIVITY_S = 1.0
_MOST_ACTIVITY_S = 120.0

_Word = Annotated[str, Meta(min_length=1, max_length=64)]
_Short = Annotated[str, Meta(max_length=64)]
_SessionId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")]
_Payload = TypeVar("_Payload")


class Established(msgspec.Struct, frozen=True):
    """The welcome.

    Attributes:
        socket_id: what signatures for this connection are made over.
        activity_timeout: the silence, in seconds, after which we shall ping.
    """

    socket_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}\.[0-9]{1,20}$")]
    activity_timeout: Annotated[float, Meta(ge=0)] = _MOST_ACTIVITY_S

    @property
    def activity_s(self) -> float:
        """The silence that we keep to: neither a flood of pings nor a dead line for minutes."""
        return min(max(self.activity_timeout, _LEAST_ACTIVITY_S), _MOST_ACTIVITY_S)


class ServerError(msgspec.Struct, frozen=True):
    """An error as the server words it.

    Attributes:
        code: its number, if it has one.
        message: its words.
    """

    code: Annotated[int, Meta(ge=0, le=65_535)] | None = None
    message: str | None = None

    def __str__(self) -> str:
        """Put it in one short, printable line."""
        words = one_line(self.message or "", MOST_SHOWN) or "no reason given"
        return f"{words} ({self.code})" if self.code is not None else words


class CommandFrame(msgspec.Struct, frozen=True):
    """A ``hardware.command`` as it came; whether it is obeyed is decided elsewhere.

    Attributes:
        command: what is ordered, in the server's word.
        params: JSON of any kind, at most as long as a frame; ``{}`` for PHP's empty array.
        request_id: the server's name for it, or "".
        timestamp: when it was given, as the server wrote it, or "".
    """

    command: _Word
    params: msgspec.Raw = EMPTY
    request_id: _Short = ""
    timestamp: _Short = ""


class AuthorizedFrame(msgspec.Struct, frozen=True):
    """A ``session.authorized``: a user stands at this machine.

    Attributes:
        session_id: safe as a part of a path.
        user_id: the user's id at the server.
        user_name: for the screen, in one line of at most 120 characters.
        timestamp: when, as the server wrote it, or "".
    """

    session_id: str
    user_id: str
    user_name: str
    timestamp: str


class _User(msgspec.Struct, frozen=True):
    id: Annotated[int, Meta(ge=0)] | _Word
    name: Annotated[str, Meta(max_length=255)] | None = None


class _Authorized(msgspec.Struct, frozen=True):
    session_id: _SessionId
    user: _User
    timestamp: _Short = ""


def read_established(frame: Frame) -> Established:
    """Read the welcome.

    Raises:
        FrameError: it is none.
    """
    return _read(Established, frame)


def read_error(frame: Frame) -> ServerError:
    """Read an error.

    Raises:
        FrameError: it is none.
    """
    return _read(ServerError, frame)


def read_command(frame: Frame) -> CommandFrame:
    """Read a command.

    Raises:
        FrameError: it is none.
    """
    command = _read(CommandFrame, frame)
    if bytes(command.params) in (b"[]", b"null"):
        return msgspec.structs.replace(command, params=EMPTY)
    return command


def read_authorized(frame: Frame) -> AuthorizedFrame:
    """Read who stands at the machine.

    Raises:
        FrameError: it does not say so.
    """
    seen = _read(_Authorized, frame)
    return AuthorizedFrame(
        session_id=seen.session_id,
        user_id=str(seen.user.id),
        user_name=one_line(seen.user.name or "", MOST_SHOWN),
        timestamp=seen.timestamp,
    )


def _read(kind: type[_Payload], frame: Frame) -> _Payload:
    try:
        return read_json(frame.data, kind)
    except UnreadableError as nonsense:
        raise FrameError(f"{frame.event}: {nonsense}") from nonsense
