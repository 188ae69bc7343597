"""How much of anything the bridge bears from the outside."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Bounds in size, number and time. The defaults fit a kiosk with a technician beside it.

    Attributes:
        connections: how many may be open at once, of all kinds; one more is reset.
        message_bytes: the longest message that is read from a client.
        messages_per_s: how many messages, pings and fragments a client may send, on average.
        burst: how many of them at once.
        waiting_bytes: how much may wait for a client that does not read; more, and it is cut.
        socket_bytes: how much the kernel keeps for a client beyond that.
        opening_s: from the connection to the client's hello.
        heartbeat_s: how often a client has to say that its page is alive.
        silence_s: after so long without a word from its page a client is cut.
        request_s: how long the machine may take to carry out a request.
        self_test_s: how long a test of the whole machine may take, or the doctor's round.
        in_flight: how many requests of one client may be under way.
        requests: how many one connection may make in its life; their ids are remembered.
        closing_s: how long a client may take to say goodbye when the bridge closes.
        remembered_events: how many events a client may have missed and still resume.
        http_s: how long one connection of plain HTTP may last.
        sense_s: between two looks at what does not announce itself: sensors, queue, alarms.
    """

    connections: int = 64
    message_bytes: int = 4096
    messages_per_s: float = 20.0
    burst: int = 40
    waiting_bytes: int = 256 * 1024
    socket_bytes: int = 64 * 1024
    opening_s: float = 5.0
    heartbeat_s: float = 5.0
    silence_s: float = 15.0
    request_s: float = 15.0
    self_test_s: float = 120.0
    in_flight: int = 4
    requests: int = 10_000
    closing_s: float = 0.5
    remembered_events: int = 512
    http_s: float = 60.0
    sense_s: float = 1.0
