"""A tour of every screen that a machine's state can put before people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from rvm_edge.bridges.local.view import Alarm, Sensors, Sighting
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.statechart.definition import Configuration
from tests.bridges.local import staged_machine as at
from tests.bridges.local.staged_machine import SESSION, StagedMachine
from tests.browser.screen import ROOT

SAMPLES: Final = ROOT / "data" / "samples" / "images"
WIDTH, HEIGHT = 416, 320
BOTTLE: Final = "0d1c6b9e-2f43-4c6e-9d57-3f0f3b7a9c11"
FILLED: Final = "5b7a3c1d-8e2f-4a6b-9c0d-1e2f3a4b5c6d"

REJECT: Final = (at.OFFLINE, f"{at.INTAKE}.deposit.reject")
FULL: Final = (at.OFFLINE, f"{at.INTAKE}.full")
CAPPED: Final = (at.OFFLINE, f"{at.INTAKE}.capped")
INSPECTION: Final = (at.ONLINE, f"{at.INTAKE}.inspection")

_EMPTY_PET = Verdict(
    accepted=True,
    reason=Reason.EMPTY_PET,
    label="mineral",
    confidence=0.91,
    detections=((Detection("mineral", 0.91, (147.0, 25.0, 200.0, 313.0)),),),
)
_NOT_EMPTY = Verdict(
    accepted=False,
    reason=Reason.NOT_EMPTY,
    label="not_empty",
    confidence=0.64,
    detections=((Detection("not_empty", 0.64, (40.0, 0.0, 402.0, 242.0)),),),
)


def staged() -> StagedMachine:
    """Return a machine whose eyes know two bottles, an empty and a filled one."""
    return StagedMachine(
        seen={
            BOTTLE: Sighting(_EMPTY_PET, 0, WIDTH, HEIGHT),
            FILLED: Sighting(_NOT_EMPTY, 0, WIDTH, HEIGHT),
        },
        pictures={
            BOTTLE: (SAMPLES / "syn_00000.jpg").read_bytes(),
            FILLED: (SAMPLES / "syn_00004.jpg").read_bytes(),
        },
    )


@dataclass(frozen=True)
class Stop:
    """One screen.

    Attributes:
        screen: its name.
        reach: what happens to the machine, from the stop before.
    """

    screen: str
    reach: Callable[[StagedMachine], None]


def _step(event: str, after: Configuration, **data: object) -> Callable[[StagedMachine], None]:
    return lambda machine: machine.step(event, after, data)  # type: ignore[arg-type]


def _alarm(machine: StagedMachine) -> None:
    machine.standing = (
        Alarm("part.sorter", "the sorter is jammed", "2026-11-28T08:00:00Z", fault="F-22"),
    )
    machine.senses = replace(machine.senses, door_open=False)
    machine.step("fault.raised", at.FAULT, {"part": "sorter", "why": "jammed"})


def _open_door(machine: StagedMachine) -> None:
    machine.senses = Sensors(
        bin_pct=42.0, door_open=True, slot_occupied=False, weight_g=0.0, temperature_c=31.4
    )
    machine.step("door.opened", at.MAINTENANCE)


def _take_over(machine: StagedMachine) -> None:
    machine.senses = replace(machine.senses, door_open=False)
    machine.step("maintenance.enter", at.MAINTENANCE)


DEPOSIT: Final = (
    Stop("insert", _step("session.requested", at.WAITING, session_id=SESSION, mode="guest")),
    Stop("looking", _step("item.inserted", at.CAPTURE, client_uuid=BOTTLE)),
    Stop("deciding", _step("pictures.taken", at.CLASSIFY, client_uuid=BOTTLE, frames=3)),
    Stop(
        "taking",
        _step("verdict", at.ACCEPT, client_uuid=BOTTLE, accepted=True, reason="empty_pet"),
    ),
    Stop("taken", _step("item.dropped", at.WAITING, client_uuid=BOTTLE)),
    Stop("looking", _step("item.inserted", at.CAPTURE, client_uuid=FILLED)),
    Stop("deciding", _step("pictures.taken", at.CLASSIFY, client_uuid=FILLED, frames=3)),
    Stop(
        "returning",
        _step("verdict", REJECT, client_uuid=FILLED, accepted=False, reason="not_empty"),
    ),
    Stop(
        "returned",
        _step(
            "item.returned",
            at.WAITING,
            client_uuid=FILLED,
            reason="not_empty",
            machine_failed=False,
        ),
    ),
    Stop("thanks", _step("session.finished", at.CLEARING)),
)
"""One person's deposit: one bottle in, one back."""

TOUR: Final = (
    Stop("setup", _step("start", ("provisioning",))),
    Stop("greeting", _step("credentials.ready", ("handshake",))),
    Stop("unauthorized", _step("handshake.unauthorized", ("out_of_service.unauthorized",))),
    Stop("blocked", _step("handshake.blocked", ("out_of_service.blocked",))),
    Stop("tidying", _step("handshake.ok", at.CLEARING)),
    Stop("guest", _step("mechanism.clear", at.IDLE)),
    Stop("welcome", _step("link.up", at.IDLE_ONLINE)),
    Stop("inspection", _step("picture.ordered", INSPECTION)),
    Stop("guest", _step("link.lost", at.IDLE)),
    *DEPOSIT,
    Stop("door", _open_door),
    Stop("maintenance", _take_over),
    Stop("restarting", _step("restart.ordered", ("restarting",))),
    Stop("full", _step("bin.full", FULL)),
    Stop("capped", _step("cap.reached", CAPPED)),
    Stop("fault", _alarm),
)
"""Every screen but those of a machine that does not speak. The order is not always a machine's."""
