"""How long after the internet's return a machine is online, and has delivered what waited.

The whole machine with its real client, in virtual time: what is measured is what the policy lets
it wait, not how fast this computer is. The floor is a machine that would notice at once.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from functools import partial
from pathlib import Path

import trio

from rvm_edge.cli.demo.eyes import EyesKind
from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.persons import Crowd, take_returns
from rvm_edge.cli.demo.scenario import VIRTUAL
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.cli.demo.virtual import run_in_virtual_time
from rvm_edge.locations import Locations
from rvm_edge.settings import Policy, Settings
from states import paths
from tests.bench.result import BenchResult

OUTAGES_S = {"minute": 60.0, "quarter": 900.0}
ITEMS = 8
_LOOK_S = 0.05


def run(times: int = 20) -> BenchResult:
    """Measure; about half a minute with the default number of outages of each length."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name, outage_s in OUTAGES_S.items():
        with tempfile.TemporaryDirectory(prefix="bench-recovery-", dir=Path.cwd()) as folder:
            work = partial(_measure, Path(folder), outage_s, times)
            found[name] = run_in_virtual_time(work, seed=1)
    figures: dict[str, float] = {}
    for name, recoveries in found.items():
        online = [one for one, _ in recoveries]
        delivered = [one for _, one in recoveries]
        figures[f"online_s_p50_after_{name}"] = round(statistics.median(online), 2)
        figures[f"online_s_most_after_{name}"] = round(max(online), 2)
        figures[f"delivered_s_p50_after_{name}"] = round(statistics.median(delivered), 2)
        figures[f"delivered_s_most_after_{name}"] = round(max(delivered), 2)
    cap_s = Policy().reconnect_cap_s
    return BenchResult(
        name="recovery",
        figures={**figures, "reconnect_cap_s": cap_s},
        ratios={
            "online_p50_after_quarter_over_mean_wait": round(
                figures["online_s_p50_after_quarter"] / (cap_s / 2), 3
            ),
        },
        notes=(
            f"{times} outages of a minute and of a quarter of an hour, up to {ITEMS} items dropped "
            "in each, in virtual time: how long this computer takes is not in it",
            "after a long outage the next try is on average half of policy.reconnect_cap_s away; "
            "docs/explanation/a-fleet-and-its-server.md says why it is not sooner",
        ),
    )


async def _measure(folder: Path, outage_s: float, times: int) -> list[tuple[float, float]]:
    chance = random.Random(f"recovery after {outage_s}")  # noqa: S311 - repeatable on purpose
    setup = Setup(seed=3, virtual=True, eyes=EyesKind.SCRIPTED)
    found = []
    async with simulated_machine(Locations(folder, folder), Settings(), setup) as machine:
        crowd = Crowd(machine, 3, VIRTUAL)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(take_returns, machine, 3, VIRTUAL)
            for _ in range(times):
                await machine.until_in(paths.ONLINE)
                await crowd.see_it_idle()
                await crowd.see_it_delivered()
                machine.server.internet.cut(chance)
                with trio.move_on_after(outage_s * chance.uniform(0.9, 1.1)):
                    await crowd.bring(crowd.diary.insertions + ITEMS)
                    await trio.sleep_forever()
                found.append(await _recovery(machine))
            nursery.cancel_scope.cancel()
    return found


async def _recovery(machine: SimulatedMachine) -> tuple[float, float]:
    """Mend the internet; return after how many seconds the machine is online, and has delivered."""
    began_s = trio.current_time()
    machine.server.internet.mend()
    await machine.until_in(paths.ONLINE)
    online_s = trio.current_time() - began_s
    while (await machine.daemon.ledger.outbox.counts()).waiting:
        await trio.sleep(_LOOK_S)
    return online_s, trio.current_time() - began_s
