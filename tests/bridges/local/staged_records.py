"""The memory of a machine that a test plays, and the self-test that it makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone

import trio
from msgspec.structs import replace

from rvm_edge.bridges.local.condition import (
    Advice,
    Check,
    CheckName,
    CheckState,
    Model,
    SelfTest,
    Sight,
)
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.records import (
    EvidencePage,
    JournalLine,
    JournalPage,
    KeptItem,
    QueuedItem,
    QueuePage,
)

MODEL = Model("bottles.onnx", "2026.11", "0f" * 32, Sight.READY)
CHECKED = tuple(
    Check(name, CheckState.PASSED, "fine") for name in CheckName if name is not CheckName.SCALE
)


@dataclass
class StagedRecords:
    """What it remembers, as the test sets it.

    Attributes:
        queued: what waits.
        kept: whose pictures lie here, the newest first.
        lines: of the journal, oldest first.
        eyes: the model.
        unreadable: why nothing can be read, or "".
    """

    queued: tuple[QueuedItem, ...] = ()
    kept: tuple[KeptItem, ...] = ()
    lines: list[JournalLine] = field(default_factory=list)
    eyes: Model = field(default_factory=Model)
    unreadable: str = ""

    async def model(self) -> Model:
        await trio.lowlevel.checkpoint()
        return self.eyes

    async def queue(self, most: int) -> QueuePage:
        await self._read()
        dead = sum(one.delivery.value == "dead" for one in self.queued)
        return QueuePage(len(self.queued), dead, 3, self.queued[:most])

    async def evidence(self, before: int, most: int) -> EvidencePage:
        await self._read()
        found = [one for one in self.kept if not before or one.number < before]
        return EvidencePage(len(self.kept), len(found) > most, tuple(found[:most]))

    async def journal(self, after: int, most: int) -> JournalPage:
        await self._read()
        found = [one for one in self.lines if one.seq > after]
        return JournalPage(len(found) > most, tuple(found[-most:]))

    def note(self, event: str, where: tuple[str, ...], detail: str = "") -> None:
        """Write a line."""
        seq = len(self.lines) + 1
        at = f"2026-11-28T10:{seq // 60 % 60:02}:{seq % 60:02}.000+07:00"
        self.lines.append(JournalLine(seq, at, event, where, detail))

    async def _read(self) -> None:
        await trio.lowlevel.checkpoint()
        if self.unreadable:
            raise RefusedError(self.unreadable)


def failing(name: CheckName, found: str, advice: Advice) -> tuple[Check, ...]:
    """Return a report in which one check fails."""
    failed = Check(name, CheckState.FAILED, found, advice)
    return tuple(failed if one.name is name else one for one in CHECKED)


def stages(report: tuple[Check, ...]) -> list[SelfTest]:
    """Return what a self-test tells on its way to this report."""
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    blank = tuple(Check(one.name) for one in report)
    told = [SelfTest(at, True, blank)]
    for number in range(len(report)):
        running = replace(blank[number], state=CheckState.RUNNING)
        told.append(SelfTest(at, True, (*report[:number], running, *blank[number + 1 :])))
        told.append(SelfTest(at, True, (*report[: number + 1], *blank[number + 1 :])))
    return [*told, SelfTest(at, False, report)]
