"""How the machine stands with its server follows from the answer, by the table, row by row."""

from __future__ import annotations

import pytest

from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure
from rvm_edge.bridges.cloud.standings import TABLES, stand_of
from rvm_edge.machine import Standing
from tests.bridges.cloud.replies import alive_body, answer, error, html, silence, welcome_body

HANDSHAKE, HEARTBEAT = Endpoint.HANDSHAKE, Endpoint.HEARTBEAT
NOT_ASSIGNED = error(message="Heartbeat rejected: No active technician assignment")
CODED = error("SOMETHING_NEW")

ALIKE: list[tuple[Exchange, Standing]] = [
    (silence(Failure.NO_ROUTE), Standing.NO_ROUTE),
    (silence(Failure.REFUSED), Standing.UNREACHABLE),
    (silence(Failure.CONNECT_TIMEOUT), Standing.UNREACHABLE),
    (silence(Failure.TLS), Standing.UNREACHABLE),
    (silence(Failure.NOT_SENT), Standing.UNREACHABLE),
    (silence(Failure.NO_REPLY), Standing.UNREACHABLE),
    (answer(401, error("MISSING_API_KEY")), Standing.UNAUTHORIZED),
    (answer(401, error("INVALID_API_KEY")), Standing.UNAUTHORIZED),
    (answer(401, {"message": "Unauthenticated."}), Standing.UNREACHABLE),
    (answer(401, error("INVALID_API_KEY"), content_type="text/html"), Standing.UNREACHABLE),
    (answer(403, error("MACHINE_BLOCKED")), Standing.BLOCKED),
    (answer(403, CODED), Standing.UNREACHABLE),
    (html(403), Standing.UNREACHABLE),
    (answer(422, {"message": "The name field is required."}), Standing.UNREACHABLE),
    (answer(404, {"message": "The route could not be found."}), Standing.UNREACHABLE),
    (answer(405, {"message": "Method"}), Standing.UNREACHABLE),
    (answer(429, {"message": "Too Many Attempts."}, retry_after_s=60), Standing.UNREACHABLE),
    (answer(503, b"", retry_after_s=60), Standing.UNREACHABLE),
    (answer(500, {"message": "Server Error"}), Standing.UNREACHABLE),
    (html(500), Standing.UNREACHABLE),
    (html(502), Standing.UNREACHABLE),
    (html(302), Standing.UNREACHABLE),
    (html(200), Standing.UNREACHABLE),
    (answer(200, b'{"status":"succ'), Standing.UNREACHABLE),
    (answer(200, error()), Standing.UNREACHABLE),
    (answer(200, {"status": 1}), Standing.UNREACHABLE),
    (answer(200, [1, 2]), Standing.UNREACHABLE),
    (answer(204, b""), Standing.UNREACHABLE),
]
OWN: list[tuple[Endpoint, Exchange, Standing]] = [
    (HANDSHAKE, answer(200, welcome_body()), Standing.OK),
    (HANDSHAKE, answer(201, welcome_body()), Standing.OK),
    (HANDSHAKE, answer(200, welcome_body(), content_type="text/html"), Standing.UNREACHABLE),
    (HANDSHAKE, answer(202, welcome_body()), Standing.UNREACHABLE),
    (HANDSHAKE, answer(200, {"status": "success"}), Standing.UNREACHABLE),
    (HANDSHAKE, answer(200, welcome_body(identity={"rvm_id": "x"})), Standing.UNREACHABLE),
    (HANDSHAKE, answer(200, welcome_body(websocket=[], kiosk=3, policy="")), Standing.OK),
    (HANDSHAKE, answer(403, NOT_ASSIGNED), Standing.UNREACHABLE),
    (HEARTBEAT, answer(200, alive_body()), Standing.OK),
    (HEARTBEAT, answer(200, {"status": "success"}), Standing.OK),
    (HEARTBEAT, answer(200, alive_body(commands=None, unheard_of=1)), Standing.OK),
    (HEARTBEAT, answer(200, alive_body(commands="RESTART")), Standing.UNREACHABLE),
    (HEARTBEAT, answer(200, alive_body(server_time=5)), Standing.UNREACHABLE),
    (HEARTBEAT, answer(403, NOT_ASSIGNED), Standing.DEGRADED),
    (HEARTBEAT, answer(403, {"message": "Forbidden"}), Standing.UNREACHABLE),
]
CASES = [(endpoint, *one) for endpoint in TABLES for one in ALIKE] + OWN


@pytest.mark.parametrize(("endpoint", "exchange", "standing"), CASES)
def test_an_answer_means_one_standing(
    endpoint: Endpoint, exchange: Exchange, standing: Standing
) -> None:
    stand = stand_of(endpoint, exchange)
    assert stand.standing is standing
    assert (stand.trouble == "") == (standing is Standing.OK)


@pytest.mark.parametrize("endpoint", TABLES)
def test_every_row_is_needed(endpoint: Endpoint) -> None:
    """No row stands in the shadow of those above it: for each there is a case that it decides."""
    advices = {
        stand_of(one, exchange).trouble.partition(" (")[0]
        for one, exchange, _ in CASES
        if one is endpoint
    }
    assert {row.advice for row in TABLES[endpoint]} == advices


def test_a_machine_that_nobody_looks_after_stays_online_only_by_the_servers_own_word() -> None:
    portal = answer(403, NOT_ASSIGNED, content_type="text/html")
    assert stand_of(HEARTBEAT, portal).standing is Standing.UNREACHABLE


def test_trouble_names_the_certificate_and_quotes_the_server_in_one_line() -> None:
    stand = stand_of(HANDSHAKE, silence(Failure.TLS, "certificate has expired"))
    assert stand.trouble.endswith("(certificate has expired)")
    stand = stand_of(HANDSHAKE, answer(422, {"message": "The name\nfield \u202e is\x00 required."}))
    assert stand.trouble.endswith("(HTTP 422: The name field is required.)")
    stand = stand_of(HANDSHAKE, answer(500, {"message": "x" * 10_000}))
    assert len(stand.trouble) < 300
