"""Whatever is sent, the server answers as a server does and never fails in a way of its own."""

from __future__ import annotations

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from rvm_edge.simulator.cloud import CloudServer, Dialect, Json, Request, Response
from rvm_edge.simulator.cloud.misbehaviour import Plan
from rvm_edge.simulator.cloud.routes import ROUTES
from tests.simulator.cloud.sending import HANDSHAKE, USER_TOKEN, transaction

KEYS = st.sampled_from([*HANDSHAKE, *transaction(), "transactions", "weight", "points", "0", "x"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["7", "1e999", "inf", "9" * 5000, "2026-02-10T10:00:00Z", "-1", "mineral"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
TRANSACTIONS = st.fixed_dictionaries(
    {
        "transactions": st.lists(
            st.dictionaries(KEYS, VALUES, max_size=3).map(lambda d: transaction() | d), max_size=3
        )
    }
)
HANDSHAKES = st.dictionaries(KEYS, VALUES, max_size=3).map(lambda d: HANDSHAKE | d)
PATHS = st.sampled_from([route.path.replace("*", "x") for route in ROUTES]) | st.text().map(
    lambda tail: f"/{tail}"
)


def answered(dialect: Dialect, method: str, path: str, kind: str, body: bytes) -> Response:
    server = CloudServer(dialect, clock=lambda: 1e9)
    server.add_machine("RVM-1", "key")
    server.add_user(7, USER_TOKEN)
    headers = {
        "x-rvm-api-key": "key",
        "authorization": f"Bearer {USER_TOKEN}",
        "x-rvm-machine-id": "42",
        "accept": "application/json",
        "content-type": kind,
    }
    request = Request(method, path, "", headers, body, origin="http://127.0.0.1:1")
    return server.answer(request, Plan())


@given(
    dialect=st.sampled_from(Dialect),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS"]),
    path=PATHS,
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=b", ""]),
    body=st.binary(max_size=300) | VALUES.map(msgspec.json.encode),
)
@example(Dialect.D, "POST", "/api/v1/edge/handshake", "application/json", b"[" * 20_000)
def test_any_bytes_to_any_path(
    dialect: Dialect, method: str, path: str, kind: str, body: bytes
) -> None:
    reply = answered(dialect, method, path, kind, body)
    assert 200 <= reply.status < 600
    assert reply.status != 500 or reply.content_type == "application/json"


@given(dialect=st.sampled_from(Dialect), sent=TRANSACTIONS)
@example(dialect=Dialect.D, sent={"transactions": [transaction(user_id="9" * 5000)]})
@example(dialect=Dialect.M, sent={"transactions": [transaction(timestamp="9" * 5000)]})
@example(
    dialect=Dialect.M, sent={"transactions": [transaction(items=[{"type": "x", "points": "inf"}])]}
)
def test_nearly_right_deliveries(dialect: Dialect, sent: dict[str, Json]) -> None:
    path, body = "/api/v1/edge/sync-offline", msgspec.json.encode(sent)
    reply = answered(dialect, "POST", path, "application/json", body)
    told = msgspec.json.decode(reply.body)
    assert reply.status in {200, 422, 500}
    assert ("synced_count" in told) is (reply.status == 200) or dialect is Dialect.D


@given(dialect=st.sampled_from(Dialect), sent=HANDSHAKES)
def test_nearly_right_handshakes(dialect: Dialect, sent: dict[str, Json]) -> None:
    path, body = "/api/v1/edge/handshake", msgspec.json.encode(sent)
    reply = answered(dialect, "POST", path, "application/json", body)
    assert reply.status in {200, 422, 500}
