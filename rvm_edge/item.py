"""The words for an item and what becomes of it, shared by the chart, the eyes and the ledger.

Types only. `vision` produces a `Verdict`, `ledger` stores it, `states` act upon it.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from rvm_edge.decision import DecisionRecord


class SessionMode(Enum):
    """On whose behalf items are taken."""

    GUEST = "guest"
    USER = "user"


class SessionEnd(Enum):
    """Why a deposit ended."""

    FINISHED = "finished"
    TIMED_OUT = "timed_out"
    BIN_FULL = "bin_full"
    INTERRUPTED = "interrupted"


class ItemState(Enum):
    """How far an item has come. Each step is durable before the next thing moves."""

    INSERTED = "inserted"
    DECIDED = "decided"
    IN_DOUBT = "in_doubt"
    SETTLED = "settled"
    DELIVERED = "delivered"


class Outcome(Enum):
    """Where an item ended. Only a dropped item earns anything."""

    DROPPED = "dropped"
    RETURNED = "returned"


class Reason(Enum):
    """Why the eyes accept or refuse an item. The order is the acceptance rule's precedence."""

    NO_PICTURE = "no_picture"
    EMPTY_CHAMBER = "empty_chamber"
    CAMERA_BLIND = "camera_blind"
    CAMERA_FROZEN = "camera_frozen"
    SHINES = "shines"
    NOTHING_DETECTED = "nothing_detected"
    FORBIDDEN_CLASS = "forbidden_class"
    NOT_EMPTY = "not_empty"
    TOO_HEAVY = "too_heavy"
    TOO_LIGHT = "too_light"
    TWO_ITEMS = "two_items"
    LOW_CONFIDENCE = "low_confidence"
    FRAMES_DISAGREE = "frames_disagree"
    UNKNOWN_OBJECT = "unknown_object"
    EYES_UNAVAILABLE = "eyes_unavailable"
    TOO_LATE = "too_late"
    REPEATED = "repeated"
    SECOND_OBJECT = "second_object"
    ODD_SHAPE = "odd_shape"
    EMPTY_PET = "empty_pet"


class Detection(msgspec.Struct, frozen=True):
    """One thing found in one picture.

    Attributes:
        label: the class's name, as in the model's metadata.
        confidence: 0 to 1.
        box: x1, y1, x2, y2 in pixels of the original picture.
    """

    label: str
    confidence: float
    box: tuple[float, float, float, float]


class Verdict(msgspec.Struct, frozen=True):
    """What the eyes say of an item, with everything needed to argue about it later.

    Attributes:
        accepted: true only for `Reason.EMPTY_PET`.
        reason: why.
        label: the class that decided, or "" where none did.
        confidence: that class's confidence, 0 to 1; 0 where none did.
        detections: per frame, what was found.
        weight_g: the item's weight, where a scale is mapped.
        model_hash: SHA-256 of the model's file, in hex.
        elapsed_ms: from the call to the verdict.
        record: what the rule had before it; None where no rule was asked, and for a verdict that
            was read back from the ledger, which keeps the record apart.
    """

    accepted: bool
    reason: Reason
    label: str = ""
    confidence: float = 0.0
    detections: tuple[tuple[Detection, ...], ...] = ()
    weight_g: float | None = None
    model_hash: str = ""
    elapsed_ms: float = 0.0
    record: DecisionRecord | None = None

    def __post_init__(self) -> None:
        """Refuse a verdict that contradicts itself."""
        if self.accepted != (self.reason is Reason.EMPTY_PET):
            raise ValueError(f"accepted={self.accepted} contradicts reason {self.reason.value}")


class Session(msgspec.Struct, frozen=True):
    """One deposit: a user's, or a guest's donation. Mode and owner are latched at its start.

    Attributes:
        session_id: a UUID in canonical text.
        mode: guest or user.
        owner: the user's id at the server; "" for a guest.
    """

    session_id: str
    mode: SessionMode
    owner: str = ""


class Item(msgspec.Struct, frozen=True):
    """One item as the ledger knows it.

    Attributes:
        client_uuid: its identity for life, also towards the server.
        session_id: the deposit it belongs to.
        mode: latched from the session.
        owner: latched from the session.
        state: how far it has come.
        accepted: the verdict, or None while undecided.
        reason: the verdict's reason, or None while undecided.
        outcome: where it ended, or None while unsettled.
        given_back: the mechanism was told to hand it back; it can no longer be credited.
    """

    client_uuid: str
    session_id: str
    mode: SessionMode
    owner: str
    state: ItemState
    accepted: bool | None = None
    reason: Reason | None = None
    outcome: Outcome | None = None
    given_back: bool = False
