"""One connection to a Reverb: welcomed, subscribed to the machine's channel, and alive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

import trio

from rvm_edge.bridges.cloud.reverb import frames
from rvm_edge.bridges.cloud.reverb.address import ReverbAddress
from rvm_edge.bridges.cloud.reverb.dialling import Dial
from rvm_edge.bridges.cloud.reverb.errors import (
    Retry,
    ReverbTroubleError,
    ends_the_connection,
    retry_after,
)
from rvm_edge.bridges.cloud.reverb.frames import Frame, FrameError, read_frame
from rvm_edge.bridges.cloud.reverb.guarded_websocket import GuardedWebSocket, open_websocket
from rvm_edge.bridges.cloud.reverb.payloads import Established, read_error, read_established
from rvm_edge.bridges.cloud.reverb.state import ReverbCounts
from rvm_edge.settings.cloud import ReverbSettings

Authorize = Callable[[str, str], Awaitable[str | None]]
"""Asks the server for the signature that lets a socket, by its id, into a channel."""


class Subscription:
    """The machine's channel, while its connection lives."""

    def __init__(
        self,
        websocket: GuardedWebSocket,
        settings: ReverbSettings,
        counts: ReverbCounts,
    ) -> None:
        self._websocket = websocket
        self._settings = settings
        self._counts = counts
        self._activity_s = settings.connect_s

    async def next_frame(self) -> Frame:
        """Return the next frame that is an event, and keep the connection alive meanwhile.

        Raises:
            ReverbTroubleError: the connection is lost, silent, or declared worthless by the server.
        """
        while True:
            frame = await self._hear_or_ping()
            if frame.event == frames.ERROR:
                self._take_complaint(frame)
            elif not frame.event.startswith("pusher"):
                return frame
            elif frame.event == frames.PING:
                await self._websocket.send(frames.pong())
            elif frame.event != frames.PONG:
                self._counts.ignored += 1

    async def welcomed(self) -> Established:
        """Wait for the welcome.

        Raises:
            ReverbTroubleError: something else came, or nothing.
        """
        with trio.move_on_after(self._settings.connect_s):
            established = _welcome(await self._hear_until(frames.ESTABLISHED))
            self._activity_s = established.activity_s
            return established
        raise ReverbTroubleError("connected, but not welcomed in time")

    async def subscribe(self, channel: str, auth: str | None) -> None:
        """Subscribe to a channel.

        Raises:
            ReverbTroubleError: the server refuses, or does not confirm it.
        """
        await self._websocket.send(frames.subscribe(channel, auth))
        with trio.move_on_after(self._settings.connect_s):
            await self._hear_until(frames.SUBSCRIBED, channel)
            return
        raise ReverbTroubleError("the subscription was not confirmed in time")

    async def _hear_until(self, event: str, channel: str = "") -> Frame:
        """Pass over frames until this one; an error of any kind instead of it is a refusal."""
        while True:
            frame = await self._hear()
            if frame.event == frames.ERROR:
                _refuse(frame)
            if frame.event == frames.PING:
                await self._websocket.send(frames.pong())
            if frame.event == event and frame.channel == channel:
                return frame

    async def _hear_or_ping(self) -> Frame:
        with trio.move_on_after(self._activity_s):
            return await self._hear()
        await self._websocket.send(frames.ping())
        with trio.move_on_after(self._settings.pong_s):
            return await self._hear()
        raise ReverbTroubleError("the server does not answer a ping: the line is dead")

    async def _hear(self) -> Frame:
        """Return the next frame. What is none is passed over, and is no sign of life."""
        while True:
            message = await self._websocket.receive()
            try:
                return read_frame(message)
            except FrameError:
                self._counts.malformed += 1

    def _take_complaint(self, frame: Frame) -> None:
        self._counts.complaints += 1
        try:
            error = read_error(frame)
        except FrameError:
            self._counts.malformed += 1
            return
        if ends_the_connection(error.code):
            raise ReverbTroubleError(f"the server says: {error}", retry_after(error.code))


@asynccontextmanager
async def subscribed(
    address: ReverbAddress,
    dial: Dial,
    authorize: Authorize,
    settings: ReverbSettings,
    counts: ReverbCounts,
) -> AsyncIterator[Subscription]:
    """Connect and subscribe to the machine's channel; close when left.

    Raises:
        ReverbTroubleError: it came to no subscription.
    """
    deadline_s = trio.current_time() + settings.connect_s
    stream = await _dialled(dial, address, deadline_s)
    async with open_websocket(stream, address, deadline_s) as websocket:
        subscription = Subscription(websocket, settings, counts)
        established = await subscription.welcomed()
        auth = None
        if address.is_private:
            auth = await _authorized(authorize, established, address, settings)
        await subscription.subscribe(address.channel, auth)
        yield subscription


async def _dialled(dial: Dial, address: ReverbAddress, deadline_s: float) -> trio.abc.Stream:
    with trio.CancelScope(deadline=deadline_s):
        return await dial(address)
    raise ReverbTroubleError("not reached in time")


async def _authorized(
    authorize: Authorize,
    established: Established,
    address: ReverbAddress,
    settings: ReverbSettings,
) -> str:
    with trio.move_on_after(settings.connect_s):
        auth = await authorize(established.socket_id, address.channel)
        if auth is None:
            raise ReverbTroubleError("the server signs no subscription for us", Retry.RARELY)
        return auth
    raise ReverbTroubleError("the subscription was not signed in time")


def _welcome(frame: Frame) -> Established:
    try:
        return read_established(frame)
    except FrameError as nonsense:
        raise ReverbTroubleError(f"the server's welcome is none: {nonsense}") from nonsense


def _refuse(frame: Frame) -> NoReturn:
    try:
        error = read_error(frame)
    except FrameError as nonsense:
        raise ReverbTroubleError("the server refuses, and does not say why") from nonsense
    raise ReverbTroubleError(f"the server refuses: {error}", retry_after(error.code))
