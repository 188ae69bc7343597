"""The demo without a screen: people bring items, then the account of what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import msgspec
import trio

from rvm_edge.cli.demo.account import Account, draw_up, entries
from rvm_edge.cli.demo.both_books import compare
from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.mishaps import Trouble
from rvm_edge.cli.demo.outages import Outages
from rvm_edge.cli.demo.persons import Crowd, Diary, StuckError, repair, take_returns
from rvm_edge.cli.demo.reconciliation import reconcile
from rvm_edge.cli.demo.scenario import Plan
from rvm_edge.cli.demo.virtual import run_in_virtual_time
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from rvm_edge.simulator.cloud import CloudServer
from rvm_edge.simulator.truth import Truth
from rvm_edge.statechart.counts import Counts


class Told(msgspec.Struct, frozen=True):
    """What a run tells of itself.

    Attributes:
        truth: the world's account.
        counts: the engine's.
        diary: the people's.
        faults: what was made to fail, how often.
        known: how many items the ledger had before.
        sessions: how many deposits there were.
        stuck: why the run could not be finished, or "".
        server: the server, with what it has in its books.
    """

    truth: Truth
    counts: Counts
    diary: Diary
    known: int
    sessions: int
    server: CloudServer
    faults: dict[str, int] = msgspec.field(default_factory=dict)
    stuck: str = ""


def perform(
    plan: Plan,
    locations: Locations,
    settings: Settings,
    on_item: Callable[[], None] = lambda: None,
) -> Account:
    """Run the machine as planned and account for every item.

    Args:
        plan: what is asked.
        locations: where ledger and journal are kept; the data folder exists.
        settings: how the machine behaves.
        on_item: called after each item.
    """
    began_s = time.perf_counter()
    work = partial(_perform, plan, locations, plan.hurried(settings), on_item)
    told = run_in_virtual_time(work, plan.seed) if plan.virtual else trio.run(work)
    made = entries(locations, after=told.known)
    settled_before = {
        number: max(0, settled - told.known)
        for number, settled in told.diary.settled_before.items()
    }
    return draw_up(
        locations=locations,
        made=made,
        truth=told.truth,
        findings=reconcile(told.truth, settled_before, [entry.row for entry in made]),
        counts=told.counts,
        people=told.diary.people,
        sessions=told.sessions,
        both=compare(
            locations,
            told.server,
            points_per_item=settings.cloud.request.points_per_item,
            after=told.known,
        ),
        faults=told.faults,
        stuck=told.stuck,
        wall_s=time.perf_counter() - began_s,
    )


async def _perform(
    plan: Plan, locations: Locations, settings: Settings, on_item: Callable[[], None]
) -> Told:
    async with simulated_machine(locations, settings, plan.setup, plan.dialect) as machine:
        crowd = Crowd(machine, plan.seed, plan.pace, tricks=plan.faults)
        trouble = Trouble(machine, plan.seed, plan.pace)
        outages = Outages(machine, plan.seed, plan.pace, number=plan.outages, items=plan.items)
        before = await machine.daemon.ledger.counts()
        stuck = ""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(take_returns, machine, plan.seed, plan.pace)
            nursery.start_soon(repair, machine, plan.pace)
            if plan.faults:
                nursery.start_soon(trouble.brew, lambda: crowd.diary.insertions)
            nursery.start_soon(outages.brew, lambda: crowd.diary.insertions)
            try:
                await crowd.bring(plan.items, on_item)
                await outages.over()
            except StuckError as error:
                stuck = str(error)
            nursery.cancel_scope.cancel()
        stuck = stuck or await _afterwards(machine, crowd)
        after = await machine.daemon.ledger.counts()
        return Told(
            truth=machine.world.audit(),
            counts=machine.daemon.runtime.counts,
            diary=crowd.diary,
            known=before.items,
            sessions=after.sessions - before.sessions,
            server=machine.server.books,
            faults=dict(trouble.happened + outages.happened),
            stuck=stuck,
        )


async def _afterwards(machine: SimulatedMachine, crowd: Crowd) -> str:
    """Put right what was broken; see the machine idle, with everything at the server.

    Say so if it does not get there.
    """
    machine.world.clear()
    machine.server.internet.mend()
    machine.server.books.behave()
    try:
        await crowd.see_it_idle()
        await crowd.see_it_delivered()
    except StuckError as error:
        return str(error)
    return ""
