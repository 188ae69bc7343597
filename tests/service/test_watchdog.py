"""The manager hears a beat while the chart makes progress, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec
import pytest
import trio

from rvm_edge.service.notify import ServiceManager
from rvm_edge.service.watchdog import report

LIMIT_S = 20.0


@dataclass
class StagedChart:
    """A chart whose progress a test decides."""

    progressing: bool = True
    configuration: tuple[str, ...] = ("operational.link.online", "operational.intake.idle")
    limits: list[float] = field(default_factory=list)

    def is_progressing(self, limit_s: float) -> bool:
        self.limits.append(limit_s)
        return self.progressing


class Overheard(ServiceManager, frozen=True):
    """Keeps what a manager would hear."""

    watchdog_s: float | None = 3.0
    said: list[str] = msgspec.field(default_factory=list)

    def _tell(self, message: str) -> None:
        self.said.append(message)

    @contextmanager
    def from_now_on(self) -> Iterator[list[str]]:
        del self.said[:]
        yield self.said


@pytest.fixture(name="manager")
def a_manager() -> Overheard:
    return Overheard()


async def _after(seconds: float) -> None:
    await trio.sleep(seconds)


async def test_it_is_ready_once_the_chart_runs(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, manager: Overheard
) -> None:
    chart = StagedChart(progressing=False, configuration=())
    nursery.start_soon(report, manager, chart, LIMIT_S)
    await _after(10)
    assert manager.said == []

    chart.progressing, chart.configuration = True, ("provisioning",)
    await _after(0.2)

    assert manager.said == ["READY=1", "WATCHDOG=1", "STATUS=provisioning"]
    assert set(chart.limits) == {LIMIT_S}


async def test_it_beats_well_within_the_managers_limit(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, manager: Overheard
) -> None:
    nursery.start_soon(report, manager, StagedChart(), LIMIT_S)
    await _after(30)

    beats = manager.said.count("WATCHDOG=1")

    assert 2 * 30 / 3.0 <= beats <= 4 * 30 / 3.0


async def test_a_chart_that_stands_still_gets_no_beat_and_says_where(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, manager: Overheard
) -> None:
    chart = StagedChart()
    nursery.start_soon(report, manager, chart, LIMIT_S)
    await _after(5)

    chart.progressing, chart.configuration = False, ("operational.intake.deposit.accept",)
    with manager.from_now_on() as said:
        await _after(30)

    assert said == ["STATUS=no progress for 20 s in operational.intake.deposit.accept"]


async def test_a_chart_that_goes_on_gets_its_beat_back(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, manager: Overheard
) -> None:
    chart = StagedChart()
    nursery.start_soon(report, manager, chart, LIMIT_S)
    await _after(5)
    chart.progressing = False
    await _after(5)

    chart.progressing = True
    with manager.from_now_on() as said:
        await _after(2)

    assert "WATCHDOG=1" in said
    assert "STATUS=operational.link.online + operational.intake.idle" in said


async def test_the_status_is_said_when_it_changes_and_not_again(
    autojump_clock: trio.testing.MockClock, nursery: trio.Nursery, manager: Overheard
) -> None:
    nursery.start_soon(report, manager, StagedChart(), LIMIT_S)
    await _after(60)

    assert sum(one.startswith("STATUS=") for one in manager.said) == 1
