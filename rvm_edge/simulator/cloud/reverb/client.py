"""One client of Reverb: what it said, what it is subscribed to, and what it gets to hear."""

from __future__ import annotations

import itertools
import math
from collections import deque
from urllib.parse import urlsplit

import trio

from rvm_edge.simulator.cloud.reverb import messages
from rvm_edge.simulator.cloud.reverb.application import Application
from rvm_edge.simulator.cloud.reverb.messages import BadMessageError, Complaint, Heard
from rvm_edge.simulator.cloud.reverb.wire import Asked, Beat, Happening, Over, Said, Wire

_numbers = itertools.count(1)
_READ_BYTES = 4096
_REMEMBERED = 1_000
_RATE_S = 60.0


class Client:
    """One connection, from its first byte to its last.

    Attributes:
        socket_id: as the client is told it.
        heard: names of the events that it sent, the latest thousand.
        origin: of the page that opened it; "" where no browser did.
    """

    def __init__(self, stream: trio.abc.Stream, application: Application) -> None:
        number = next(_numbers)
        self.socket_id = f"{number}.{number * 7919}"
        self.heard: deque[str] = deque(maxlen=_REMEMBERED)
        self.origin = ""
        self._stream = stream
        self._application = application
        self._outbox, self._outgoing = trio.open_memory_channel[bytes](math.inf)
        self._wire = Wire(self._write)
        self._scope = trio.CancelScope()
        self._channels: set[str] = set()
        self._welcomed = False
        self._last_heard_s = trio.current_time()
        self._pinged = False
        self._beats = False
        self._window_s = -math.inf
        self._window_messages = 0

    @property
    def channels(self) -> frozenset[str]:
        """What it is subscribed to."""
        return frozenset(self._channels)

    async def attend(self) -> None:
        """Serve the connection until it ends."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._deliver)
                    await self._listen()
                    self.hang_up()
        finally:
            await trio.aclose_forcefully(self._stream)

    def say(self, text: str) -> None:
        """Send any text as it is."""
        self._wire.say(text)

    def beat(self) -> None:
        """Send a ping of the WebSocket protocol."""
        self._wire.beat()

    def close(self, code: int, reason: str = "") -> None:
        """Close in good order, as Reverb itself never does."""
        self._wire.close(code, reason)

    def hang_up(self) -> None:
        """Close the TCP connection without a closing frame, after what was said last."""
        self._outbox.close()

    def drop(self) -> None:
        """Close the TCP connection at once."""
        self._scope.cancel()

    def prune(self, silent_s: float) -> None:
        """Drop it if it was pinged and is still silent. Who subscribed to nothing is forgotten."""
        lost = self._channels and self._pinged and self._is_silent(silent_s)
        if lost and not self._application.quirks.half_open:  # then the client hears of nothing
            self._complain(Complaint.NO_PONG)
            self.hang_up()

    def ping(self, silent_s: float) -> None:
        """Ping it if it was silent for so long."""
        if self._channels and not self._pinged and self._is_silent(silent_s):
            self._pinged = True
            if self._beats:
                self._wire.beat()
            else:
                self.say(messages.PING)

    def _is_silent(self, silent_s: float) -> bool:
        return trio.current_time() - self._last_heard_s >= silent_s

    def _touch(self) -> None:
        self._last_heard_s = trio.current_time()
        self._pinged = False

    async def _deliver(self) -> None:
        async for data in self._outgoing:
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                break
        self._scope.cancel()

    def _write(self, data: bytes) -> None:
        if self._application.quirks.half_open:
            return
        try:
            self._outbox.send_nowait(data)
        except (trio.ClosedResourceError, trio.BrokenResourceError):
            return  # it hung up, or the client did

    async def _listen(self) -> None:
        while True:
            try:
                data = await self._stream.receive_some(_READ_BYTES)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return
            if not data:
                return
            if self._application.quirks.half_open:
                continue
            for happening in self._wire.feed(data):
                if isinstance(happening, Over):
                    return
                await self._handle(happening)
            self._application.changed()

    async def _handle(self, happening: Happening) -> None:
        if isinstance(happening, Asked):
            await self._admit(happening)
        elif isinstance(happening, Beat):
            self._beats = True
            self._touch()
        elif isinstance(happening, Said) and self._welcomed:
            self._take(happening.text)

    async def _admit(self, asked: Asked) -> None:
        quirks = self._application.quirks
        path = urlsplit(asked.path).path
        self.origin = asked.origin
        if quirks.http_status is not None or not path.startswith("/app/"):
            status = quirks.http_status or 404
            self._write(f"HTTP/1.1 {status} Refused\r\n\r\nRefused.".encode())
            self.hang_up()
            return
        self._wire.accept()
        await trio.sleep(quirks.welcome_delay_s)
        if path != f"/app/{self._application.key}":
            self._complain(Complaint.UNKNOWN_APPLICATION)
            self.hang_up()
        elif quirks.over_quota:
            self._complain(Complaint.OVER_QUOTA)
        elif not {"*", urlsplit(asked.origin).hostname} & set(quirks.allowed_origins):
            self._complain(Complaint.ORIGIN)
        else:
            self._welcomed = True
            self.say(messages.welcome(self.socket_id, self._application.activity_timeout_s))

    def _take(self, text: str) -> None:
        self._touch()
        if self._is_too_much():
            self._complain(Complaint.RATE_LIMITED)
            return
        try:
            heard = messages.read(text)
            self.heard.append(heard.event)
            self._obey(heard)
        except BadMessageError:
            self._complain(Complaint.BAD_MESSAGE)

    def _is_too_much(self) -> bool:
        most = self._application.quirks.most_messages
        now_s = trio.current_time()
        if now_s - self._window_s >= _RATE_S:
            self._window_s, self._window_messages = now_s, 0
        self._window_messages += 1
        return most is not None and self._window_messages > most

    def _obey(self, heard: Heard) -> None:
        if heard.event == "pusher:ping":
            if not self._application.quirks.mute:
                self.say(messages.PONG)
        elif heard.event == "pusher:subscribe":
            self._subscribe(heard)
        elif heard.event == "pusher:unsubscribe":
            self._channels.discard(messages.read_wish(heard.data).channel)
        elif heard.event.startswith("pusher:"):
            if heard.event != "pusher:pong":
                raise BadMessageError
        else:
            self._whisper(heard)

    def _subscribe(self, heard: Heard) -> None:
        wish = messages.read_wish(heard.data)
        if self._application.quirks.deaf_to_subscriptions:
            return
        if not self._application.admits(self.socket_id, wish.channel, wish.auth):
            self._complain(Complaint.UNAUTHORIZED)
            return
        self._channels.add(wish.channel)
        self.say(messages.subscribed(wish.channel))

    def _whisper(self, heard: Heard) -> None:
        text = messages.whisper(heard)
        if heard.event.startswith("client-") and heard.channel is not None:
            self._application.pass_on(heard.channel, text, sender=self)

    def _complain(self, about: Complaint) -> None:
        self.say(messages.complaint(about))
