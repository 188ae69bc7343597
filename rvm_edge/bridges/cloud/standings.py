"""How the machine stands with its server after a handshake or a heartbeat: two tables.

Pure. The replies are those that were seen of the published server; whatever is not among them is
no answer that can be believed, and one of those alone proves little.
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure
from rvm_edge.bridges.cloud.handshake_wire import HandshakeReply
from rvm_edge.bridges.cloud.heard import (
    Heard,
    Row,
    Table,
    answered,
    asks_for_patience,
    blocked,
    decide,
    explained,
    failed,
    key_refused,
)
from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatReply
from rvm_edge.bridges.cloud.json_body import decoded
from rvm_edge.machine import Standing


class Stand(msgspec.Struct, frozen=True):
    """What an exchange says about the machine's standing.

    Attributes:
        standing: it.
        trouble: what is wrong, in one line for a technician; "" for nothing.
    """

    standing: Standing
    trouble: str = ""


_SILENCE: Table[Standing] = (
    Row(
        "no network, no way to the address, or the name is not known",
        failed(Failure.NO_ROUTE),
        Standing.NO_ROUTE,
        "there is no way to the server: look at the network cable, the router and the name server",
    ),
    Row(
        "nobody listens at the server's port",
        failed(Failure.REFUSED),
        Standing.UNREACHABLE,
        "nobody listens at the server's port: it restarts, or server_url names a wrong one",
    ),
    Row(
        "no connection in time",
        failed(Failure.CONNECT_TIMEOUT),
        Standing.UNREACHABLE,
        "the server's computer does not answer",
    ),
    Row(
        "no secure connection",
        failed(Failure.TLS),
        Standing.UNREACHABLE,
        "the server's certificate is not accepted: look at it, and at this computer's clock",
    ),
    Row(
        "nothing could be sent",
        failed(Failure.NOT_SENT),
        Standing.UNREACHABLE,
        "the request could not be sent",
    ),
    Row(
        "sent, then silence, a cut, a reset, or too long an answer",
        failed(Failure.NO_REPLY),
        Standing.UNREACHABLE,
        "the server was reached but gave no whole answer in time",
    ),
)

_REFUSALS: Table[Standing] = (
    Row(
        "401, JSON with `MISSING_API_KEY` or `INVALID_API_KEY`",
        key_refused,
        Standing.UNAUTHORIZED,
        "the server does not accept this machine's key: import its credentials again",
    ),
    Row(
        "403, JSON with `MACHINE_BLOCKED`",
        blocked,
        Standing.BLOCKED,
        "the server has blocked this machine: ask its administrator",
    ),
)

_NOBODY_ASSIGNED: Table[Standing] = (
    Row(
        "403, JSON with `status: error` and no error code",
        lambda heard: heard.status == HTTPStatus.FORBIDDEN and heard.complains and not heard.code,
        Standing.DEGRADED,
        "no technician is assigned to this machine at the server",
    ),
)

_OTHERS: Table[Standing] = (
    Row(
        "422, JSON",
        answered(HTTPStatus.UNPROCESSABLE_ENTITY),
        Standing.UNREACHABLE,
        "the server refuses what this machine says of itself",
    ),
    Row(
        "404 or 405, JSON",
        answered(HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED),
        Standing.UNREACHABLE,
        "the server has no such call: look at server_url",
    ),
    Row(
        "429, or 503 with `Retry-After`",
        asks_for_patience,
        Standing.UNREACHABLE,
        "the server asks to be left alone for a while",
    ),
    Row(
        "500, JSON",
        answered(HTTPStatus.INTERNAL_SERVER_ERROR),
        Standing.UNREACHABLE,
        "the server failed over it",
    ),
    Row(
        "anything else",
        lambda _heard: True,
        Standing.UNREACHABLE,
        "what answers does not speak like a MyRVM server",
    ),
)

HANDSHAKE: Table[Standing] = (
    *_SILENCE,
    Row(
        "200 or 201, JSON with `status: success` and an identity",
        lambda heard: heard.agrees and decoded(heard.body, HandshakeReply) is not None,
        Standing.OK,
    ),
    *_REFUSALS,
    *_OTHERS,
)
"""What each answer to a handshake means."""

HEARTBEAT: Table[Standing] = (
    *_SILENCE,
    Row(
        "200 or 201, JSON with `status: success`",
        lambda heard: heard.agrees and decoded(heard.body, HeartbeatReply) is not None,
        Standing.OK,
    ),
    *_REFUSALS,
    *_NOBODY_ASSIGNED,
    *_OTHERS,
)
"""What each answer to a heartbeat means."""

TABLES: dict[Endpoint, Table[Standing]] = {
    Endpoint.HANDSHAKE: HANDSHAKE,
    Endpoint.HEARTBEAT: HEARTBEAT,
}


def stand_of(endpoint: Endpoint, exchange: Exchange) -> Stand:
    """Say what an exchange means.

    Args:
        endpoint: HANDSHAKE or HEARTBEAT.
        exchange: what came of it.
    """
    heard = Heard.of(exchange)
    row = decide(TABLES[endpoint], heard)
    return Stand(row.means, explained(row, heard))
