"""Who this machine is towards its server. Types only; the files are read by `provisioning`."""

from __future__ import annotations

import msgspec


class Secret:
    """A text that never shows itself: not in a log, not in an error, not in a repr."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for the one place that puts it on the wire."""
        return self._text

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        """Compare what is hidden."""
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        """Hash what is hidden."""
        return hash(self._text)


class Registration(msgspec.Struct, frozen=True):
    """As whom a server knows a machine. Another key for the same one is the same registration.

    Attributes:
        server_url: the server's origin.
        hardware_id: the machine's serial there.
    """

    server_url: str
    hardware_id: str

    def __str__(self) -> str:
        """Name both, for people."""
        return f"{self.hardware_id} at {self.server_url}"


class Identity(msgspec.Struct, frozen=True):
    """What a technician brings on day 0.

    Attributes:
        server_url: the server's origin, such as ``https://rvm.example.org``: scheme, host and port,
            nothing behind it.
        hardware_id: the machine's serial at the server, at most 100 characters.
        name: for people, at most 255 characters.
        api_key: what the server knows the machine by.
        sync_token: a user's token for servers whose key alone may not deliver deposits; None for
            none.
    """

    server_url: str
    hardware_id: str
    name: str
    api_key: Secret
    sync_token: Secret | None = None

    @property
    def registration(self) -> Registration:
        """As whom the server knows it: all but the key and the names for people."""
        return Registration(self.server_url, self.hardware_id)
