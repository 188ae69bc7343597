"""What all connections of one Reverb application share: its key, its channels, its quirks."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Protocol

import trio

from rvm_edge.identity import Secret
from rvm_edge.simulator.cloud.exchange import Json
from rvm_edge.simulator.cloud.reverb import messages
from rvm_edge.simulator.cloud.reverb.quirks import Quirks

_PRIVATE = "private-"


class Listener(Protocol):
    """A connection, as far as a channel knows it."""

    @property
    def channels(self) -> frozenset[str]:
        """What it is subscribed to."""
        ...

    def say(self, text: str) -> None:
        """Send it a message."""
        ...


class Application:
    """One application; its listeners come and go."""

    def __init__(self, key: str, secret: Secret, quirks: Quirks, activity_timeout_s: int) -> None:
        self.key = key
        self.quirks = quirks
        self.activity_timeout_s = activity_timeout_s
        self.listeners: list[Listener] = []
        self._secret = secret
        self._change = trio.Event()

    def auth(self, socket_id: str, channel: str) -> str:
        """Return ``key:hex``, which lets that connection into that channel."""
        secret = self._secret.reveal().encode()
        proof = hmac.new(secret, f"{socket_id}:{channel}".encode(), hashlib.sha256)
        return f"{self.key}:{proof.hexdigest()}"

    def admits(self, socket_id: str, channel: str, auth: str | None) -> bool:
        """Say whether a connection may subscribe to a channel."""
        if not channel.startswith(_PRIVATE):
            return True
        return hmac.compare_digest((auth or "").encode(), self.auth(socket_id, channel).encode())

    def publish(self, channel: str, event: str, data: Mapping[str, Json]) -> int:
        """Send an event to everybody who is subscribed now, and say to how many."""
        return self.pass_on(channel, messages.broadcast(channel, event, data))

    def pass_on(self, channel: str, text: str, sender: Listener | None = None) -> int:
        """Send a message to everybody on a channel but its sender, and say to how many."""
        reached = [one for one in self.listeners if one is not sender and channel in one.channels]
        for listener in reached:
            listener.say(text)
        return len(reached)

    def changed(self) -> None:
        """Wake whoever waits in `until`."""
        self._change.set()
        self._change = trio.Event()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Return once something is so; asked again after whatever a client does."""
        while not happened():
            await self._change.wait()
