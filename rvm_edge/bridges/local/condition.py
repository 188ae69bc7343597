"""How the machine's eyes are, and what a test of the whole machine finds."""

from __future__ import annotations

from enum import Enum

import msgspec


class Sight(Enum):
    """Whether the eyes can judge right now."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"


class Model(msgspec.Struct, frozen=True):
    """The model that the eyes look through.

    Attributes:
        name: of its file, or "".
        version: as its card says, or "".
        sha256: of the file that is loaded, in hex, or "".
        sight: whether it can judge right now.
        restarts: how often its process had to be started anew.
        trouble: why it cannot judge, in one line; "" while it can.
    """

    name: str = ""
    version: str = ""
    sha256: str = ""
    sight: Sight = Sight.STARTING
    restarts: int = 0
    trouble: str = ""


class CheckName(Enum):
    """What a self-test looks at, in this order: what moves comes last."""

    DISK = "disk"
    SERVER = "server"
    EYES = "eyes"
    DOOR = "door"
    SLOT = "slot"
    CHAMBER = "chamber"
    BIN = "bin"
    SCALE = "scale"
    THERMOMETER = "thermometer"
    LIGHT = "light"
    CAMERA = "camera"
    MOTOR = "motor"


class CheckState(Enum):
    """How far a check has come."""

    PENDING = "pending"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not tried, because of what another check found."""


class Advice(Enum):
    """What a technician is to do; the page has the words."""

    NONE = ""
    CHECK_WIRING = "check_wiring"
    CLEAN_SENSOR = "clean_sensor"
    CLEAR_CHAMBER = "clear_chamber"
    EMPTY_BIN = "empty_bin"
    RECALIBRATE = "recalibrate"
    CHECK_LAMP = "check_lamp"
    CHECK_CAMERA = "check_camera"
    CHECK_MECHANISM = "check_mechanism"
    SHUT_DOOR = "shut_door"
    CHECK_NETWORK = "check_network"
    FREE_DISK = "free_disk"
    CHECK_MODEL = "check_model"
    MEND_FIRST = "mend_first"
    TEST_AGAIN = "test_again"


class Check(msgspec.Struct, frozen=True):
    """One thing that a self-test looks at.

    Attributes:
        name: what.
        state: how far it has come.
        found: what was found, or why it failed, for a technician, in one line.
        advice: what to do; none for what passed.
    """

    name: CheckName
    state: CheckState = CheckState.PENDING
    found: str = ""
    advice: Advice = Advice.NONE


class SelfTest(msgspec.Struct, frozen=True):
    """A test of the whole machine, one check after the other.

    Attributes:
        begun_at: ISO 8601 in UTC; "" before the first one.
        running: it goes on.
        checks: in their order; all of them are there from the beginning.
    """

    begun_at: str = ""
    running: bool = False
    checks: tuple[Check, ...] = ()
