"""The whole machine takes a model that its server released, between two deposits, and gives it up.

Real workers, real sockets to a simulated server, real pictures: what `rvm-edge demo` shows at `m`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import trio

from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.persons import Crowd, take_returns
from rvm_edge.cli.demo.releases import release
from rvm_edge.cli.demo.scenario import REAL
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.locations import Locations
from rvm_edge.packaged import model_file
from rvm_edge.settings import ModelSettings, Settings, VisionSettings
from rvm_edge.vision.eyes import WorkerEyes
from rvm_edge.vision.model_store import MANIFEST, read_manifest
from states import paths
from states.events import SessionFinished

LOSSES = 2
SETTINGS = Settings(
    vision=VisionSettings(restart_first_s=0.01, restart_cap_s=0.05, judge_timeout_s=30),
    models=ModelSettings(losses=LOSSES, spare_mb=0, spare_memory_mb=0, slower_at_most=100),
)
SHIPPED = read_manifest(model_file(MANIFEST).parent).models[0].sha256
WITHIN_S = 110.0


@dataclass
class Visit:
    """A machine, and somebody who stands at it.

    Attributes:
        machine: at work.
        crowd: puts items in.
        said: what became of the releases.
        noted: what its journal heard of models.
    """

    machine: SimulatedMachine
    crowd: Crowd
    said: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    @property
    def eyes(self) -> WorkerEyes:
        eyes = self.machine.eyes.eyes
        assert isinstance(eyes, WorkerEyes)
        return eyes

    async def judged_by(self) -> str:
        """Put something in, and return the hash of the model that judged it."""
        before = await self._settled()
        await self.crowd.put_in(self.machine.samples.acceptable()[0])
        while await self._settled() == before:
            with trio.move_on_after(0.1):
                await self.machine.until_moved(self.machine.leaves)
        (item,) = await self.machine.daemon.ledger.recent(1)
        assert item.verdict is not None
        return item.verdict.model_hash

    async def _settled(self) -> int:
        counts = await self.machine.daemon.ledger.counts()
        return counts.dropped + counts.returned

    async def leave(self) -> None:
        await self.machine.until_in(paths.WAITING)
        await self.machine.daemon.runtime.post(SessionFinished())
        await self.machine.until_in(paths.IDLE)

    async def release(self) -> None:
        self.said.append(await release(self.machine))


async def until(holds: Callable[[], bool]) -> None:
    """Look again and again: what is waited for happens in other processes and tasks."""
    while not holds():
        await trio.sleep(0.02)


@asynccontextmanager
async def visiting(folder: Path) -> AsyncIterator[Visit]:
    setup = Setup(travel_scale=0.0)
    async with simulated_machine(Locations(folder, folder), SETTINGS, setup) as machine:
        visit = Visit(machine, Crowd(machine, 1, REAL))

        async def listen(task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
            with machine.daemon.runtime.subscribe(10_000) as steps:
                task_status.started()
                async for step in steps:
                    if step.record.event == "model.noted":
                        visit.noted.append(str(dict(step.record.data)["news"]))

        async with trio.open_nursery() as nursery:
            await nursery.start(listen)
            nursery.start_soon(take_returns, machine, 1, REAL)
            await machine.until(lambda: machine.is_in(paths.IDLE) and machine.is_in(paths.ONLINE))
            await visit.eyes.ready()
            yield visit
            nursery.cancel_scope.cancel()


@pytest.mark.timeout(240)
async def test_a_released_model_judges_from_the_next_deposit_on_and_is_rolled_back_for_its_losses(
    tmp_path: Path,
) -> None:
    with trio.fail_after(2 * WITHIN_S):
        async with visiting(tmp_path) as visit, trio.open_nursery() as nursery:
            machine = visit.machine
            assert await visit.judged_by() == SHIPPED
            nursery.start_soon(visit.release)
            await until(lambda: "fetched" in visit.noted)
            assert await visit.judged_by() == SHIPPED  # not within a deposit
            await visit.leave()
            await until(lambda: bool(visit.said))
            new = machine.server.books.books.models[-1].sha256
            assert "serves from the next item on" in visit.said[0]
            assert new != SHIPPED
            assert await visit.judged_by() == new
            told = await machine.server.uplinks[-1].telemetry.inventory()
            assert (told.model_name, told.model_hash) != ("", SHIPPED)
            assert told.model_hash == new
            for _ in range(LOSSES):
                await visit.eyes.ready()
                lost = visit.eyes.restarts
                machine.trouble.lose()
                await until(partial(lambda lost: visit.eyes.restarts > lost, lost))
            assert await visit.judged_by() == SHIPPED
            await visit.leave()
            assert visit.noted == ["fetched", "in_service", "rolled_back"]
