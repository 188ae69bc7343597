"""The simulated machine sends when the chart's own activities send: the two cannot drift apart."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.machine import Standing
from rvm_edge.settings import Policy, Settings
from rvm_edge.simulator.fleet.scenario import Fault, Scenario
from rvm_edge.simulator.fleet.server import Kind
from rvm_edge.statechart.definition import Event
from states.context import Ctx
from states.events import LinkLost, LinkUp
from states.offline_guest import seek_server
from states.online import keep_link
from tests.simulator.fleet.rig import Bench

SEED = 7
CONNECT_S = Settings().cloud.request.connect_s
FAULTS = {
    Fault.REFUSED: (Standing.UNREACHABLE, 0.0),
    Fault.SILENT: (Standing.UNREACHABLE, CONNECT_S),
    Fault.NO_ROUTE: (Standing.NO_ROUTE, 0.0),
}
each_fault = pytest.mark.parametrize("fault", FAULTS)


class ScriptedServer:
    """Away for a while, as the cloud bridge would tell it; notes when it is asked."""

    def __init__(self, fault: Fault, gone_at_s: float, back_at_s: float) -> None:
        self._standing, self._after_s = FAULTS[fault]
        self._away_s = (gone_at_s, back_at_s)
        self.asked_s: list[float] = []

    async def handshake(self) -> Standing:
        return await self._answer()

    async def heartbeat(self, _bin_pct: float | None) -> Standing:
        return await self._answer()

    async def _answer(self) -> Standing:
        now_s = trio.current_time()
        self.asked_s.append(now_s)
        if self._away_s[0] <= now_s < self._away_s[1]:
            await trio.sleep(self._after_s)
            return self._standing
        return Standing.OK


class Empty:
    """A bin that nothing is in."""

    async def level_pct(self) -> float:
        return 0.0


class Here:
    """What an activity gets."""

    event: Event | None = None

    def __init__(self, cloud: ScriptedServer) -> None:
        self.posted: list[Event] = []
        self.machine = SimpleNamespace(
            cloud=cloud,
            policy=Policy(),
            chance=random.Random(SEED).random,  # noqa: S311 - repeatable on purpose
            hardware=SimpleNamespace(bin=Empty()),
        )

    async def post(self, event: Event) -> None:
        self.posted.append(event)


@each_fault
async def test_handshakes_are_sent_at_the_same_times(
    autojump_clock: MockClock, fault: Fault
) -> None:
    cloud = ScriptedServer(fault, 0, 300)
    here = Here(cloud)
    await seek_server(cast("Ctx", here))
    assert here.posted == [LinkUp()]

    simulated = Bench(Scenario(before_s=0, outage_s=300, fault=fault, items_per_hour=0, seed=SEED))
    machine = simulated.ours()
    machine.start(machine.seek_server())
    simulated.clock.agenda.advance(cloud.asked_s[-1] + 1)
    assert simulated.tally.times_s(Kind.HANDSHAKE) == pytest.approx(cloud.asked_s)
    assert len(cloud.asked_s) > 8


@each_fault
async def test_heartbeats_are_sent_at_the_same_times_until_the_link_is_lost(
    autojump_clock: MockClock, fault: Fault
) -> None:
    cloud = ScriptedServer(fault, 100, 10_000)
    here = Here(cloud)
    await keep_link(cast("Ctx", here))
    assert here.posted == [LinkLost()]

    simulated = Bench(Scenario(before_s=100, outage_s=9_900, fault=fault, items_per_hour=0))
    machine = simulated.ours()
    machine.now_online(True)
    machine.start(machine.keep_link())
    simulated.clock.agenda.advance(400)
    assert simulated.tally.times_s(Kind.HEARTBEAT) == pytest.approx(cloud.asked_s)
    assert not machine.is_online


async def test_a_short_silence_loses_no_link_in_either(autojump_clock: MockClock) -> None:
    cloud = ScriptedServer(Fault.SILENT, 100, 150)
    here = Here(cloud)
    with trio.move_on_after(1_000):
        await keep_link(cast("Ctx", here))
    assert here.posted == []

    simulated = Bench(
        Scenario(before_s=100, outage_s=50, after_s=850, fault=Fault.SILENT, items_per_hour=0)
    )
    machine = simulated.ours()
    machine.now_online(True)
    machine.start(machine.keep_link())
    simulated.clock.agenda.advance(999.9)
    assert simulated.tally.times_s(Kind.HEARTBEAT) == pytest.approx(cloud.asked_s)
    assert machine.is_online
