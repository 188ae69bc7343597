"""Sorts what comes on the machine's channel: who gets it, and what nobody gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from rvm_edge.bridges.cloud.reverb.frames import Frame, FrameError
from rvm_edge.bridges.cloud.reverb.inbox import Inbox
from rvm_edge.bridges.cloud.reverb.payloads import (
    AuthorizedFrame,
    CommandFrame,
    read_authorized,
    read_command,
)
from rvm_edge.bridges.cloud.reverb.recent import Recent
from rvm_edge.bridges.cloud.reverb.state import ReverbCounts

OnCommand = Callable[[CommandFrame], Awaitable[None]]
OnAuthorized = Callable[[AuthorizedFrame], Awaitable[None]]

MOST_COMMANDS = 32
MOST_SESSIONS = 8
"""So many may wait for their handler, apart: a flood of commands delays no user."""

_FOR_SCREENS = frozenset({"item.processed", "ui.update"})


class Dispatcher:
    """Takes frames without ever waiting, and hands over what is for the machine."""

    def __init__(
        self,
        on_command: OnCommand,
        on_authorized: OnAuthorized,
        known_sessions: Recent,
        counts: ReverbCounts,
    ) -> None:
        """Make a dispatcher.

        Args:
            on_command: gets each command, one after the other.
            on_authorized: gets each session once, likewise.
            known_sessions: those that were handed over already.
            counts: where everything is counted.
        """
        self._commands = Inbox(on_command, MOST_COMMANDS)
        self._sessions = Inbox(on_authorized, MOST_SESSIONS)
        self._known_sessions = known_sessions
        self._counts = counts

    async def deliver(self) -> None:
        """Hand over for ever.

        Raises:
            ExceptionGroup: what a handler raised.
        """
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._commands.hand_over)
            nursery.start_soon(self._sessions.hand_over)

    def take(self, frame: Frame, channel: str) -> None:
        """Take a frame that came while subscribed to `channel`.

        Four events of the server are known. Anybody who has the application's key can whisper on
        the channel, but a whisper's name begins with ``client-``, and none of the four does.
        """
        if frame.channel != channel:
            self._counts.ignored += 1
            return
        try:
            if frame.event == "hardware.command":
                self._command(read_command(frame))
            elif frame.event == "session.authorized":
                self._session(read_authorized(frame))
            elif frame.event in _FOR_SCREENS:
                self._counts.notices += 1
            else:
                self._counts.ignored += 1
        except FrameError:
            self._counts.malformed += 1

    def _command(self, command: CommandFrame) -> None:
        if self._commands.offer(command):
            self._counts.commands += 1
        else:
            self._counts.overflowed += 1

    def _session(self, session: AuthorizedFrame) -> None:
        if session.session_id in self._known_sessions:
            self._counts.repeats += 1
        elif self._sessions.offer(session):
            self._known_sessions.add(session.session_id)
            self._counts.authorizations += 1
        else:
            self._counts.overflowed += 1
