"""The words for what may be ordered, shared by the chart and the bridges.

Types only. A bridge turns what came over the wire into an `Order`, or into a `Refusal`; the chart
decides when an order is carried out. There is no word here for running a program, pulling code or
loading an unnamed model: what has no word cannot be ordered.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import msgspec


class Action(Enum):
    """What may be ordered: by the server, unless it is one of `LOCAL_ONLY`."""

    RESTART = "restart"
    REBOOT = "reboot"
    MAINTENANCE = "maintenance"
    EXIT_MAINTENANCE = "exit_maintenance"
    CAPTURE_IMAGE = "capture_image"
    READ_SENSOR = "read_sensor"
    TRIGGER_ACTUATOR = "trigger_actuator"
    DOWNLOAD_MODEL = "download_model"
    CHECK_CONNECTION = "check_connection"
    CHECK_MODEL_UPDATE = "check_model_update"
    SET_UP_ANEW = "set_up_anew"
    CHANGE_CREDENTIALS = "change_credentials"


LOCAL_ONLY: Final = frozenset({Action.SET_UP_ANEW, Action.CHANGE_CREDENTIALS})
"""No server has a word for these: they are ordered at the machine's own screen, or not at all."""


class Component(Enum):
    """The parts that an order may name: the ports, as `hardware_info` told them to the server."""

    CAMERA = "camera"
    GATE = "gate"
    SORTER = "sorter"
    LIGHT = "light"
    INDICATOR = "indicator"
    CHAMBER = "chamber"
    SLOT = "slot"
    BIN = "bin"
    DOOR = "door"
    SCALE = "scale"
    THERMOMETER = "thermometer"


class Motion(Enum):
    """What an actuator may be told to do."""

    OPEN = "open"
    CLOSE = "close"
    TRIGGER = "trigger"
    RESET = "reset"


class Order(msgspec.Struct, frozen=True):
    """One order: of the server, or of a technician at the machine's own screen.

    Attributes:
        order_id: its identity: the server's request id, or a digest of what it said and when; for
            a local one ``screen-`` and a random number.
        action: what is ordered.
        component: which part, for READ_SENSOR and TRIGGER_ACTUATOR.
        motion: what it shall do, for TRIGGER_ACTUATOR.
        model_hash: SHA-256 in hex that the handshake named, for DOWNLOAD_MODEL.
        url: where the model lies, for DOWNLOAD_MODEL.
        local: a technician who stands at the machine gave it.
    """

    order_id: str
    action: Action
    component: Component | None = None
    motion: Motion | None = None
    model_hash: str = ""
    url: str = ""
    local: bool = False


class Refusal(msgspec.Struct, frozen=True):
    """An order that is not carried out.

    Attributes:
        order_id: its identity, as far as one can be made out; at most 64 characters.
        action: the word that the server used, cut to 64 printable characters.
        why: in words for a technician; at most 200 characters.
    """

    order_id: str
    action: str
    why: str
