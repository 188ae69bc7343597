"""What an answer proves about what was delivered: one table per call.

Pure. A deposit may be recorded twice only where an answer was lost: whatever leaves it open
whether the server has it is UNKNOWN, and nothing else is.
"""

from __future__ import annotations

from http import HTTPStatus

from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
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
from rvm_edge.bridges.cloud.json_body import SHOWN_CHARACTERS, decoded
from rvm_edge.delivery import Proof, Receipt
from rvm_edge.one_line import one_line

MOST_ERRORS = 500
"""So many complaints about single entries are kept: a request carries no more entries."""

_TURNED_AWAY = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
)


def _errors(heard: Heard) -> list[str] | None:
    """Return the complaints about single entries; None where they cannot be read."""
    raw = b"null" if heard.said is None else bytes(heard.said.errors)
    return [] if raw == b"null" else decoded(raw, list[str])


def _all_counted(heard: Heard) -> bool:
    counted = heard.said is not None and heard.said.synced_count == heard.sent
    return heard.agrees and counted and _errors(heard) == []


def _some_counted(heard: Heard) -> bool:
    if heard.said is None or heard.said.synced_count is None or _errors(heard) is None:
        return False
    return heard.agrees and heard.said.synced_count <= heard.sent


_SILENCE: Table[Proof] = (
    Row(
        "no connection: whatever the reason, nothing was sent",
        failed(*(set(Failure) - {Failure.NO_REPLY})),
        Proof.NOT_NOW,
        "the server was not reached",
    ),
    Row(
        "sent, then silence, a cut, a reset, or too long an answer",
        failed(Failure.NO_REPLY),
        Proof.UNKNOWN,
        "it was sent, and no whole answer came in time",
    ),
)

_REFUSALS: Table[Proof] = (
    Row(
        "401, JSON with `MISSING_API_KEY` or `INVALID_API_KEY`",
        key_refused,
        Proof.NOT_NOW,
        "the server does not accept this machine's key: import its credentials again",
    ),
    Row(
        "403, JSON with `MACHINE_BLOCKED`",
        blocked,
        Proof.NOT_NOW,
        "the server has blocked this machine: ask its administrator",
    ),
    Row(
        "413",
        lambda heard: heard.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Proof.REFUSED,
        "it is larger than the server takes",
    ),
    Row(
        "422, JSON",
        answered(HTTPStatus.UNPROCESSABLE_ENTITY),
        Proof.REFUSED,
        "the server takes it for malformed",
    ),
    Row(
        "429, or 503 with `Retry-After`",
        asks_for_patience,
        Proof.NOT_NOW,
        "the server asks to be left alone for a while",
    ),
)


def _not_allowed(advice: str) -> Table[Proof]:
    return (
        Row(
            "401 or 403 without an error code, 404 or 405, JSON",
            lambda heard: answered(*_TURNED_AWAY)(heard) and not heard.code,
            Proof.NOT_ALLOWED,
            advice,
        ),
        Row(
            "401, 403, 404 or 405 otherwise",
            lambda heard: heard.status in _TURNED_AWAY,
            Proof.NOT_NOW,
            "something in front of the server turned it away",
        ),
    )


_REST: Table[Proof] = (
    Row(
        "anything else: other statuses, a redirection, HTML, JSON that contradicts itself",
        lambda _heard: True,
        Proof.UNKNOWN,
        "it was sent, and the answer cannot be believed",
    ),
)

SYNC: Table[Proof] = (
    *_SILENCE,
    Row(
        "200 or 201, JSON with `status: success`, all of them counted, no errors",
        _all_counted,
        Proof.TAKEN,
    ),
    Row(
        "200 or 201, JSON with `status: success`, fewer counted or errors",
        _some_counted,
        Proof.SOME_TAKEN,
        "the server did not take all of it",
    ),
    *_REFUSALS,
    *_not_allowed(
        "the server wants a user's token for deposits: look at sync_token in the credentials"
    ),
    Row(
        "500, JSON with `status: error`",
        lambda heard: heard.status == HTTPStatus.INTERNAL_SERVER_ERROR and heard.complains,
        Proof.ROLLED_BACK,
        "the server failed over something in it and took all of it back",
    ),
    *_REST,
)
"""What an answer to /edge/sync-offline proves."""

DEPOSIT: Table[Proof] = (
    *_SILENCE,
    Row("200 or 201, JSON with `status: success`", lambda heard: heard.agrees, Proof.TAKEN),
    *_REFUSALS,
    *_not_allowed("the server takes no pictures from this machine"),
    *_REST,
)
"""What an answer to /edge/deposit proves: that the picture is there, and no more."""

DATASET: Table[Proof] = (
    *_SILENCE,
    Row(
        "200 or 201, JSON with `success: true`",
        lambda heard: heard.agrees_to_dataset,
        Proof.TAKEN,
    ),
    *_REFUSALS,
    *_not_allowed("the server has no place for pictures that it orders"),
    *_REST,
)
"""What an answer to /dataset/upload proves."""

TABLES: dict[Endpoint, Table[Proof]] = {
    Endpoint.SYNC: SYNC,
    Endpoint.DEPOSIT: DEPOSIT,
    Endpoint.DATASET: DATASET,
}


def receipt_of(endpoint: Endpoint, exchange: Exchange, sent: int = 1) -> Receipt:
    """Say what an exchange proves.

    Args:
        endpoint: SYNC, DEPOSIT or DATASET.
        exchange: what came of it.
        sent: how many entries the request carried.
    """
    heard = Heard.of(exchange, sent)
    row = decide(TABLES[endpoint], heard)
    errors = (_errors(heard) or []) if row.means is Proof.SOME_TAKEN else []
    reply = exchange.outcome
    return Receipt(
        row.means,
        explained(row, heard),
        tuple(one_line(error, SHOWN_CHARACTERS) for error in errors[:MOST_ERRORS]),
        reply.retry_after_s if isinstance(reply, Reply) else None,
    )
