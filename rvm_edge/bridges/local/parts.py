"""The parts of what a client knows of the machine, as they go over the wire.

A snapshot holds all of them; an event holds the one that changed, whole. So a client never adds up:
it replaces.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec
from msgspec.structs import asdict

from rvm_edge.bridges.local.both_words import BothWords
from rvm_edge.bridges.local.condition_parts import ModelNow, SelfTestNow
from rvm_edge.bridges.local.part import Part
from rvm_edge.bridges.local.verbs import Verb
from rvm_edge.bridges.local.view import Alarm, Login, Sensors, SetUp, Spoken
from rvm_edge.item import Reason, SessionMode
from rvm_edge.settings import Origin

Language = Literal["id", "en"]


class LinkMode(Enum):
    """How the machine stands with its server, in the predecessor's words."""

    ONLINE = "online"
    OFFLINE_GUEST = "offline_guest"
    TRANSITIONING = "transitioning"


class ItemStep(Enum):
    """How far an item has come, as people see it."""

    INSERTED = "inserted"
    PHOTOGRAPHED = "photographed"
    DECIDED = "decided"
    DROPPED = "dropped"
    RETURNED = "returned"
    IN_DOUBT = "in_doubt"


class StateNow(Part, frozen=True, tag="state"):
    """Where the machine is in its chart.

    Attributes:
        configuration: the active leaves; empty before the machine runs.
        cause: the event of the last step, such as ``verdict`` or ``timeout.<state>``.
        entered: the states that step entered, outermost first.
        exited: the states that step left, innermost first.
        may: what may be asked now.
    """

    configuration: tuple[str, ...]
    cause: str = ""
    entered: tuple[str, ...] = ()
    exited: tuple[str, ...] = ()
    may: tuple[Verb, ...] = ()


class LinkNow(Part, frozen=True, tag="link"):
    """How the machine stands with its server.

    Attributes:
        mode: users can log in only while it is `online`.
    """

    mode: LinkMode = LinkMode.TRANSITIONING


class SessionNow(Part, frozen=True, tag="session"):
    """The deposit that is going on, or the last one.

    Attributes:
        session_id: "" before the first.
        mode: guest or user.
        accepted: how many items fell into the bin.
        returned: how many went back.
        user_name: what the server calls the user; "" for a guest, where it said none, and once the
            session has ended.
        ended: the event that ended it, such as ``session.finished``; "" while it goes on.
    """

    session_id: str = ""
    mode: SessionMode = SessionMode.GUEST
    user_name: str = ""
    accepted: int = 0
    returned: int = 0
    ended: str = ""


class ItemNow(Part, frozen=True, tag="item"):
    """The item in hand, or the last one.

    Attributes:
        client_uuid: its identity; "" before the first.
        step: how far it has come.
        accepted: the verdict; null while undecided.
        reason: the verdict's reason; null while undecided.
        words: what to tell people about it; null while undecided.
        label: the class that decided, or "".
        confidence: that class's, 0 to 1.
        box: left, top, right, bottom of what decided, each as a share of the picture's width or
            height; null where nothing did.
        picture: the path of the picture on this bridge; "" while there is none.
    """

    client_uuid: str = ""
    step: ItemStep = ItemStep.INSERTED
    accepted: bool | None = None
    reason: Reason | None = None
    words: BothWords | None = None
    label: str = ""
    confidence: float = 0.0
    box: tuple[float, float, float, float] | None = None
    picture: str = ""


class SensorsNow(Part, frozen=True, tag="sensors"):
    """What was last read of the machine's senses; null for what is not fitted or not known.

    Attributes:
        bin_pct: 0 is empty, 100 is full.
        door_open: the service door.
        slot_occupied: something is in the slot.
        chamber_occupied: something lies inside.
        weight_g: on the scale, above the tare.
        temperature_c: inside the housing.
        bin_full_pct: from this level of the bin on nothing more is taken.
        bin_full_by: who said so: the owner in settings.toml, the server in its last handshake, or
            nobody.
        controller: in what the motor controller answers; null where it is simulated without a wire.
    """

    bin_pct: float | None = None
    door_open: bool | None = None
    slot_occupied: bool | None = None
    chamber_occupied: bool | None = None
    weight_g: float | None = None
    temperature_c: float | None = None
    bin_full_pct: float | None = None
    bin_full_by: Origin | None = None
    controller: Spoken | None = None

    @staticmethod
    def of(sensors: Sensors) -> SensorsNow:
        """Take over what was read."""
        return SensorsNow(**asdict(sensors))


class QueueNow(Part, frozen=True, tag="queue"):
    """What waits for the server.

    Attributes:
        waiting: items dropped here and not yet proved to be there.
        ambiguous: of these, sent without an answer that could be believed.
        dead: given up, kept for a technician.
        held: taken when the machine was known as another one, kept for when it is that one again.
    """

    waiting: int = 0
    ambiguous: int = 0
    dead: int = 0
    held: int = 0


class AlarmsNow(Part, frozen=True, tag="alarms"):
    """What a technician should know.

    Attributes:
        alarms: oldest first.
    """

    alarms: tuple[Alarm, ...] = ()


class LanguageNow(Part, frozen=True, tag="language"):
    """The language that was last chosen at the screen.

    Attributes:
        language: Indonesian or English.
    """

    language: Language = "id"


class LoginNow(Part, frozen=True, tag="login"):
    """By what a user can log in at this screen.

    Attributes:
        qr_content: what to show as a QR code, for the MyRVM app; "" while nobody could be let in.
        expires_at: from when on the server takes it no more, ISO 8601 in UTC; the bridge changes
            the code before. "" where there is none.
    """

    qr_content: str = ""
    expires_at: str = ""

    @staticmethod
    def of(login: Login | None) -> LoginNow:
        """Take over what is offered."""
        return LoginNow() if login is None else LoginNow(**asdict(login))


class SetupNow(Part, frozen=True, tag="setup"):
    """Where a technician sets the machine up, while it does not know who it is.

    Attributes:
        address: of the set-up page in the local network; "" while there is none.
        fingerprint: SHA-256 of its certificate, in hex pairs with colons, as browsers show it.
        code: to be typed there; digits only.
        expires_at: from when on there is another code, ISO 8601 in UTC; "" where there is none.
        stick: what is wrong with the USB stick that was put in last, in one line; "" for nothing.
    """

    address: str = ""
    fingerprint: str = ""
    code: str = ""
    expires_at: str = ""
    stick: str = ""

    @staticmethod
    def of(set_up: SetUp | None) -> SetupNow:
        """Take over what is offered."""
        return SetupNow() if set_up is None else SetupNow(**asdict(set_up))


class SiteNow(Part, frozen=True, tag="site"):
    """Where the machine stands.

    Attributes:
        time_zone: whose time of day it goes by, as the IANA names it, such as ``Asia/Jakarta``; ""
            for the computer's own.
    """

    time_zone: str = ""


Looked = (
    SensorsNow
    | QueueNow
    | AlarmsNow
    | LanguageNow
    | LoginNow
    | SetupNow
    | ModelNow
    | SelfTestNow
    | SiteNow
)
"""The parts that no step tells of."""

AnyPart = StateNow | LinkNow | SessionNow | ItemNow | Looked


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All parts at one moment."""

    state: StateNow
    link: LinkNow = LinkNow()
    session: SessionNow = SessionNow()
    item: ItemNow = ItemNow()
    sensors: SensorsNow = SensorsNow()
    queue: QueueNow = QueueNow()
    alarms: AlarmsNow = AlarmsNow()
    language: LanguageNow = LanguageNow()
    login: LoginNow = LoginNow()
    setup: SetupNow = SetupNow()
    model: ModelNow = ModelNow()
    self_test: SelfTestNow = SelfTestNow()
    site: SiteNow = SiteNow()
