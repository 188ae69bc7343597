"""The server's answer as the tables of `standings` and `receipts` look at it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from typing import Generic, TypeVar

import msgspec

from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
from rvm_edge.bridges.cloud.json_body import SHOWN_CHARACTERS, Count, decoded
from rvm_edge.one_line import one_line

M = TypeVar("M", bound=Enum)
"""What an exchange can mean: a `Standing` or a `Proof`."""


class Envelope(msgspec.Struct, frozen=True):
    """The keys that replies of any kind carry. ``message`` may hold a whole SQL statement."""

    status: str | None = None
    success: bool | None = None
    message: str | None = None
    error_code: str | None = None
    synced_count: Count | None = None
    errors: msgspec.Raw = msgspec.Raw(b"null")


class Heard(msgspec.Struct, frozen=True):
    """An exchange, read once.

    Attributes:
        failure: why there is no reply, or None.
        status: the HTTP status; 0 without a reply.
        said: the body's common keys; None where it is not JSON that can be believed.
        body: the reply's bytes.
        patience: whether the server asked to be left alone for a while.
        note: what to tell a technician besides the meaning: the server's words, or the failure's.
        sent: how many entries the request carried.
    """

    failure: Failure | None = None
    status: int = 0
    said: Envelope | None = None
    body: bytes = b""
    patience: bool = False
    note: str = ""
    sent: int = 1

    @classmethod
    def of(cls, exchange: Exchange, sent: int = 1) -> Heard:
        """Read an exchange; never raises, whatever its bytes are."""
        outcome = exchange.outcome
        if isinstance(outcome, Failure):
            return cls(failure=outcome, note=one_line(exchange.detail, SHOWN_CHARACTERS), sent=sent)
        said = _envelope(outcome)
        words = said.message if said is not None and said.message else outcome.content_type
        return cls(
            status=outcome.status,
            said=said,
            body=outcome.body,
            patience=outcome.retry_after_s is not None,
            note=one_line(f"HTTP {outcome.status}: {words or 'no content type'}", SHOWN_CHARACTERS),
            sent=sent,
        )

    @property
    def agrees(self) -> bool:
        """Whether it is the success that the server's calls below ``/edge`` report."""
        return self._taken and self.said is not None and self.said.status == "success"

    @property
    def agrees_to_dataset(self) -> bool:
        """Whether it is the success that ``/dataset/upload`` reports."""
        return self._taken and self.said is not None and self.said.success is True

    @property
    def complains(self) -> bool:
        """Whether the server itself says that it is an error, in the words of its own calls."""
        return self.said is not None and self.said.status == "error"

    @property
    def code(self) -> str:
        """The server's own word for an error, such as ``MACHINE_BLOCKED``; "" for none."""
        return "" if self.said is None else self.said.error_code or ""

    @property
    def _taken(self) -> bool:
        return self.status in {HTTPStatus.OK, HTTPStatus.CREATED}


class Row(msgspec.Struct, Generic[M], frozen=True):
    """One row of a table: the first that holds decides.

    Attributes:
        when: its condition in words, for the reference page.
        holds: its condition.
        means: what follows from it.
        advice: for a technician; "" where nothing is wrong.
    """

    when: str
    holds: Callable[[Heard], bool]
    means: M
    advice: str = ""


Table = tuple[Row[M], ...]


def decide(table: Table[M], heard: Heard) -> Row[M]:
    """Return the first row that holds; the last row of every table always does."""
    return next(row for row in table if row.holds(heard))


def explained(row: Row[M], heard: Heard) -> str:
    """Return a row's advice with the server's own words behind it; "" where nothing is wrong."""
    if not row.advice or not heard.note:
        return row.advice
    return f"{row.advice} ({heard.note})"


def failed(*failures: Failure) -> Callable[[Heard], bool]:
    """Return the condition that there is no reply, for one of these reasons."""
    return lambda heard: heard.failure in failures


def answered(*statuses: HTTPStatus) -> Callable[[Heard], bool]:
    """Return the condition that the reply has one of these statuses, and is the server's JSON."""
    return lambda heard: heard.status in statuses and heard.said is not None


def key_refused(heard: Heard) -> bool:
    """Whether the server says that it does not know the machine's key."""
    codes = {"MISSING_API_KEY", "INVALID_API_KEY"}
    return heard.status == HTTPStatus.UNAUTHORIZED and heard.code in codes


def blocked(heard: Heard) -> bool:
    """Whether the server says that the machine is blocked."""
    return heard.status == HTTPStatus.FORBIDDEN and heard.code == "MACHINE_BLOCKED"


def asks_for_patience(heard: Heard) -> bool:
    """Whether the server asks to be left alone for a while, and has done nothing."""
    busy = heard.status == HTTPStatus.SERVICE_UNAVAILABLE and heard.patience
    return busy or heard.status == HTTPStatus.TOO_MANY_REQUESTS


def _envelope(reply: Reply) -> Envelope | None:
    kind = reply.content_type
    if kind != "application/json" and not kind.endswith("+json"):
        return None
    return decoded(reply.body, Envelope)
