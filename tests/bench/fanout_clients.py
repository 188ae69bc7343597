"""Many subscribers in one process, as light as can be: they read frames, and note how old each is.

``python -m tests.bench.fanout_clients PORT COUNT SECONDS`` prints the ages in seconds, as JSON.
"""

from __future__ import annotations

import json
import selectors
import socket
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.fanout_server import STAMP

WARM_UP_S = 0.5
_HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: rvm-edge.v1\r\n\r\n"
)
_HELLO = b'{"type":"hello"}'
_STAMP = STAMP.encode()


@dataclass
class Subscriber:
    """One socket, and what of a frame has been read."""

    sock: socket.socket
    read: bytearray = field(default_factory=bytearray)

    def frames(self) -> Iterator[bytes]:
        """Yield the whole messages that were read."""
        while len(self.read) >= 2:
            length, start = self.read[1] & 0x7F, 2
            if length == 126:
                if len(self.read) < 4:
                    return
                (length,) = struct.unpack("!H", self.read[2:4])
                start = 4
            if len(self.read) < start + length:
                return
            yield bytes(self.read[start : start + length])
            del self.read[: start + length]


def subscribe(port: int) -> Subscriber:
    """Open a WebSocket and say hello."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(_HANDSHAKE.format(port=port).encode())
    read = b""
    while b"\r\n\r\n" not in read:
        some = sock.recv(65536)
        if not some:
            raise ConnectionError("the handshake was refused")
        read += some
    head, _, rest = read.partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise ConnectionError(head.decode("latin-1"))
    sock.sendall(struct.pack("!BB4x", 0x81, 0x80 | len(_HELLO)) + _HELLO)
    sock.setblocking(False)
    return Subscriber(sock, bytearray(rest))


def listen(port: int, count: int, seconds: float) -> list[float]:
    """Return how old each event was when it was read."""
    ages: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(count):
            one = subscribe(port)
            selector.register(one.sock, selectors.EVENT_READ, one)
        counting_s = time.perf_counter() + WARM_UP_S
        while (now_s := time.perf_counter()) < counting_s + seconds:
            for key, _ in selector.select(0.1):
                subscriber: Subscriber = key.data
                some = subscriber.sock.recv(65536)
                now_s = time.perf_counter()
                if not some:
                    raise ConnectionError("a subscriber was cut")
                subscriber.read += some
                for message in subscriber.frames():
                    at = message.find(_STAMP)
                    if at >= 0 and now_s >= counting_s:
                        stamp = message[at + len(_STAMP) : message.index(b'"', at)]
                        ages.append(now_s - float(stamp))
        for key in list(selector.get_map().values()):
            key.data.sock.close()
    return ages


if __name__ == "__main__":
    sys.stdout.write(json.dumps(listen(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
