"""Tells subscribers of every step, and waits for none of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
import trio

from rvm_edge.statechart.counts import Tally
from rvm_edge.statechart.definition import Configuration, Event, StatePath
from rvm_edge.statechart.journal.record import Record

__all__ = ["Publisher", "Step"]


class Step(msgspec.Struct, frozen=True):
    """A step that the machine made: it is on disk, and the entered states are at work.

    Attributes:
        record: the journal's row, with the configuration before and after.
        event: what happened; None for the start and the stop.
        exited: the states left, innermost first.
        entered: the states entered, outermost first.
    """

    record: Record
    event: Event | None
    exited: tuple[StatePath, ...]
    entered: tuple[StatePath, ...]

    @property
    def before(self) -> Configuration:
        """The configuration before the step."""
        return self.record.before

    @property
    def after(self) -> Configuration:
        """The configuration after the step."""
        return self.record.after


class Publisher:
    """Hands every step to every subscriber that has room for it; drops those that have none."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._channels: list[trio.MemorySendChannel[Step]] = []
        self._closed = False

    @contextlib.contextmanager
    def subscribe(self, capacity: int) -> Iterator[trio.MemoryReceiveChannel[Step]]:
        """Yield a channel of the steps from now on.

        It ends when the machine stops, and when more than `capacity` steps wait to be read: such a
        subscriber has missed something and has to begin anew.
        """
        send, receive = trio.open_memory_channel[Step](capacity)
        if self._closed:
            send.close()
        else:
            self._channels.append(send)
        try:
            yield receive
        finally:
            self._forget(send)
            receive.close()

    def publish(self, step: Step) -> None:
        """Hand `step` to every subscriber."""
        for channel in tuple(self._channels):
            try:
                channel.send_nowait(step)
            except trio.WouldBlock:
                self._tally.dropped += 1
                self._forget(channel)
            except trio.BrokenResourceError:
                self._forget(channel)

    def close(self) -> None:
        """End every subscriber's channel, once it has read what is there."""
        self._closed = True
        for channel in tuple(self._channels):
            self._forget(channel)

    def _forget(self, channel: trio.MemorySendChannel[Step]) -> None:
        if channel in self._channels:
            self._channels.remove(channel)
        channel.close()
