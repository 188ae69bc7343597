"""The DevTools protocol over a pipe: JSON, each message ended by a NUL byte.

Commands carry an id, answers the same id, events none; a page's carry its session besides
(https://chromedevtools.github.io/devtools-protocol/).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
import trio

from rvm_edge.kiosk.keeper.devtools_wire import Command, Params, Reply
from rvm_edge.untrusted_json import UnreadableError, read_json

MOST_BYTES: Final = 4 * 1024 * 1024
"""The longest message that is believed; the browser sends whole pages only if asked."""

_READ_BYTES: Final = 64 * 1024
_Result = TypeVar("_Result")

OnEvent = Callable[[str, msgspec.Raw], None]
"""Called with an event's name and what it carries."""


class DevToolsError(Exception):
    """The browser did not do it."""


class NoAnswerError(DevToolsError):
    """The browser did not answer in time; nobody knows whether it was done."""


class BrowserGoneError(Exception):
    """The pipe is closed: the browser has ended, or speaks something else."""


class DevTools:
    """One end of the pipe."""

    def __init__(self, commands: trio.abc.SendStream, answers: trio.abc.ReceiveStream) -> None:
        self._commands = commands
        self._answers = answers
        self._ids = itertools.count(1)
        self._writing = trio.Lock()
        self._waiting: dict[int, trio.MemorySendChannel[Reply]] = {}
        self._listeners: dict[str, OnEvent] = {}
        self._gone = ""

    def on_events(self, session: str, on_event: OnEvent) -> None:
        """Have a session's events told; the browser's own have the session ""."""
        self._listeners[session] = on_event

    def forget(self, session: str) -> None:
        """Tell nobody of a session's events any more."""
        self._listeners.pop(session, None)

    def give_up(self, why: str) -> None:
        """Let every call from here on, and each that still waits, fail as if the browser were gone.

        Args:
            why: for whoever calls.
        """
        self._gone = self._gone or why
        for inbox in tuple(self._waiting.values()):
            inbox.close()

    async def call(
        self,
        params: Params,
        result: type[_Result],
        *,
        session: str = "",
        patience_s: float,
    ) -> _Result:
        """Give a command, and return what came of it.

        Args:
            params: which command, with what it needs.
            result: what is wanted of the answer.
            session: of the page that it is meant for; "" for the browser.
            patience_s: how long the answer may take.

        Raises:
            DevToolsError: it was not done, or nobody knows.
            BrowserGoneError: there is no browser.
        """
        number = next(self._ids)
        message = msgspec.json.encode(Command(number, params.method, params, session)) + b"\0"
        inbox, answer = trio.open_memory_channel[Reply](1)
        self._waiting[number] = inbox
        try:
            with trio.move_on_after(patience_s) as patience:
                await self._send(message)
                reply = await answer.receive()
        except trio.EndOfChannel:
            raise BrowserGoneError(self._gone) from None
        finally:
            self._waiting.pop(number, None)
            inbox.close()
        if patience.cancelled_caught:
            raise NoAnswerError(f"{params.method}: no answer within {patience_s:g} s")
        return self._read(reply, params.method, result)

    async def listen(self) -> None:
        """Hand out answers and events until the browser is gone."""
        pending = bytearray()
        try:
            while some := await self._answers.receive_some(_READ_BYTES):
                pending += some
                while (end := pending.find(b"\0")) >= 0:
                    self._hear(bytes(pending[:end]))
                    del pending[: end + 1]
                if len(pending) > MOST_BYTES:
                    self._gone = "the browser sends more than is believed"
                    return
        except UnreadableError:
            self._gone = "the browser does not speak DevTools"
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            self.give_up("the browser has hung up")

    async def _send(self, message: bytes) -> None:
        if self._gone:
            raise BrowserGoneError(self._gone)
        try:
            async with self._writing:
                with trio.CancelScope(shield=True), trio.move_on_after(1.0) as patience:
                    await self._commands.send_all(message)  # half a message would end them all
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise BrowserGoneError("the browser has hung up") from None
        if patience.cancelled_caught:
            self._gone = "the browser takes no commands"
            raise BrowserGoneError(self._gone)

    def _hear(self, message: bytes) -> None:
        heard = read_json(message, Reply)
        if heard.id is not None:
            inbox = self._waiting.get(heard.id)
            if inbox is not None:
                inbox.send_nowait(heard)
            return
        listener = self._listeners.get(heard.session)
        if listener is not None:
            listener(heard.method, heard.params)

    @staticmethod
    def _read(reply: Reply, method: str, result: type[_Result]) -> _Result:
        if reply.error is not None:
            raise DevToolsError(f"{method}: {reply.error.message[:200]}")
        try:
            return read_json(reply.result, result)
        except UnreadableError as error:
            raise DevToolsError(f"{method}: an answer of another kind: {error}") from None
