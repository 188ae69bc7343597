"""The chart's states that the bridge tells apart, spelled once.

The bridge may not import the chart; a test holds these names against it.
"""

from __future__ import annotations

from typing import Final

from rvm_edge.statechart.definition import Configuration, StatePath

PROVISIONING: Final = "provisioning"
HANDSHAKE: Final = "handshake"
OFFLINE_GUEST: Final = "operational.link.offline_guest"
ONLINE: Final = "operational.link.online"
IDLE: Final = "operational.intake.idle"
FULL: Final = "operational.intake.full"
CAPPED: Final = "operational.intake.capped"
DEPOSIT: Final = "operational.intake.deposit"
WAITING: Final = "operational.intake.deposit.waiting"
OUT_OF_SERVICE: Final = "out_of_service"
MAINTENANCE: Final = "maintenance"
FAULT: Final = "fault"


def is_in(configuration: Configuration, place: StatePath) -> bool:
    """Say whether the machine is in `place`, or in a state inside it."""
    return any(leaf == place or leaf.startswith(f"{place}.") for leaf in configuration)
