"""Tells every client of every change: numbered, encoded once, kept for those who come back."""

from __future__ import annotations

import secrets
from collections import deque

import msgspec

from rvm_edge.bridges.local.frames import text_frame
from rvm_edge.bridges.local.messages import Anew, Event, Message
from rvm_edge.bridges.local.outbox import Outbox
from rvm_edge.bridges.local.parts import AnyPart, Snapshot

_ENCODER = msgspec.json.Encoder()


def framed(message: Message) -> bytes:
    """Return a message as it goes over the wire."""
    return text_frame(_ENCODER.encode(message))


class Fanout:
    """The numbered events, and who listens to them.

    Attributes:
        boot: names this run: an event's number means nothing in another one.
    """

    def __init__(self, remembered: int) -> None:
        """Begin.

        Args:
            remembered: how many events a client may have missed and still resume.
        """
        self.boot = secrets.token_hex(8)
        self._seq = 0
        self._frames: deque[bytes] = deque(maxlen=remembered)
        self._listeners: set[Outbox] = set()

    @property
    def seq(self) -> int:
        """The number of the last event; 0 before the first."""
        return self._seq

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def join(self, outbox: Outbox) -> None:
        """Tell this client, too, of what happens from now on."""
        self._listeners.add(outbox)

    def leave(self, outbox: Outbox) -> None:
        """Tell it no more."""
        self._listeners.discard(outbox)

    def publish(self, part: AnyPart, at: str) -> None:
        """Tell everybody that a part changed, and when: ISO 8601 in UTC."""
        self._seq += 1
        self._send(Event(seq=self._seq, at=at, part=part))

    def begin_anew(self, snapshot: Snapshot, at: str) -> None:
        """Give everybody a new snapshot, because something was missed."""
        self._seq += 1
        self._send(Anew(seq=self._seq, at=at, snapshot=snapshot))

    def since(self, boot: str, seq: int) -> tuple[bytes, ...] | None:
        """Return the frames after an event; None if they are not, or no longer, known."""
        missed = self._seq - seq
        if boot != self.boot or not 0 <= missed <= len(self._frames):
            return None
        return tuple(self._frames)[len(self._frames) - missed :]

    def _send(self, message: Message) -> None:
        frame = framed(message)
        self._frames.append(frame)
        for outbox in tuple(self._listeners):
            outbox.write(frame)
