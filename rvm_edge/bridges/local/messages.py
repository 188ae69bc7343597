"""What the bridge sends to a client: the types of the wire, version 1."""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec

from rvm_edge.bridges.local.computer import ComputerFinding
from rvm_edge.bridges.local.parts import AnyPart, Snapshot
from rvm_edge.bridges.local.records import EvidencePage, JournalPage, QueuePage
from rvm_edge.bridges.local.reset_offer import ResetOffer
from rvm_edge.bridges.local.simulation import WorldNow

PROTOCOL: Final = 1
SUBPROTOCOL: Final = "rvm-edge.v1"
"""What a client offers in ``Sec-WebSocket-Protocol``; one that offers none is a predecessor's."""


class ErrorCode(Enum):
    """Why a request was not carried out."""

    MALFORMED = "malformed"
    NOT_HERE = "not_here"
    NO_TOKEN = "no_token"  # noqa: S105 - a word on the wire
    NO_PIN = "no_pin"
    WRONG_PIN = "wrong_pin"
    PIN_LOCKED = "pin_locked"
    WRONG_CODE = "wrong_code"
    EYES_DECIDE = "eyes_decide"
    REFUSED = "refused"
    TOO_LATE = "too_late"
    BUSY = "busy"
    FAILED = "failed"


class CloseCode(Enum):
    """Why the bridge closes a connection. A client that takes nothing in is cut without a word."""

    NORMAL = 1000
    NOT_TEXT = 1003
    POLICY = 1008
    TOO_BIG = 1009
    FAILED = 1011
    RESTART = 1012
    SILENT = 4000


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Anything that the bridge sends."""


class Hello(Message, frozen=True, tag="hello"):
    """The answer to a client's hello, and the first message it gets.

    Attributes:
        protocol: the version of what follows.
        version: of the program.
        boot: names this run of the bridge; numbers of another run mean nothing.
        seq: of the last event that the client knows with this message; the next one is one higher.
        resumed: the events that the client missed follow; else `snapshot` replaces all it knew.
        snapshot: all parts; null when resumed.
        may_act: the token was right.
        simulated: the machine's world is simulated, and the `simulate_…` requests steer it.
        heartbeat_s: how often `alive` is expected from the page.
        silence_s: after so long without any message the bridge closes.
    """

    protocol: int
    version: str
    boot: str
    seq: int
    resumed: bool
    snapshot: Snapshot | None
    may_act: bool
    simulated: bool
    heartbeat_s: float
    silence_s: float


class Event(Message, frozen=True, tag="event"):
    """Something changed.

    Attributes:
        seq: one higher than the last.
        at: when, ISO 8601 in UTC.
        part: the part that changed, whole.
    """

    seq: int
    at: str
    part: AnyPart


class Anew(Message, frozen=True, tag="snapshot"):
    """The bridge itself missed something: this replaces everything the client knew.

    Attributes:
        seq: one higher than the last.
        at: when, ISO 8601 in UTC.
        snapshot: all parts.
    """

    seq: int
    at: str
    snapshot: Snapshot


class Alive(Message, frozen=True, tag="alive"):
    """The answer to a page's `alive`.

    Attributes:
        seq: of the last event.
    """

    seq: int


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a request; only what the request asked for is there.

    Attributes:
        session_id: of the session that was started.
        text: what a technician's task found, or what was put into a simulated machine.
        url: the server's page for this screen.
        path: where on this bridge the picture lies, for a minute.
        world: how the simulated world is.
        reset: the code by which the machine can be set up anew.
        findings: what the doctor found at the computer, the worst first.
        queue: what the server is not known to have.
        evidence: pictures that lie in the machine.
        journal: the machine's last steps.
    """

    session_id: str = ""
    text: str = ""
    url: str = ""
    path: str = ""
    world: WorldNow | None = None
    reset: ResetOffer | None = None
    findings: tuple[ComputerFinding, ...] = ()
    queue: QueuePage | None = None
    evidence: EvidencePage | None = None
    journal: JournalPage | None = None


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not carried out.

    Attributes:
        code: for programs.
        message: for people who read English; one line.
    """

    code: ErrorCode
    message: str


class Reply(Message, frozen=True, tag="reply", omit_defaults=True):
    """The one answer to a request.

    Attributes:
        id: the request's; "" for one that had none.
        ok: it was done.
        result: what came of it, if it was done.
        error: why not, otherwise.
    """

    id: str
    ok: bool
    result: Result | None = None
    error: Trouble | None = None


OUTGOING: Final[tuple[type[Message], ...]] = (Hello, Event, Anew, Alive, Reply)


def done(request_id: str, result: Result | None = None) -> Reply:
    """Say that a request was carried out."""
    return Reply(id=request_id, ok=True, result=result or Result())


def not_done(request_id: str, code: ErrorCode, message: str) -> Reply:
    """Say why a request was not carried out."""
    return Reply(id=request_id, ok=False, error=Trouble(code=code, message=message))
