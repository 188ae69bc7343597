"""One example of each message, for the reference pages; encoded as the wire is."""

from __future__ import annotations

from typing import Final

import msgspec

from rvm_edge.bridges.local import requests as ask
from rvm_edge.bridges.local import simulation_requests as simulated
from rvm_edge.bridges.local import technician_requests as technicians
from rvm_edge.bridges.local.asking import Incoming
from rvm_edge.bridges.local.both_words import words_of
from rvm_edge.bridges.local.messages import (
    PROTOCOL,
    Alive,
    Anew,
    ErrorCode,
    Event,
    Hello,
    Message,
    Result,
    done,
    not_done,
)
from rvm_edge.bridges.local.parts import ItemNow, ItemStep, LinkMode, LinkNow, Snapshot, StateNow
from rvm_edge.bridges.local.simulation import Condition, Incident, Thing
from rvm_edge.bridges.local.verbs import asked_in
from rvm_edge.item import Reason

_BOOT = "3f9c2a71d0b84e65"
_ITEM = "0d1c6b9e-2f43-4c6e-9d57-3f0f3b7a9c11"
_SESSION = "7a0f8e52-51c5-4f0a-8a3e-6d1c2b3a4f5e"
_AT = "2026-11-28T03:15:00.000+00:00"
_IDLE = ("operational.link.offline_guest", "operational.intake.idle")


_SNAPSHOT = Snapshot(
    state=StateNow(
        configuration=_IDLE,
        cause="mechanism.clear",
        entered=("operational.intake.idle",),
        exited=("operational.intake.clearing",),
        may=asked_in(_IDLE),
    ),
    link=LinkNow(mode=LinkMode.OFFLINE_GUEST),
)
_REJECTED = ItemNow(
    client_uuid=_ITEM,
    step=ItemStep.DECIDED,
    accepted=False,
    reason=Reason.NOT_EMPTY,
    words=words_of(Reason.NOT_EMPTY),
    label="not_empty",
    confidence=0.64,
    box=(0.1, 0.25, 0.5, 0.75),
    picture=f"/pictures/{_ITEM}.jpg",
)

FROM_PAGE: Final[tuple[Incoming, ...]] = (
    ask.ClientHello(
        client="kiosk/1",
        token="…",  # noqa: S106 - none
        resume=ask.Resume(boot=_BOOT, seq=41),
    ),
    ask.PageAlive(),
    ask.StartSession(id="1"),
    ask.EndSession(id="2"),
    ask.OpenSlot(id="3"),
    ask.Cancel(id="4"),
    ask.Acknowledge(id="5", alarm="part.sorter"),
    ask.ChooseLanguage(id="6", language="en"),
    ask.AskKioskUrl(id="7"),
    technicians.EnterPin(id="8", pin="0000"),
    technicians.EnterMaintenance(id="9"),
    technicians.ExitMaintenance(id="10"),
    technicians.OpenDoor(id="11"),
    technicians.TestMotor(id="12"),
    technicians.TestLight(id="13"),
    technicians.ReadSensors(id="14"),
    technicians.Recalibrate(id="15"),
    technicians.ExportLogs(id="16"),
    technicians.LookInside(id="17"),
    technicians.RunSelfTest(id="25"),
    technicians.BeginReset(id="29"),
    technicians.ConfirmReset(id="30", code="00000000"),
    technicians.ListFindings(id="31"),
    technicians.ListQueue(id="26"),
    technicians.ListEvidence(id="27", before=1042),
    technicians.ListJournal(id="28", after=7311),
    simulated.SimulateLook(id="21"),
    simulated.SimulateInsert(id="22", thing=Thing.EMPTY_PET),
    simulated.SimulateCondition(id="23", condition=Condition.SORTER_JAMMED, holds=True),
    simulated.SimulateIncident(id="24", incident=Incident.TAKE_BACK),
    ask.DeclaredDeposit(id="18"),
)

FROM_BRIDGE: Final[tuple[Message, ...]] = (
    Hello(
        protocol=PROTOCOL,
        version="0.1.0",
        boot=_BOOT,
        seq=41,
        resumed=False,
        snapshot=_SNAPSHOT,
        may_act=True,
        simulated=False,
        heartbeat_s=5.0,
        silence_s=15.0,
    ),
    Event(seq=42, at=_AT, part=_REJECTED),
    Anew(seq=43, at=_AT, snapshot=_SNAPSHOT),
    Alive(seq=43),
    done("1", Result(session_id=_SESSION)),
    not_done("2", ErrorCode.NOT_HERE, "end_session cannot be asked now: the machine is in …"),
)


def json_of(message: msgspec.Struct) -> str:
    """Return a message's JSON, laid out for people."""
    return msgspec.json.format(msgspec.json.encode(message), indent=1).decode()
