"""One client of version 1, from its hello to its end."""

from __future__ import annotations

import logging

import msgspec
import trio

from rvm_edge import __version__
from rvm_edge.bridges.local.asking import Request
from rvm_edge.bridges.local.client import Client
from rvm_edge.bridges.local.desk import Desk
from rvm_edge.bridges.local.fanout import Fanout, framed
from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.messages import (
    PROTOCOL,
    Alive,
    CloseCode,
    ErrorCode,
    Hello,
    Message,
    not_done,
)
from rvm_edge.bridges.local.present import Present
from rvm_edge.bridges.local.requests import (
    ClientHello,
    DeclaredDeposit,
    MalformedError,
    PageAlive,
    read,
)
from rvm_edge.bridges.local.websocket import GoneError, ViolationError, WebSocket
from rvm_edge.identity import Secret

_LOG = logging.getLogger(__name__)

EYES_DECIDE = "what a page declares does not count: the machine's own eyes decide"


class House(msgspec.Struct, frozen=True):
    """What all conversations share.

    Attributes:
        fanout: the events.
        present: the snapshot.
        desk: answers requests.
        token: this boot's.
        limits: what is borne of a client.
        simulated: the machine's world is.
    """

    fanout: Fanout
    present: Present
    desk: Desk
    token: Secret
    limits: Limits
    simulated: bool = False


class Conversation:
    """Says hello, tells of events, passes requests on, and ends with a page that fell silent."""

    def __init__(self, socket: WebSocket, house: House) -> None:
        self._socket = socket
        self._house = house
        self._client = Client(trio.current_time)
        self._ids: set[str] = set()
        self._in_flight = 0

    async def run(self) -> None:
        """Speak until the client is gone.

        Raises:
            GoneError: it is.
            ViolationError: it has to go.
        """
        await self._greet()
        try:
            raise await self._until_end()
        finally:
            self._house.fanout.leave(self._socket.outbox)

    async def _until_end(self) -> GoneError | ViolationError:
        """Listen, and return why it ended; a nursery would wrap it in a group."""
        async with trio.open_nursery() as nursery:
            try:
                while True:
                    self._hear(await self._next(self._house.limits.silence_s), nursery)
            except (GoneError, ViolationError) as error:
                nursery.cancel_scope.cancel()
                return error

    async def _next(self, patience_s: float) -> str:
        with trio.move_on_after(patience_s):
            return await self._socket.next_text()
        raise ViolationError(CloseCode.SILENT.value, "the page has been silent for too long")

    async def _greet(self) -> None:
        house = self._house
        hello = _read(await self._next(house.limits.opening_s))
        if not isinstance(hello, ClientHello):
            raise ViolationError(CloseCode.POLICY.value, "the first message has to be a hello")
        self._client.show_token(hello.token, house.token)
        _LOG.info("%s listens to the local bridge", hello.client or "a page")
        at = hello.resume
        missed = None if at is None else house.fanout.since(at.boot, at.seq)
        self._say(
            Hello(
                protocol=PROTOCOL,
                version=__version__,
                boot=house.fanout.boot,
                seq=at.seq if at is not None and missed is not None else house.fanout.seq,
                resumed=missed is not None,
                snapshot=house.present.snapshot if missed is None else None,
                may_act=self._client.may_act,
                simulated=house.simulated,
                heartbeat_s=house.limits.heartbeat_s,
                silence_s=house.limits.silence_s,
            )
        )
        for frame in missed or ():
            self._socket.outbox.write(frame)
        house.fanout.join(self._socket.outbox)

    def _hear(self, text: str, nursery: trio.Nursery) -> None:
        try:
            message = read(text)
        except MalformedError as error:
            if not error.request_id:
                raise ViolationError(CloseCode.POLICY.value, str(error)) from error
            self._claim(error.request_id)
            self._say(not_done(error.request_id, ErrorCode.MALFORMED, str(error)))
            return
        if isinstance(message, PageAlive):
            self._say(Alive(seq=self._house.fanout.seq))
        elif isinstance(message, DeclaredDeposit):
            self._say(not_done(message.id, ErrorCode.EYES_DECIDE, EYES_DECIDE))
        elif isinstance(message, Request):
            self._pass_on(message, nursery)
        else:
            raise ViolationError(CloseCode.POLICY.value, "hello was said already")

    def _pass_on(self, request: Request, nursery: trio.Nursery) -> None:
        self._claim(request.id)
        if self._in_flight >= self._house.limits.in_flight:
            why = "too many requests are under way"
            self._say(not_done(request.id, ErrorCode.BUSY, why))
            return
        self._in_flight += 1
        nursery.start_soon(self._answer, request)

    async def _answer(self, request: Request) -> None:
        try:
            self._say(await self._house.desk.answer(request, self._client))
        finally:
            self._in_flight -= 1

    def _claim(self, request_id: str) -> None:
        """Note that an id is used: no request is carried out, or answered, twice."""
        if request_id in self._ids:
            raise ViolationError(CloseCode.POLICY.value, "a request's id was used twice")
        if len(self._ids) >= self._house.limits.requests:
            raise ViolationError(CloseCode.POLICY.value, "too many requests; connect again")
        self._ids.add(request_id)

    def _say(self, message: Message) -> None:
        self._socket.outbox.write(framed(message))


def _read(text: str) -> object:
    try:
        return read(text)
    except MalformedError as error:
        raise ViolationError(CloseCode.POLICY.value, str(error)) from error
