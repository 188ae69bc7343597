"""POST /kiosk/session/token: what people scan to log in at this machine's screen.

Both published servers give it out to whoever names a machine, and neither ever takes the token
back: only a server that announces `session.authorized` on its WebSocket can let a user in.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

MOST_BYTES: Final = 180
"""The longest content for which the screen draws a code that a phone can read."""

_Content = Annotated[str, Meta(max_length=MOST_BYTES, pattern="^myrvm://[!-~]+$")]
_Seconds = Annotated[float, Meta(gt=0, le=86_400)]


class LoginCode(msgspec.Struct, frozen=True):
    """What a QR code holds, for the MyRVM app to scan.

    Attributes:
        content: such as ``myrvm://session/<token>?m=<uuid>``; never another scheme: a phone would
            open whatever address a stranger put before people.
        lasts_s: how long the server takes it, from its answer on.
    """

    content: str
    lasts_s: float


class LoginData(msgspec.Struct, frozen=True):
    """What is used of the answer.

    Attributes:
        qr_content: for the code.
        expires_in: in seconds. Its `expires_at` is by a clock that need not be ours.
    """

    qr_content: _Content
    expires_in: _Seconds


class LoginReply(msgspec.Struct, frozen=True):
    """The answer.

    Attributes:
        data: what is used of it.
    """

    data: LoginData


def code_of(reply: LoginReply) -> LoginCode:
    """Return what the answer gave."""
    return LoginCode(reply.data.qr_content, reply.data.expires_in)
