"""The knobs by which the simulated server misbehaves. They can be turned while it runs."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from fnmatch import fnmatchcase

import msgspec
from msgspec.structs import replace


class Mishap(Enum):
    """What can become of one request. Its figures, such as `seconds`, are in `Misbehaviour`."""

    LATE = "late"
    """It is carried out at once and answered `seconds` later. Joins with one other mishap."""
    FAILS = "fails"
    """The server answers with `status` and says nothing useful."""
    HTML = "html"
    """A page where JSON belongs, with 200: a captive portal, or a proxy."""
    REDIRECTS = "redirects"
    """302 to a log-in page elsewhere."""
    THROTTLES = "throttles"
    """429, with Retry-After: `seconds`."""

    REQUEST_TWICE = "request_twice"
    """Something on the way sends it on twice: it is carried out twice, and answered once."""
    REQUEST_CUT = "request_cut"
    """The connection is reset while the request arrives: it is not carried out."""
    REQUEST_IGNORED = "request_ignored"
    """It is taken and never carried out nor answered: a half-open connection."""

    REPLY_LOST = "reply_lost"
    """It is carried out; the connection is closed before a byte of the reply."""
    REPLY_SWALLOWED = "reply_swallowed"
    """It is carried out; no reply ever comes, and the connection stays open."""
    REPLY_RESET = "reply_reset"
    """It is carried out; the connection is reset before a byte of the reply."""
    REPLY_CUT = "reply_cut"
    """It is carried out; the connection is closed in the middle of the reply's body."""
    REPLY_DRIPS = "reply_drips"
    """The reply comes in `pieces`, `seconds` apart."""
    REPLY_TWICE = "reply_twice"
    """The same reply comes a second time, unasked, on the same connection."""


class Reach(Enum):
    """Whether the server can be connected to at all."""

    REACHED = "reached"
    REFUSED = "refused"
    """Nobody listens: connections are refused, and the open ones are reset."""
    BLACKHOLE = "blackhole"
    """Packets vanish: no connection comes about, and the open ones fall silent."""


class Certificate(Enum):
    """What the server shows for itself, where it speaks TLS."""

    GOOD = "good"
    EXPIRED = "expired"
    UNKNOWN_AUTHORITY = "unknown_authority"


_LEFT_UNDONE = frozenset({Mishap.FAILS, Mishap.HTML, Mishap.REDIRECTS, Mishap.THROTTLES})


class Misbehaviour(msgspec.Struct, frozen=True):
    """One way to misbehave.

    Attributes:
        mishap: what happens.
        path: to which requests: a path, with ``*`` for any part of it.
        times: to how many of them; None until it is taken back.
        seconds: how late, how far apart, or how long to stay away.
        status: what `Mishap.FAILS` answers.
        pieces: of how many pieces a dripping reply is.
        carried_out: whether the request is carried out before `FAILS`, `HTML`, `REDIRECTS` or
            `THROTTLES` hides it, as a gateway's time-out does.

    Raises:
        ValueError: a figure is out of range.
    """

    mishap: Mishap
    path: str = "*"
    times: int | None = 1
    seconds: float = 10.0
    status: int = 500
    pieces: int = 20
    carried_out: bool = False

    def __post_init__(self) -> None:
        """Refuse figures that mean nothing."""
        if self.times is not None and self.times < 1:
            raise ValueError(f"times={self.times} must be at least 1")
        if not 0 <= self.seconds <= 86_400:  # noqa: PLR2004 - a day
            raise ValueError(f"seconds={self.seconds} must be within 0 and 86400")
        if not 400 <= self.status <= 599:  # noqa: PLR2004 - what HTTP calls errors
            raise ValueError(f"status={self.status} must be within 400 and 599")
        if not 1 <= self.pieces <= 10_000:  # noqa: PLR2004 - each piece is a task's turn
            raise ValueError(f"pieces={self.pieces} must be within 1 and 10000")

    @property
    def replaces_reply(self) -> bool:
        """Whether something else than the server's own answer is said."""
        return self.mishap in _LEFT_UNDONE


class Plan(msgspec.Struct, frozen=True):
    """What becomes of one request.

    Attributes:
        late_s: how long its answer is held back.
        misbehaviour: what else happens; None for nothing.
    """

    late_s: float = 0.0
    misbehaviour: Misbehaviour | None = None

    def meets(self, mishap: Mishap) -> bool:
        """Say whether `mishap` is planned."""
        return self.misbehaviour is not None and self.misbehaviour.mishap is mishap


class MisbehaviourBoard:
    """Which knobs are turned."""

    def __init__(self) -> None:
        self._turned: list[Misbehaviour] = []

    def add(self, misbehaviour: Misbehaviour) -> None:
        """Misbehave from the next request on."""
        self._turned.append(misbehaviour)

    def clear(self, mishap: Mishap | None = None) -> None:
        """Take `mishap`, or all of them, back."""
        self._turned = [m for m in self._turned if mishap is not None and m.mishap is not mishap]

    @property
    def turned(self) -> tuple[Misbehaviour, ...]:
        """What is left to happen, in the order it was asked for."""
        return tuple(self._turned)

    def plan(self, path: str) -> Plan:
        """Decide what becomes of the request that now comes for `path`, and count it."""
        late = self._take(path, lambda m: m.mishap is Mishap.LATE)
        other = self._take(path, lambda m: m.mishap is not Mishap.LATE)
        return Plan(late.seconds if late else 0.0, other)

    def _take(self, path: str, wanted: Callable[[Misbehaviour], bool]) -> Misbehaviour | None:
        for index, found in enumerate(self._turned):
            if wanted(found) and fnmatchcase(path, found.path):
                if found.times == 1:
                    del self._turned[index]
                elif found.times is not None:
                    self._turned[index] = replace(found, times=found.times - 1)
                return found
        return None
