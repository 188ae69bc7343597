"""Where each fault that the simulated machine can have is put to the drivers, or else is shown."""

from __future__ import annotations

from typing import Final

from rvm_edge.simulator.faults import Fault
from tests.drivers.conformance.matrix import Trial

PUT_AS: Final = {
    Fault.SORTER_JAMS: Trial.BLOCKED,
    Fault.ITEM_FALLS_BACK: Trial.FALLS_BACK,
    Fault.HAND_IN_SLOT: Trial.BLOCKED,
    Fault.CHAMBER_BOUNCES: Trial.BOUNCES,
    Fault.CHAMBER_STUCK_OCCUPIED: Trial.STUCK,
    Fault.CHAMBER_STUCK_FREE: Trial.STUCK,
    Fault.CHAMBER_UNREADABLE: Trial.UNREADABLE,
    Fault.SLOT_BOUNCES: Trial.BOUNCES,
    Fault.SLOT_STUCK_OCCUPIED: Trial.STUCK,
    Fault.SLOT_STUCK_FREE: Trial.STUCK,
    Fault.SLOT_UNREADABLE: Trial.UNREADABLE,
    Fault.CONTROLLER_DEAF: Trial.SILENT,
    Fault.CONTROLLER_MUTE: Trial.UNCONFIRMED,
    Fault.ACK_CORRUPTED: Trial.SILENT,
    Fault.ACK_WRONG: Trial.WRONG,
    Fault.COMMAND_UNKNOWN: Trial.WRONG,
    Fault.UNPLUGGED: Trial.UNPLUGGED,
    Fault.LAMP_DEAD: Trial.DARK,
    Fault.CAMERA_BLACK: Trial.BLACK,
    Fault.CAMERA_FROZEN: Trial.FROZEN,
    Fault.CAMERA_LATE: Trial.LATE,
    Fault.CAMERA_GONE: Trial.GONE,
    Fault.SCALE_DRIFTS: Trial.DRIFTS,
    Fault.SCALE_GONE: Trial.UNREADABLE,
    Fault.BIN_UNREADABLE: Trial.UNREADABLE,
    Fault.BIN_ABSURD: Trial.ABSURD,
    Fault.THERMOMETER_GONE: Trial.UNREADABLE,
    Fault.THERMOMETER_ABSURD: Trial.ABSURD,
}

SHOWN_IN: Final = {
    Fault.ITEM_PULLED_OUT: "tests/states/test_slot_while_dropping.py",
    Fault.CONTROLLER_RESETS: "tests/simulator/test_mishaps_of_the_wire.py",
    Fault.ACK_LATE: "tests/simulator/test_esp32.py",
    Fault.ACK_DUPLICATED: "tests/simulator/test_esp32.py",
    Fault.CAMERA_REPEATS: "tests/simulator/test_tricks.py",
    Fault.SCALE_SATURATED: "tests/test_sensors_at_the_esp32.py",
    Fault.SCALE_SWINGS: "tests/test_sensors_at_the_esp32.py",
}
"""What only one wire can have, or what no driver can tell: the test that shows it."""
