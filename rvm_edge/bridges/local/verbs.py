"""What may be asked of the machine: where, and by whom. The one table that decides it.

Where follows from the chart's state alone, never from what a page believes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Final

from rvm_edge.bridges.local import places
from rvm_edge.bridges.local.places import is_in
from rvm_edge.statechart.definition import Configuration, StatePath


class Verb(Enum):
    """What a client may ask; the value is the request's `type` on the wire."""

    START_SESSION = "start_session"
    END_SESSION = "end_session"
    OPEN_SLOT = "open_slot"
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"
    LANGUAGE = "language"
    KIOSK_URL = "kiosk_url"
    ENTER_PIN = "enter_pin"
    ENTER_MAINTENANCE = "enter_maintenance"
    EXIT_MAINTENANCE = "exit_maintenance"
    OPEN_DOOR = "open_door"
    TEST_MOTOR = "test_motor"
    TEST_LIGHT = "test_light"
    READ_SENSORS = "read_sensors"
    RECALIBRATE = "recalibrate"
    EXPORT_LOGS = "export_logs"
    LOOK_INSIDE = "look_inside"
    SELF_TEST = "self_test"
    BEGIN_RESET = "begin_reset"
    CONFIRM_RESET = "confirm_reset"
    LIST_FINDINGS = "list_findings"
    LIST_QUEUE = "list_queue"
    LIST_EVIDENCE = "list_evidence"
    LIST_JOURNAL = "list_journal"
    SIMULATE_LOOK = "simulate_look"
    SIMULATE_INSERT = "simulate_insert"
    SIMULATE_CONDITION = "simulate_condition"
    SIMULATE_INCIDENT = "simulate_incident"


class Right(Enum):
    """What a client must have shown before a verb is open to it."""

    NONE = "none"
    """Nothing: any page that was let in."""

    TOKEN = "token"  # noqa: S105 - the name of a right
    """This boot's token."""

    PIN = "pin"
    """The token, and on this connection the technician's PIN."""


RIGHTS: Final[Mapping[Verb, Right]] = {
    Verb.START_SESSION: Right.TOKEN,
    Verb.END_SESSION: Right.TOKEN,
    Verb.OPEN_SLOT: Right.TOKEN,
    Verb.CANCEL: Right.TOKEN,
    Verb.ACKNOWLEDGE: Right.TOKEN,
    Verb.LANGUAGE: Right.NONE,
    Verb.KIOSK_URL: Right.TOKEN,
    Verb.ENTER_PIN: Right.TOKEN,
    Verb.ENTER_MAINTENANCE: Right.PIN,
    Verb.EXIT_MAINTENANCE: Right.PIN,
    Verb.OPEN_DOOR: Right.PIN,
    Verb.TEST_MOTOR: Right.PIN,
    Verb.TEST_LIGHT: Right.PIN,
    Verb.READ_SENSORS: Right.PIN,
    Verb.RECALIBRATE: Right.PIN,
    Verb.EXPORT_LOGS: Right.PIN,
    Verb.LOOK_INSIDE: Right.PIN,
    Verb.SELF_TEST: Right.PIN,
    Verb.BEGIN_RESET: Right.PIN,
    Verb.CONFIRM_RESET: Right.PIN,
    Verb.LIST_FINDINGS: Right.PIN,
    Verb.LIST_QUEUE: Right.PIN,
    Verb.LIST_EVIDENCE: Right.PIN,
    Verb.LIST_JOURNAL: Right.PIN,
    Verb.SIMULATE_LOOK: Right.TOKEN,
    Verb.SIMULATE_INSERT: Right.TOKEN,
    Verb.SIMULATE_CONDITION: Right.TOKEN,
    Verb.SIMULATE_INCIDENT: Right.TOKEN,
}

EVERYWHERE: Final = frozenset(
    {
        Verb.ACKNOWLEDGE,
        Verb.LANGUAGE,
        Verb.KIOSK_URL,
        Verb.ENTER_PIN,
        Verb.LIST_FINDINGS,
        Verb.LIST_QUEUE,
        Verb.LIST_EVIDENCE,
        Verb.LIST_JOURNAL,
    }
)
"""What needs no certain state, because it moves nothing and decides nothing."""

ASKED_IN: Final[Mapping[StatePath, frozenset[Verb]]] = {
    places.IDLE: frozenset({Verb.START_SESSION, Verb.OPEN_SLOT, Verb.ENTER_MAINTENANCE}),
    places.FULL: frozenset({Verb.ENTER_MAINTENANCE}),
    places.CAPPED: frozenset({Verb.ENTER_MAINTENANCE}),
    places.WAITING: frozenset({Verb.END_SESSION, Verb.OPEN_SLOT, Verb.CANCEL}),
    places.OUT_OF_SERVICE: frozenset({Verb.ENTER_MAINTENANCE, Verb.EXPORT_LOGS}),
    places.FAULT: frozenset({Verb.ENTER_MAINTENANCE, Verb.READ_SENSORS, Verb.EXPORT_LOGS}),
    places.MAINTENANCE: frozenset(
        {
            Verb.EXIT_MAINTENANCE,
            Verb.OPEN_DOOR,
            Verb.TEST_MOTOR,
            Verb.TEST_LIGHT,
            Verb.READ_SENSORS,
            Verb.RECALIBRATE,
            Verb.EXPORT_LOGS,
            Verb.LOOK_INSIDE,
            Verb.SELF_TEST,
            Verb.BEGIN_RESET,
            Verb.CONFIRM_RESET,
        }
    ),
}
"""By state, and all states inside it: what may be asked there. Anything else has to wait.

With an item in hand nothing may be asked: no person and no technician interrupts a mechanism.
"""

SIMULATION: Final = frozenset(
    {
        Verb.SIMULATE_LOOK,
        Verb.SIMULATE_INSERT,
        Verb.SIMULATE_CONDITION,
        Verb.SIMULATE_INCIDENT,
    }
)
"""What is asked of the world and not of the machine: of a simulated one in any state, of a real one
in none."""

USERS_NEED: Final = places.ONLINE
"""Where the machine must be besides, for a session on a user's account."""


@lru_cache(maxsize=256)  # a chart has a few dozen configurations, and each step asks
def asked_in(configuration: Configuration) -> tuple[Verb, ...]:
    """Return what may be asked in this configuration, in the verbs' order."""
    here = [verbs for place, verbs in ASKED_IN.items() if is_in(configuration, place)]
    may = EVERYWHERE.union(*here)
    return tuple(verb for verb in Verb if verb in may)
