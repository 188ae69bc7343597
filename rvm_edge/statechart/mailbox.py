"""Where events wait: a bounded mailbox for everybody, and a queue before it for the engine.

Two queues, because one bounded queue can deadlock: the loop would wait for a clean-up that waits
for room that only the loop can make.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from enum import IntEnum
from typing import Protocol

import msgspec
import trio

from rvm_edge.statechart.definition import Event

__all__ = ["Letter", "Mailbox", "Sender", "Urgency"]


class Sender(Protocol):
    """Who posted an event, if it was an activity or the engine on its account."""

    @property
    def live(self) -> bool:
        """Whether its state has not been left since."""
        ...


class Urgency(IntEnum):
    """In which order the engine's own events go."""

    CLEANUP = 0
    ERROR = 1
    TIMEOUT = 2


class Letter(msgspec.Struct, frozen=True):
    """An event on its way.

    Attributes:
        event: what happened.
        sender: whose invocation posted it; None for the world outside and the engine itself.
        posted_s: when, by trio's clock.
    """

    event: Event
    sender: Sender | None
    posted_s: float


class Mailbox:
    """Bounded for everybody else, unbounded for the engine, whose events are few by nature.

    An activity fails at most once and a time-out fires at most once per invocation.
    """

    def __init__(self, size: int) -> None:
        self._room = trio.Semaphore(size)
        self._letters: deque[Letter] = deque()
        self._urgent: list[tuple[Urgency, int, Letter]] = []
        self._order = itertools.count()
        self._arrival = trio.Event()
        self._closed = False

    def post_urgent(self, letter: Letter, urgency: Urgency) -> None:
        """Queue one of the engine's own events, before all others."""
        heapq.heappush(self._urgent, (urgency, next(self._order), letter))
        self._arrival.set()

    def post_nowait(self, letter: Letter) -> bool:
        """Queue an event if there is room and nobody waits for it, and say whether there was."""
        if self._closed:
            return False
        try:
            self._room.acquire_nowait()
        except trio.WouldBlock:
            return False
        self._put(letter)
        return True

    async def post(self, letter: Letter) -> None:
        """Queue an event, waiting for room in turn. Once the mailbox is closed, it is dropped."""
        if self._closed:
            await trio.lowlevel.checkpoint()
            return
        await self._room.acquire()
        self._put(letter)

    async def next(self) -> Letter:
        """Return the most urgent letter, waiting for one."""
        while True:
            await trio.lowlevel.checkpoint()
            if self._urgent:
                return heapq.heappop(self._urgent)[2]
            if self._letters:
                self._room.release()
                return self._letters.popleft()
            self._arrival = trio.Event()
            await self._arrival.wait()

    def close(self) -> None:
        """Take no more letters, and let go of everybody who waits for room."""
        self._closed = True
        while self._room.statistics().tasks_waiting:
            self._room.release()

    def waiting_s(self, now_s: float) -> float:
        """Return how long the oldest letter has been waiting, in seconds; 0 if none is."""
        queued = [letter.posted_s for _, _, letter in self._urgent]
        queued += [letter.posted_s for letter in itertools.islice(self._letters, 1)]
        return now_s - min(queued, default=now_s)

    def _put(self, letter: Letter) -> None:
        self._letters.append(letter)
        self._arrival.set()
