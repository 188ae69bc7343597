"""A machine that a test plays: it is in whatever state the test says, and does what it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import trio
from msgspec.structs import replace

from rvm_edge.bridges.local.computer import Doctor
from rvm_edge.bridges.local.condition import Check, SelfTest
from rvm_edge.bridges.local.control import RefusedError, Task, WrongCodeError
from rvm_edge.bridges.local.reset_offer import ResetOffer
from rvm_edge.bridges.local.view import Alarm, Login, Sensors, SetUp, Sighting
from rvm_edge.identity import Secret
from rvm_edge.item import SessionMode
from rvm_edge.statechart.counts import Counts, Tally
from rvm_edge.statechart.definition import Configuration, Payload, Scalar
from rvm_edge.statechart.journal.record import GENESIS, Entry, seal
from rvm_edge.statechart.publishing import Publisher, Step
from rvm_edge.telemetry import Figures, Health, Inventory
from tests.bridges.local.staged_records import CHECKED, StagedRecords, stages

OFFLINE = "operational.link.offline_guest"
ONLINE = "operational.link.online"
INTAKE = "operational.intake"
IDLE = (OFFLINE, f"{INTAKE}.idle")
IDLE_ONLINE = (ONLINE, f"{INTAKE}.idle")
WAITING = (OFFLINE, f"{INTAKE}.deposit.waiting")
CAPTURE = (OFFLINE, f"{INTAKE}.deposit.capture")
CLASSIFY = (OFFLINE, f"{INTAKE}.deposit.classify")
ACCEPT = (OFFLINE, f"{INTAKE}.deposit.accept")
CLEARING = (OFFLINE, f"{INTAKE}.clearing")
MAINTENANCE = ("maintenance",)
FAULT = ("fault",)
RESTARTING = ("restarting",)
PROVISIONING = ("provisioning",)

SESSION = "7a0f8e52-51c5-4f0a-8a3e-6d1c2b3a4f5e"
ITEM = "0d1c6b9e-2f43-4c6e-9d57-3f0f3b7a9c11"
RESET_CODE = "04815162"
JPEG = b"\xff\xd8\xff\xe0 not a real picture \xff\xd9"


def step(
    event: str,
    after: Configuration,
    before: Configuration = (),
    data: Mapping[str, Scalar] | None = None,
    seq: int = 1,
) -> Step:
    """Make a step; the states between the leaves count as entered and exited, too."""
    entry = Entry(event, dict(data or {}), before, after, (), "chart")
    record = seal(entry, seq=seq, at="2026-11-28T00:00:00Z", mono=1.0, prev=GENESIS)
    was, now = _active(before), _active(after)
    exited = tuple(path for path in reversed(was) if path not in now)
    entered = tuple(path for path in now if path not in was)
    return Step(record, None, exited, entered)


def _active(leaves: Configuration) -> list[str]:
    paths: list[str] = []
    for leaf in leaves:
        parts = leaf.split(".")
        for length in range(1, len(parts) + 1):
            path = ".".join(parts[:length])
            if path not in paths:
                paths.append(path)
    return paths


@dataclass
class StagedTelemetry:
    """Figures as the test sets them."""

    work: Figures = field(default_factory=Figures)

    async def health(self) -> Health:
        return Health(cpu_pct=12.5, memory_pct=40.0, disk_pct=7.0, cpu_c=51.5)

    async def inventory(self) -> Inventory:
        raise NotImplementedError

    async def figures(self) -> Figures:
        return self.work


@dataclass
class StagedMachine:
    """The machine as the bridge sees it, and what the bridge made it do.

    Attributes:
        done: what was asked of it, in order.
        records: what it remembers.
        doctor: who looks over its computer.
        report: what a self-test finds.
        pauses: awaited between two checks of a self-test.
        refuses: with these words, whatever it is asked.
        hesitates: awaited before anything is done.
    """

    configuration: Configuration = IDLE
    kiosk_url: str = ""
    telemetry: StagedTelemetry = field(default_factory=StagedTelemetry)
    counts: Counts = field(default_factory=lambda: Tally(steps=3).snapshot())
    seen: dict[str, Sighting] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    cut_outs: dict[str, bytes] = field(default_factory=dict)
    senses: Sensors = field(default_factory=Sensors)
    standing: tuple[Alarm, ...] = ()
    login: Login | None = None
    set_up: SetUp | None = None
    time_zone: str = ""
    users: dict[str, str] = field(default_factory=dict)
    progressing: bool = True
    records: StagedRecords = field(default_factory=StagedRecords)
    doctor: Doctor | None = None
    report: tuple[Check, ...] = CHECKED
    pauses: Callable[[], Awaitable[object]] = trio.lowlevel.checkpoint
    done: list[str] = field(default_factory=list)
    refuses: str = ""
    hesitates: Callable[[], Awaitable[object]] = trio.lowlevel.checkpoint

    def __post_init__(self) -> None:
        self.publisher = Publisher(Tally())
        self._seq = 0

    def step(
        self, event: str, after: Configuration, data: Mapping[str, Scalar] | None = None
    ) -> None:
        """Make a step, as the runtime does: first be there, then tell."""
        self._seq += 1
        before, self.configuration = self.configuration, after
        made = step(event, after, before, data, self._seq)
        told = ", ".join(f"{name}={value}" for name, value in (data or {}).items())
        self.records.note(event, after, told)
        self.publisher.publish(made)

    def stop(self) -> None:
        """End, as the runtime does."""
        self.configuration = ()
        self.publisher.close()

    def subscribe(self, capacity: int) -> AbstractContextManager[trio.MemoryReceiveChannel[Step]]:
        return self.publisher.subscribe(capacity)

    def user_name(self, session_id: str) -> str:
        return self.users.get(session_id, "")

    def is_progressing(self, limit_s: float) -> bool:
        return self.progressing and limit_s > 0.0

    async def sighting(self, client_uuid: str) -> Sighting | None:
        return self.seen.get(client_uuid)

    async def picture(self, client_uuid: str) -> bytes | None:
        return self.pictures.get(client_uuid)

    async def cut_out(self, client_uuid: str) -> bytes | None:
        return self.cut_outs.get(client_uuid)

    async def sensors(self) -> Sensors:
        return self.senses

    async def alarms(self) -> tuple[Alarm, ...]:
        return self.standing

    async def start_session(self, mode: SessionMode, user_token: Secret | None) -> str:
        await self._do(f"start {mode.value} {user_token.reveal() if user_token else ''}".strip())
        data: Payload = {"session_id": SESSION, "mode": mode.value, "owner": ""}
        self.step("session.requested", WAITING, data)
        return SESSION

    async def end_session(self) -> None:
        await self._do("end")
        self.step("session.finished", CLEARING)

    async def enter_maintenance(self) -> None:
        await self._do("enter maintenance")
        self.step("maintenance.enter", MAINTENANCE)

    async def exit_maintenance(self) -> None:
        await self._do("exit maintenance")
        self.step("maintenance.exit", CLEARING)

    async def maintain(self, task: Task) -> str:
        await self._do(task.value)
        return f"{task.value}: fine"

    async def look_inside(self) -> bytes:
        await self._do("look inside")
        return JPEG

    async def begin_reset(self) -> ResetOffer:
        await self._do("begin reset")
        return ResetOffer(RESET_CODE, 600.0, 3)

    async def confirm_reset(self, code: str, *, keep: bool = False) -> str:
        if code != RESET_CODE:
            raise WrongCodeError("this is not the code on the machine's screen")
        if keep:
            await self._do("change credentials")
            self.step("credentials.awaited", PROVISIONING)
            return "waits for other credentials"
        await self._do("reset")
        self.step("restart.ordered", RESTARTING)
        return "deposits that wait for the server and stay: 3"

    async def acknowledge(self, alarm: str) -> None:
        await self._do(f"acknowledge {alarm}")
        if alarm not in [one.code for one in self.standing]:
            raise RefusedError("no such alarm stands")
        self.standing = tuple(
            replace(one, acknowledged=True) if one.code == alarm else one for one in self.standing
        )

    async def self_test(self, tell: Callable[[SelfTest], None]) -> str:
        await self._do("self-test")
        for told in stages(self.report):
            tell(told)
            await self.pauses()
        return "done"

    async def _do(self, what: str) -> None:
        await self.hesitates()
        if self.refuses:
            raise RefusedError(self.refuses)
        self.done.append(what)
