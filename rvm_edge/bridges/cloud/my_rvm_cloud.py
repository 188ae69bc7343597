"""The MyRVM server, as the rest of the machine knows it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

import httpx
import msgspec
import trio

from drivers.ports import Frame
from rvm_edge.bridges.cloud import dataset_wire, receipts, standings
from rvm_edge.bridges.cloud.capture_news import CaptureNews
from rvm_edge.bridges.cloud.channel_wire import ChannelReply, ChannelRequest
from rvm_edge.bridges.cloud.client import ApiClient
from rvm_edge.bridges.cloud.deposit_wire import deposit_form
from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Reply
from rvm_edge.bridges.cloud.handshake_wire import HandshakeReply, welcome_of
from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatCommand, HeartbeatReply, commands_of
from rvm_edge.bridges.cloud.json_body import T, decoded
from rvm_edge.bridges.cloud.login_wire import LoginCode, LoginReply, code_of
from rvm_edge.bridges.cloud.self_description import introduction, sign_of_life
from rvm_edge.bridges.cloud.server_clock import ServerClock
from rvm_edge.bridges.cloud.sync_wire import UndeliverableError, sync_body
from rvm_edge.bridges.cloud.troubles import Topic, Troubles
from rvm_edge.bridges.cloud.welcome import Welcome
from rvm_edge.delivery import Parcel, Proof, Receipt, Record
from rvm_edge.identity import Identity, Registration
from rvm_edge.machine import EyesError, Standing
from rvm_edge.settings import RequestSettings
from rvm_edge.telemetry import Telemetry

MOST_SILENCE_S = 300.0
"""For so long at most a heartbeat is held back because the server asked for it."""

FAILED_HANDSHAKES = 3
"""So many handshakes in a row that the server failed over are no accident any more."""

ANOTHERS = "taken when the machine was known as another one: it is kept for that one"

_KNOWN = frozenset({Standing.OK, Standing.DEGRADED})

AsJpeg = Callable[[Frame, int], Awaitable[bytes]]
"""Makes a JPEG of a frame, of at most so many bytes; raises `EyesError`."""

OnCommands = Callable[[Sequence[HeartbeatCommand], str], None]
"""Takes a heartbeat's commands, with the server's time as it wrote it."""


class MyRvmCloud:
    """Implements `machine.Cloud`, `machine.Album` and `delivery.Carrier` over HTTP."""

    def __init__(
        self,
        identity: Identity | None,
        settings: RequestSettings,
        telemetry: Telemetry,
        *,
        as_jpeg: AsJpeg,
        on_commands: OnCommands,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; nothing is opened before `run`.

        Args:
            identity: who the machine is; None before anybody told it.
            settings: how long to wait, and what an item earns.
            telemetry: how the machine is, and what it is made of.
            as_jpeg: for pictures that the server orders.
            on_commands: where a heartbeat's commands go; never called with none.
            transport: stands for the network.
            monotonic_s: the clock of `server_epoch_s` and `last_contact_s`.
        """
        self._client = ApiClient(identity, settings, transport=transport, monotonic_s=monotonic_s)
        self._settings = settings
        self._telemetry = telemetry
        self._as_jpeg = as_jpeg
        self._on_commands = on_commands
        self._monotonic_s = monotonic_s
        self._forget()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Keep the connections while inside.

        Raises:
            TrustError: the authority's certificate cannot be used.
        """
        async with self._client.run():
            yield

    def become(self, identity: Identity | None) -> None:
        """Be another machine from now on: new credentials were brought."""
        self._client.become(identity)
        self._forget()

    def _forget(self) -> None:
        self._welcome: Welcome | None = None
        self._clock = ServerClock()
        self._troubles = Troubles()
        self._last_contact_s: float | None = None
        self._silent_until_s = float("-inf")
        self._failed_handshakes = 0
        self._captures = CaptureNews()

    @property
    def welcome(self) -> Welcome | None:
        """What the last good handshake taught; None before the first."""
        return self._welcome

    @property
    def trouble(self) -> str:
        """The worst of what is wrong, in one line; "" for nothing."""
        return next(iter(self._troubles.lines), "")

    @property
    def hints(self) -> tuple[str, ...]:
        """Everything that a technician could look after, one line each."""
        return self._troubles.lines

    @property
    def last_contact_s(self) -> float | None:
        """Monotonic time when the server last knew the machine; None before the first time."""
        return self._last_contact_s

    def server_epoch_s(self, monotonic_s: float) -> float | None:
        """Return what the server's clock showed at that monotonic moment; None while unknown."""
        return self._clock.epoch_s(monotonic_s)

    async def handshake(self) -> Standing:
        """Introduce the machine.

        An error 500 is answered by one repetition at once: a machine's first handshake may fail on
        the server over something that the failure itself has put right.
        """
        identity = self._client.identity
        if identity is None or self._is_to_be_silent():
            await trio.lowlevel.checkpoint()
            return Standing.UNREACHABLE
        inventory, health = await self._telemetry.inventory(), await self._telemetry.health()
        figures = await self._telemetry.figures()
        told = introduction(identity, inventory, health, figures)
        body = msgspec.json.encode(told)
        exchange = await self._client.post_json(Endpoint.HANDSHAKE, body)
        if _server_failed(exchange):
            exchange = await self._client.post_json(Endpoint.HANDSHAKE, body)
        self._failed_handshakes = self._failed_handshakes + 1 if _server_failed(exchange) else 0
        standing = self._take(Endpoint.HANDSHAKE, exchange)
        reply = _read(exchange, HandshakeReply)
        if standing is Standing.OK and reply is not None:
            self._welcome = welcome_of(reply)
            self._client.introduce_as(self._welcome.rvm_id)
            self._troubles.note(Topic.POLICY, self._welcome.refused)
            self._clock.learn(exchange)
        return standing

    async def heartbeat(self, bin_pct: float | None) -> Standing:
        """Tell the server that the machine is alive, and hand on what it commands."""
        if self._is_to_be_silent():
            await trio.lowlevel.checkpoint()
            return Standing.UNREACHABLE
        inventory, health = await self._telemetry.inventory(), await self._telemetry.health()
        figures = await self._telemetry.figures()
        captures, saying = self._captures, self._captures.unsaid
        told = sign_of_life(
            inventory, health, figures, bin_pct, capture_complete=saying is not None
        )
        exchange = await self._client.post_json(Endpoint.HEARTBEAT, msgspec.json.encode(told))
        standing = self._take(Endpoint.HEARTBEAT, exchange)
        reply = _read(exchange, HeartbeatReply)
        if standing is Standing.OK and reply is not None:
            captures.said(saying)
            self._clock.learn(exchange, reply.server_time)
            commands = commands_of(reply)
            if commands:
                self._on_commands(commands, reply.server_time)
        return standing

    async def send_records(self, records: Sequence[Record]) -> Receipt:
        """Tell the server of dropped items, in one request.

        Before a handshake nothing is sent: the newer server fails over a deposit from a machine
        whose number is missing, in the same words as over a deposit that is wrong itself.
        """
        await trio.lowlevel.checkpoint()
        identity = self._client.identity
        if not records:
            return Receipt(Proof.TAKEN)
        if identity is None or self._welcome is None:
            return Receipt(Proof.NOT_NOW, "the server has not welcomed this machine yet")
        if any(not _is_own(one.taken_by, identity) for one in records):
            return Receipt(Proof.NOT_NOW, ANOTHERS)
        donated_to, points = self._welcome.donation_user_id, self._settings.points_per_item
        try:
            body = msgspec.json.encode(sync_body(records, donated_to, points))
        except UndeliverableError as error:
            proof = Proof.REFUSED if len(records) == 1 else Proof.ROLLED_BACK
            return Receipt(proof, str(error))
        exchange = await self._client.post_json(Endpoint.SYNC, body, bearer=identity.sync_token)
        return self._receipt(Endpoint.SYNC, Topic.RECORDS, exchange, len(records))

    async def send_picture(self, parcel: Parcel) -> Receipt:
        """Give the server one item's picture."""
        if not _is_own(parcel.taken_by, self._client.identity):
            await trio.lowlevel.checkpoint()
            return Receipt(Proof.NOT_NOW, ANOTHERS)
        exchange = await self._client.post_form(Endpoint.DEPOSIT, deposit_form(parcel))
        return self._receipt(Endpoint.DEPOSIT, Topic.PICTURES, exchange)

    async def offer(self, frame: Frame) -> str:
        """Send a picture that the server ordered; say in a few words what became of it."""
        captures = self._captures
        try:
            jpeg = await self._as_jpeg(frame, dataset_wire.MOST_BYTES)
        except EyesError as error:
            return f"there is no picture to send: {error}"
        exchange = await self._client.post_form(Endpoint.DATASET, dataset_wire.dataset_form(jpeg))
        receipt = self._receipt(Endpoint.DATASET, Topic.ORDERED_PICTURES, exchange)
        if receipt.proof is Proof.TAKEN:
            captures.add()
            return "the server has it"
        return receipt.why

    async def authorize_channel(self, socket_id: str, channel: str) -> str | None:
        """Have the server sign for a private channel of its WebSocket.

        Args:
            socket_id: what the WebSocket's welcome called the connection.
            channel: with its ``private-``.

        Returns:
            The signature; None where the server gives none.
        """
        body = msgspec.json.encode(ChannelRequest(socket_id, channel))
        exchange = await self._client.post_json(Endpoint.CHANNEL, body)
        signed = isinstance(exchange.outcome, Reply) and exchange.outcome.status == HTTPStatus.OK
        reply = _read(exchange, ChannelReply) if signed else None
        return reply.auth if reply else None

    async def login_code(self) -> LoginCode | None:
        """Ask for what people scan to log in here; None where the server gives nothing usable."""
        welcome = self._welcome
        if welcome is None or self._is_to_be_silent():
            await trio.lowlevel.checkpoint()
            return None
        exchange = await self._client.post_json(
            Endpoint.LOGIN, b"{}", machine_uuid=welcome.rvm_uuid
        )
        given = isinstance(exchange.outcome, Reply) and exchange.outcome.status == HTTPStatus.OK
        reply = _read(exchange, LoginReply) if given else None
        return code_of(reply) if reply else None

    def _is_to_be_silent(self) -> bool:
        return self._monotonic_s() < self._silent_until_s

    def _take(self, endpoint: Endpoint, exchange: Exchange) -> Standing:
        """Note how the machine stands, and how long the server wants to hear nothing."""
        stand = standings.stand_of(endpoint, exchange)
        trouble = stand.trouble
        if self._failed_handshakes >= FAILED_HANDSHAKES:
            trouble = f"is this serial number another machine's at the server? {trouble}"
        self._troubles.note(Topic.STANDING, trouble)
        if stand.standing in _KNOWN:
            self._last_contact_s = exchange.ended_s
        elif isinstance(exchange.outcome, Reply) and exchange.outcome.retry_after_s is not None:
            silence_s = min(MOST_SILENCE_S, exchange.outcome.retry_after_s)
            self._silent_until_s = exchange.ended_s + silence_s
        return stand.standing

    def _receipt(
        self, endpoint: Endpoint, topic: Topic, exchange: Exchange, sent: int = 1
    ) -> Receipt:
        receipt = receipts.receipt_of(endpoint, exchange, sent)
        self._troubles.note(topic, receipt.why if receipt.proof is Proof.NOT_ALLOWED else "")
        return receipt


def _is_own(taken_by: Registration | None, identity: Identity | None) -> bool:
    """Say whether this machine took it, as whom the server knows it now.

    The ledger asks for nothing else; but the machine may have become another one since it did.
    """
    return taken_by is None or (identity is not None and taken_by == identity.registration)


def _server_failed(exchange: Exchange) -> bool:
    reply = exchange.outcome
    return isinstance(reply, Reply) and reply.status == HTTPStatus.INTERNAL_SERVER_ERROR


def _read(exchange: Exchange, kind: type[T]) -> T | None:
    return decoded(exchange.outcome.body, kind) if isinstance(exchange.outcome, Reply) else None
