"""The one table from the server's words to what they mean here. What is not in it is refused.

Whoever has an account at the server can send any of these words to any machine, so a row stands
here only if the worst that it can do is bearable. A word means the same on either wire.
"""

from __future__ import annotations

import msgspec

from rvm_edge.bridges.cloud.orders import payloads
from rvm_edge.bridges.cloud.orders.ordered import Via
from rvm_edge.bridges.cloud.orders.payloads import Reader
from rvm_edge.orders import Action, Component, Motion

NOTHING_CARRIED = "–"


class Allowed(msgspec.Struct, frozen=True):
    """The word is an order.

    Attributes:
        action: which one.
        read: reads what comes with it.
        carries: what must come with it, for the reference page.
    """

    action: Action
    read: Reader = payloads.no_particulars
    carries: str = NOTHING_CARRIED


class Pointless(msgspec.Struct, frozen=True):
    """The word is taken and done at once, as there is nothing to do.

    Attributes:
        why: there is nothing.
    """

    why: str


class Denied(msgspec.Struct, frozen=True):
    """The word is refused, whatever comes with it.

    Attributes:
        why: for a technician.
    """

    why: str


Meaning = Allowed | Pointless | Denied


class Row(msgspec.Struct, frozen=True):
    """One word of the server.

    Attributes:
        word: exactly as it is sent.
        via: the wire that the server sends it on.
        means: what follows from it.
    """

    word: str
    via: Via
    means: Meaning


_PART = "`component_name`"
_SORT = payloads.always(Component.SORTER, Motion.TRIGGER)
_SHINE = payloads.always(Component.INDICATOR, Motion.TRIGGER)
_UNBOLT = payloads.always(Component.DOOR, Motion.OPEN)
_BOLT = payloads.always(Component.DOOR, Motion.CLOSE)
_SENSOR = payloads.part_or(Component.BIN)

ALLOW_LIST: tuple[Row, ...] = (
    Row("RESTART", Via.HEARTBEAT, Allowed(Action.RESTART)),
    Row("REBOOT", Via.HEARTBEAT, Allowed(Action.REBOOT)),
    Row("MAINTENANCE", Via.HEARTBEAT, Allowed(Action.MAINTENANCE)),
    Row("EXIT_MAINTENANCE", Via.HEARTBEAT, Allowed(Action.EXIT_MAINTENANCE)),
    Row("CAPTURE_IMAGE", Via.HEARTBEAT, Allowed(Action.CAPTURE_IMAGE)),
    Row("READ_SENSOR", Via.HEARTBEAT, Allowed(Action.READ_SENSOR, payloads.part, _PART)),
    Row(
        "TRIGGER_ACTUATOR",
        Via.HEARTBEAT,
        Allowed(
            Action.TRIGGER_ACTUATOR,
            payloads.part_and_motion,
            f"{_PART}; `action`: {', '.join(f'`{motion.value}`' for motion in Motion)}",
        ),
    ),
    Row(
        "DOWNLOAD_MODEL",
        Via.HEARTBEAT,
        Allowed(
            Action.DOWNLOAD_MODEL,
            payloads.model,
            "`url`; `hash`: the SHA-256 that the last handshake named, and no other",
        ),
    ),
    Row("test_motor", Via.SOCKET, Allowed(Action.TRIGGER_ACTUATOR, _SORT)),
    Row("open_door", Via.SOCKET, Allowed(Action.TRIGGER_ACTUATOR, _UNBOLT)),
    Row("close_door", Via.SOCKET, Allowed(Action.TRIGGER_ACTUATOR, _BOLT)),
    Row("test_led", Via.SOCKET, Allowed(Action.TRIGGER_ACTUATOR, _SHINE)),
    Row(
        "test_sensor",
        Via.SOCKET,
        Allowed(Action.READ_SENSOR, _SENSOR, f"{_PART}, or nothing for the bin's"),
    ),
    Row("check_connection", Via.SOCKET, Allowed(Action.CHECK_CONNECTION)),
    Row("reboot_edge", Via.SOCKET, Allowed(Action.REBOOT)),
    Row("check_model_update", Via.SOCKET, Allowed(Action.CHECK_MODEL_UPDATE)),
    Row(
        "CAMERA_PERMISSION",
        Via.HEARTBEAT,
        Pointless("it permits a browser to use the camera; no browser uses this machine's"),
    ),
    Row("SHELL_COMMAND", Via.HEARTBEAT, Denied("this machine runs no commands from outside")),
    Row("GIT_PULL", Via.HEARTBEAT, Denied("this machine fetches no program by order")),
    Row("UPDATE_SERVICE", Via.HEARTBEAT, Denied("this machine fetches no program by order")),
    Row(
        "RUN_INFERENCE",
        Via.HEARTBEAT,
        Denied("it names a picture on the server, which this machine does not have"),
    ),
)

UNREADABLE = Denied("it has no word that could be read")
UNKNOWN = Denied("this machine knows no such order")

_BY_WORD = {row.word: row.means for row in ALLOW_LIST}


def meaning_of(word: str) -> Meaning:
    """Return what a word of the server means; every word means something."""
    return _BY_WORD.get(word, UNKNOWN) if word else UNREADABLE
