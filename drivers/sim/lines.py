"""Lines over a Unix socket: UTF-8 JSON, one object a line, bounded in length."""

from __future__ import annotations

import trio

_CHUNK = 65_536


class LineTooLongError(Exception):
    """The other side sent more than the bound without ending the line."""


class LineChannel:
    """One connection. One reader and one writer at a time."""

    def __init__(self, stream: trio.SocketStream, max_line: int) -> None:
        self._stream = stream
        self._max_line = max_line
        self._rest = bytearray()

    async def receive(self) -> bytes | None:
        """Return the next line without its end, or None when the other side has gone.

        Raises:
            LineTooLongError: the line is longer than the bound.
        """
        searched = 0
        while (end := self._rest.find(b"\n", searched)) < 0:
            if len(self._rest) > self._max_line:
                raise LineTooLongError(f"a line of more than {self._max_line} bytes")
            searched = len(self._rest)
            try:
                data = await self._stream.receive_some(_CHUNK)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return None
            if not data:
                return None
            self._rest += data
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line

    async def send(self, line: bytes) -> bool:
        """Send one line, and say whether the other side is still there."""
        try:
            await self._stream.send_all(line + b"\n")
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        return True

    def close(self) -> None:
        """Close the connection at once."""
        self._stream.socket.close()
