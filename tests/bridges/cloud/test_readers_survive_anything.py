"""Whatever bytes come from a server, the readers give an answer and never raise."""

from __future__ import annotations

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.bridges.cloud import receipts, standings
from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
from rvm_edge.bridges.cloud.handshake_wire import HandshakeReply, welcome_of
from rvm_edge.bridges.cloud.heartbeat_wire import MOST_COMMANDS, HeartbeatReply, commands_of
from rvm_edge.bridges.cloud.json_body import decoded
from rvm_edge.bridges.cloud.login_wire import LoginReply
from rvm_edge.bridges.cloud.patience import MOST_S, retry_after_s
from rvm_edge.bridges.cloud.server_clock import ServerClock, http_epoch_s, iso_epoch_s
from rvm_edge.delivery import Proof
from rvm_edge.machine import Standing
from tests.bridges.cloud.replies import alive_body, welcome_body

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["status", "success", "message", "error_code", "synced_count", "errors", "data", "commands"]
)
VALUES = st.sampled_from(["success", "error", True, 0, 1, 2, [], {}, "MACHINE_BLOCKED"]) | JSON
BODIES = st.one_of(
    st.binary(max_size=400),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(KEYS, VALUES).map(lambda value: json.dumps(value).encode()),
)
REPLIES = st.builds(
    Reply,
    status=st.sampled_from([200, 201, 302, 401, 403, 404, 413, 422, 429, 500, 503])
    | st.integers(100, 999),
    content_type=st.sampled_from(["application/json", "text/html", "", "application/problem+json"]),
    body=BODIES,
    retry_after_s=st.none() | st.floats(0, MOST_S),
    date=st.text(max_size=60),
)
EXCHANGES = st.builds(Exchange, REPLIES | st.sampled_from(Failure), st.text(max_size=50))


@settings(deadline=None)
@given(EXCHANGES, st.sampled_from(list(standings.TABLES)))
def test_every_exchange_has_a_standing(exchange: Exchange, endpoint: Endpoint) -> None:
    stand = standings.stand_of(endpoint, exchange)
    assert stand.standing is Standing.OK or stand.trouble
    assert stand.trouble.isprintable()


@settings(deadline=None)
@given(EXCHANGES, st.sampled_from(list(receipts.TABLES)), st.integers(1, 500))
def test_every_exchange_proves_something(exchange: Exchange, endpoint: Endpoint, sent: int) -> None:
    receipt = receipts.receipt_of(endpoint, exchange, sent)
    assert receipt.proof is Proof.TAKEN or receipt.why
    if receipt.proof is Proof.TAKEN:
        assert isinstance(exchange.outcome, Reply)
        assert exchange.outcome.status in {200, 201}


@settings(deadline=None)
@given(BODIES)
def test_nothing_but_the_servers_own_shape_is_welcomed(body: bytes) -> None:
    for kind in (HandshakeReply, HeartbeatReply, LoginReply):
        decoded(body, kind)


@settings(deadline=None)
@given(JSON, JSON, JSON, JSON)
def test_odd_parts_never_spoil_a_welcome(
    kiosk: object, websocket: object, policy: object, ai_model: object
) -> None:
    parts = welcome_body(kiosk=kiosk, websocket=websocket, policy=policy, ai_model=ai_model)
    reply = decoded(json.dumps(parts).encode(), HandshakeReply)
    if reply is not None:  # NaN and the like are no JSON
        assert welcome_of(reply).rvm_id == 42


@settings(deadline=None)
@given(st.lists(JSON | st.just({"action": "RESTART", "payload": {"a": 1}}), max_size=40))
def test_every_command_is_handed_on_readable_or_not(commands: list[object]) -> None:
    reply = decoded(json.dumps(alive_body(commands=commands)).encode(), HeartbeatReply)
    if reply is not None:
        read = commands_of(reply)
        assert len(read) == min(len(commands), MOST_COMMANDS)
        for command in read:
            msgspec.json.decode(bytes(command.payload))


@settings(deadline=None)
@given(st.text(), st.text())
def test_headers_of_any_kind_are_read(header: str, date: str) -> None:
    wait_s = retry_after_s(header, date)
    assert wait_s is None or 0 <= wait_s <= MOST_S
    for read in (http_epoch_s, iso_epoch_s):
        read(header)


@settings(deadline=None)
@given(st.datetimes(), st.sampled_from(["Z", "+07:00", "-23:59", "", "+99:99"]))
def test_times_of_any_year_are_read(moment: object, offset: str) -> None:
    clock = ServerClock()
    clock.learn(Exchange(Failure.NO_REPLY), f"{moment}{offset}".replace(" ", "T"))
    epoch_s = clock.epoch_s(0.0)
    assert epoch_s is None or epoch_s > 1_500_000_000
