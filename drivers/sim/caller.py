"""The asking end of a simulated world's socket."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import msgspec
import trio

from drivers.ports import DeviceGoneError, WrongAnswerError
from drivers.sim.lines import LineChannel, LineTooLongError
from drivers.sim.link import Scalar
from drivers.sim.wire import RESPONSE_MAX, Request, Response

_decode = msgspec.json.Decoder(Response).decode
_encode = msgspec.json.Encoder().encode


class RefusalError(Exception):
    """The world refused.

    Attributes:
        kind: the name of the exception that the world raised.
        message: its message.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class Caller:
    """Calls a world's verbs over its Unix socket, any number of them at the same time.

    Each call has a connection to itself. A call that is cancelled closes its connection: so its
    answer cannot be taken for another's, and the world knows that nobody waits for it.
    """

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path
        self._idle: list[LineChannel] = []
        self._ids = itertools.count(1)

    async def call(self, verb: str, arguments: Mapping[str, Scalar] | None = None) -> msgspec.Raw:
        """Call one verb and return its answer as JSON.

        Raises:
            RefusalError: the world raised something.
            DeviceGoneError: nobody listens at the socket, or it was lost on the way.
            WrongAnswerError: the answer makes no sense.
        """
        request = Request(next(self._ids), verb, dict(arguments or {}))
        channel = self._idle.pop() if self._idle else await self._connect()
        sound = False
        try:
            response = await self._exchange(channel, request)
            sound = True
        finally:
            if sound:
                self._idle.append(channel)
            else:
                channel.close()
        if response.error:
            raise RefusalError(response.error, response.message)
        return response.answer

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop().close()

    def __enter__(self) -> Caller:
        """Use it in a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    async def _exchange(self, channel: LineChannel, request: Request) -> Response:
        line = None
        try:
            if await channel.send(_encode(request)):
                line = await channel.receive()
        except LineTooLongError as flood:
            raise WrongAnswerError(f"{request.verb}: {flood}") from flood
        if line is None:
            self.close()  # the world is gone, and every other connection with it
            raise DeviceGoneError(f"{self._path}: the simulated world hung up")
        try:
            response = _decode(line)
        except (ValueError, RecursionError) as nonsense:  # msgspec's own errors are ValueErrors
            raise WrongAnswerError(f"{request.verb}: {nonsense}") from nonsense
        if response.id != request.id:
            raise WrongAnswerError(f"{request.verb}: answer {response.id}, not {request.id}")
        return response

    async def _connect(self) -> LineChannel:
        try:
            stream = await trio.open_unix_socket(str(self._path))
        except (OSError, ValueError) as refused:
            raise DeviceGoneError(
                f"{self._path}: no simulated world ({refused}); start rvm-edge simulate"
            ) from refused
        return LineChannel(stream, RESPONSE_MAX)
