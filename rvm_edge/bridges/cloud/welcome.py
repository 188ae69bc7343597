"""What a good handshake taught the machine about itself and its server."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from rvm_edge.settings import ServedPolicy

GUEST_USER_ID = -1
"""Whom guests' donations go to where the server names nobody: its own seed's number."""


class Socket(msgspec.Struct, frozen=True):
    """Where the server says its WebSocket is. A server may say so without having one.

    Attributes:
        channel: the machine's own, such as ``rvm.<uuid>``.
        host: "" where it was not said.
        port: 0 where it was not said.
        scheme: ``ws`` or ``wss``; "" where it was not said.
        app_key: Reverb's application key; "" where it was not said, which is the rule.
    """

    channel: str
    host: str = ""
    port: int = 0
    scheme: str = ""
    app_key: str = ""


class ModelTarget(msgspec.Struct, frozen=True):
    """The model that the server wants machines to have.

    Attributes:
        version: such as ``v1.2.0``.
        sha256: of the file, 64 hex digits in lower case.
        url: where the server says it lies; its own copy needs a user's token.
    """

    version: str
    sha256: str
    url: str


@dataclass(frozen=True)
class Welcome:
    """Everything that is used of a handshake's answer.

    Attributes:
        rvm_id: the machine's number at the server; goes into ``X-RVM-Machine-ID``.
        rvm_uuid: its public name.
        name: for people; "" where the server has none.
        kiosk_url: the server's page for this machine, byte for byte: it is signed. "" for none.
        socket: None where the server names no channel.
        donation_user_id: whom guests' donations go to.
        model: None where the server wants no particular one.
        policy: how the server wants the machine to behave.
        refused: what of the answer is left aside though it was to be used, in one line; "" for
            nothing.
    """

    rvm_id: int
    rvm_uuid: str
    name: str = ""
    kiosk_url: str = field(default="", repr=False)
    socket: Socket | None = None
    donation_user_id: int = GUEST_USER_ID
    model: ModelTarget | None = None
    policy: ServedPolicy = field(default_factory=ServedPolicy)
    refused: str = ""
