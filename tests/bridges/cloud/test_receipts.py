"""What an answer proves about a delivery follows from the table, row by row."""

from __future__ import annotations

import pytest

from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure
from rvm_edge.bridges.cloud.receipts import MOST_ERRORS, TABLES, receipt_of
from rvm_edge.delivery import Proof
from tests.bridges.cloud.replies import answer, error, html, silence

SYNC, DEPOSIT, DATASET = Endpoint.SYNC, Endpoint.DEPOSIT, Endpoint.DATASET
UNAUTHENTICATED = {"message": "Unauthenticated."}

ALIKE: list[tuple[Exchange, Proof]] = [
    *((silence(failure), Proof.NOT_NOW) for failure in Failure if failure is not Failure.NO_REPLY),
    (silence(Failure.NO_REPLY), Proof.UNKNOWN),
    (answer(401, error("MISSING_API_KEY")), Proof.NOT_NOW),
    (answer(401, error("INVALID_API_KEY")), Proof.NOT_NOW),
    (answer(403, error("MACHINE_BLOCKED")), Proof.NOT_NOW),
    (answer(401, UNAUTHENTICATED), Proof.NOT_ALLOWED),
    (answer(403, UNAUTHENTICATED), Proof.NOT_ALLOWED),
    (answer(404, {"message": "The route could not be found."}), Proof.NOT_ALLOWED),
    (answer(405, {"message": "POST"}), Proof.NOT_ALLOWED),
    (html(401), Proof.NOT_NOW),
    (html(403), Proof.NOT_NOW),
    (html(404), Proof.NOT_NOW),
    (html(405), Proof.NOT_NOW),
    (html(413), Proof.REFUSED),
    (answer(413, {"message": "too large"}), Proof.REFUSED),
    (answer(422, {"message": "Invalid", "errors": {"image": ["x"]}}), Proof.REFUSED),
    (html(422), Proof.UNKNOWN),
    (answer(429, {"message": "Too Many Attempts."}, retry_after_s=60), Proof.NOT_NOW),
    (html(429), Proof.NOT_NOW),
    (answer(503, b"", retry_after_s=5), Proof.NOT_NOW),
    (html(503), Proof.UNKNOWN),
    (html(500), Proof.UNKNOWN),
    (answer(500, {"message": "Server Error"}), Proof.UNKNOWN),
    (html(502), Proof.UNKNOWN),
    (html(504), Proof.UNKNOWN),
    (html(302), Proof.UNKNOWN),
    (html(200), Proof.UNKNOWN),
    (html(400), Proof.UNKNOWN),
    (answer(200, b'{"status":"success","synced_cou'), Proof.UNKNOWN),
    (answer(200, {"status": "error"}), Proof.UNKNOWN),
    (answer(200, {"status": ["success"], "success": "true"}), Proof.UNKNOWN),
    (answer(200, b"[" * 200_000), Proof.UNKNOWN),
]


def counted(count: object, *errors: object) -> Exchange:
    return answer(200, {"status": "success", "synced_count": count, "errors": list(errors)})


OF_SYNC: list[tuple[Exchange, Proof]] = [
    (answer(200, {"status": "success", "message": "Synced 3", "synced_count": 3}), Proof.TAKEN),
    (counted(3), Proof.TAKEN),
    (counted(2, "User not found: 7"), Proof.SOME_TAKEN),
    (counted(3, "User not found: 7"), Proof.SOME_TAKEN),
    (counted(2), Proof.SOME_TAKEN),
    (counted(0, *["User not found: -1"] * 3), Proof.SOME_TAKEN),
    (counted(4), Proof.UNKNOWN),
    (counted(-1), Proof.UNKNOWN),
    (counted("3"), Proof.UNKNOWN),
    (counted(None), Proof.UNKNOWN),
    (counted(True), Proof.UNKNOWN),
    (counted(10**30), Proof.UNKNOWN),
    (counted(3, 7), Proof.UNKNOWN),
    (answer(200, {"status": "success"}), Proof.UNKNOWN),
    (answer(200, {"status": "success", "synced_count": 3, "errors": {"a": 1}}), Proof.UNKNOWN),
    (answer(500, error(message='Undefined array key "items"')), Proof.ROLLED_BACK),
    (answer(500, {**error(message="Sync failed: x"), "synced_count": 0}), Proof.ROLLED_BACK),
    (answer(500, error(), content_type="text/html"), Proof.UNKNOWN),
]
TAKEN = {"status": "success", "message": "Deposit processed", "data": {"ai_result": None}}
CASES = [
    *((endpoint, *one) for endpoint in TABLES for one in ALIKE),
    *((SYNC, *one) for one in OF_SYNC),
    (DEPOSIT, answer(201, TAKEN), Proof.TAKEN),
    (DEPOSIT, answer(200, TAKEN), Proof.TAKEN),
    (DEPOSIT, answer(201, {"success": True}), Proof.UNKNOWN),
    (DEPOSIT, answer(500, error()), Proof.UNKNOWN),
    (DATASET, answer(201, {"success": True, "data": {"id": 1}}), Proof.TAKEN),
    (DATASET, answer(201, {"status": "success"}), Proof.UNKNOWN),
    (DATASET, answer(201, {"success": False}), Proof.UNKNOWN),
    (DATASET, answer(401, {"success": False, "message": "Unauthorized"}), Proof.NOT_ALLOWED),
]


@pytest.mark.parametrize(("endpoint", "exchange", "proof"), CASES)
def test_an_answer_proves_one_thing(endpoint: Endpoint, exchange: Exchange, proof: Proof) -> None:
    receipt = receipt_of(endpoint, exchange, sent=3)
    assert receipt.proof is proof
    assert (receipt.why == "") == (proof is Proof.TAKEN)


@pytest.mark.parametrize("endpoint", TABLES)
def test_every_row_is_needed(endpoint: Endpoint) -> None:
    advices = {
        receipt_of(one, exchange, 3).why.partition(" (")[0]
        for one, exchange, _ in CASES
        if one is endpoint
    }
    assert {row.advice for row in TABLES[endpoint]} == advices


def test_complaints_about_single_entries_are_handed_on_as_said_but_fit_to_be_read() -> None:
    receipt = receipt_of(SYNC, counted(1, "User not found: 7", "a\nb\x1b[31m"), sent=3)
    assert receipt.errors == ("User not found: 7", "a b [31m")


def test_no_more_complaints_are_kept_than_a_request_has_entries() -> None:
    receipt = receipt_of(SYNC, counted(0, *["no"] * (MOST_ERRORS + 9)), sent=MOST_ERRORS)
    assert len(receipt.errors) == MOST_ERRORS


def test_a_server_that_asks_for_patience_is_quoted() -> None:
    receipt = receipt_of(SYNC, answer(429, b"", retry_after_s=60.0))
    assert receipt.retry_after_s == 60.0
    assert receipt_of(SYNC, silence(Failure.NO_ROUTE)).retry_after_s is None
