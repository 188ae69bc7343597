"""What a client may send: the types of the wire, version 1. Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated, Any, Final, Union

import msgspec
from msgspec import Meta

from rvm_edge.bridges.local import simulation_requests as simulated
from rvm_edge.bridges.local import technician_requests as technicians
from rvm_edge.bridges.local.asking import AlarmCode, Id, Incoming, Request, ShortText
from rvm_edge.bridges.local.parts import Language
from rvm_edge.bridges.local.verbs import Verb
from rvm_edge.item import SessionMode
from rvm_edge.untrusted_json import UnreadableError, read_json


class MalformedError(Exception):
    """A message is none that a client may send.

    Attributes:
        request_id: of the request that it was meant to be; "" where none can be made out.
    """

    def __init__(self, message: str, request_id: str) -> None:
        super().__init__(message)
        self.request_id = request_id


class Resume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a client stands.

    Attributes:
        boot: as the last `hello` named it.
        seq: the last event that it saw.
    """

    boot: Annotated[str, Meta(max_length=64)]
    seq: Annotated[int, Meta(ge=0, le=2**53)]


class ClientHello(Incoming, frozen=True, tag="hello"):
    """A client's first message.

    Attributes:
        client: what it is, for the log; such as ``kiosk/1.2``.
        token: this boot's; "" for one that only watches.
        resume: null for a client that knows nothing yet.
    """

    client: Annotated[str, Meta(max_length=64, pattern="^[ -~]*$")] = ""
    token: Annotated[str, Meta(max_length=128)] = ""
    resume: Resume | None = None

    def __repr__(self) -> str:
        """Keep the token to itself."""
        return "ClientHello(…)"


class PageAlive(Incoming, frozen=True, tag="alive"):
    """The page lives: sent from its own loop, every `heartbeat_s`."""


class StartSession(Request, frozen=True, tag="start_session"):
    """Start a deposit.

    Attributes:
        mode: a guest's donation, or a user's, which needs the server.
        user_token: by which the server knows the user.
    """

    mode: SessionMode = SessionMode.GUEST
    user_token: ShortText = ""

    def __repr__(self) -> str:
        """Keep the token to itself."""
        return "StartSession(…)"


class EndSession(Request, frozen=True, tag="end_session"):
    """The person has no more items."""


class OpenSlot(Request, frozen=True, tag="open_slot"):
    """Open the slot: in idle that starts a guest's donation; in a deposit it is open already."""


class Cancel(Request, frozen=True, tag="cancel"):
    """The person changed their mind: end the deposit."""


class Acknowledge(Request, frozen=True, tag="acknowledge"):
    """Somebody has seen an alarm.

    Attributes:
        alarm: its code.
    """

    alarm: AlarmCode


class ChooseLanguage(Request, frozen=True, tag="language"):
    """Show another language, on every page that listens."""

    language: Language


class AskKioskUrl(Request, frozen=True, tag="kiosk_url"):
    """Tell the signed address of the server's page for this screen."""


class DeclaredDeposit(Incoming, frozen=True, tag="deposit", forbid_unknown_fields=False):
    """A page declares what was deposited. Always refused: the machine's eyes decide.

    Attributes:
        id: for the refusal.
    """

    id: Annotated[str, Meta(max_length=64)] = ""


REQUESTS: Final[dict[type[Request], Verb]] = {
    StartSession: Verb.START_SESSION,
    EndSession: Verb.END_SESSION,
    OpenSlot: Verb.OPEN_SLOT,
    Cancel: Verb.CANCEL,
    Acknowledge: Verb.ACKNOWLEDGE,
    ChooseLanguage: Verb.LANGUAGE,
    AskKioskUrl: Verb.KIOSK_URL,
    technicians.EnterPin: Verb.ENTER_PIN,
    technicians.EnterMaintenance: Verb.ENTER_MAINTENANCE,
    technicians.ExitMaintenance: Verb.EXIT_MAINTENANCE,
    technicians.OpenDoor: Verb.OPEN_DOOR,
    technicians.TestMotor: Verb.TEST_MOTOR,
    technicians.TestLight: Verb.TEST_LIGHT,
    technicians.ReadSensors: Verb.READ_SENSORS,
    technicians.Recalibrate: Verb.RECALIBRATE,
    technicians.ExportLogs: Verb.EXPORT_LOGS,
    technicians.LookInside: Verb.LOOK_INSIDE,
    technicians.RunSelfTest: Verb.SELF_TEST,
    technicians.BeginReset: Verb.BEGIN_RESET,
    technicians.ConfirmReset: Verb.CONFIRM_RESET,
    technicians.ListFindings: Verb.LIST_FINDINGS,
    technicians.ListQueue: Verb.LIST_QUEUE,
    technicians.ListEvidence: Verb.LIST_EVIDENCE,
    technicians.ListJournal: Verb.LIST_JOURNAL,
    simulated.SimulateLook: Verb.SIMULATE_LOOK,
    simulated.SimulateInsert: Verb.SIMULATE_INSERT,
    simulated.SimulateCondition: Verb.SIMULATE_CONDITION,
    simulated.SimulateIncident: Verb.SIMULATE_INCIDENT,
}
"""Which verb each request asks for."""

INCOMING: Final[tuple[type[Incoming], ...]] = (ClientHello, PageAlive, *REQUESTS, DeclaredDeposit)


AnyIncoming = ClientHello | PageAlive | Request | DeclaredDeposit


class _Addressed(msgspec.Struct):
    """What of a malformed request may still be readable."""

    id: Id


_MESSAGE: Final[Any] = Union[INCOMING]  # noqa: UP007 - made from a list


def read(text: str) -> AnyIncoming:
    """Read one message.

    Raises:
        MalformedError: it is none that a client may send.
    """
    try:
        message: AnyIncoming = read_json(text, _MESSAGE)
    except UnreadableError as error:
        raise MalformedError(str(error), _id_in(text)) from None
    return message


def _id_in(text: str) -> str:
    try:
        return read_json(text, _Addressed).id
    except UnreadableError:
        return ""
