"""A page may steer the world of a simulated machine, and nothing of a real one's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio

from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.bridges.local.simulation import Condition, Incident, Thing, WorldNow
from rvm_edge.bridges.local.verbs import SIMULATION, asked_in
from rvm_edge.identity import Secret
from rvm_edge.statechart.build import build
from rvm_edge.statechart.explore import explore
from states.chart import CHART
from tests.bridges.local.page import LONG_S, TOKEN, Json, Page, Running, bridge, page
from tests.bridges.local.staged_machine import StagedMachine

ASKED: tuple[tuple[str, Json], ...] = (
    ("simulate_look", {}),
    ("simulate_insert", {"thing": "can"}),
    ("simulate_condition", {"condition": "door_open", "holds": True}),
    ("simulate_incident", {"incident": "eyes_killed"}),
)


@dataclass
class StagedWorld:
    """A world that notes what is done to it."""

    done: list[str] = field(default_factory=list)
    holding: tuple[Condition, ...] = ()
    refuses: str = ""

    def now(self) -> WorldNow:
        return WorldNow(things=(Thing.CAN,), possible=(Condition.DOOR_OPEN,), holding=self.holding)

    async def insert(self, thing: Thing) -> str:
        await trio.lowlevel.checkpoint()
        if self.refuses:
            raise RefusedError(self.refuses)
        self.done.append(f"insert {thing.value}")
        return "a can"

    async def change(self, condition: Condition, *, holds: bool) -> None:
        await trio.lowlevel.checkpoint()
        self.holding = (condition,) if holds else ()

    async def happen(self, incident: Incident) -> None:
        await trio.lowlevel.checkpoint()
        self.done.append(incident.value)


@asynccontextmanager
async def playing(world: StagedWorld, *, token: str = TOKEN) -> AsyncIterator[tuple[Page, Json]]:
    """Open a page of a simulated machine, and return the bridge's hello besides."""
    machine = StagedMachine()
    local = LocalBridge(machine, machine, Arrangement(token=Secret(TOKEN), port=0), world)
    with trio.fail_after(LONG_S):
        async with trio.open_nursery() as nursery:
            port = await nursery.start(local.run)
            running = Running(port, nursery.cancel_scope, trio.Event())
            async with page(running, greets=False) as opened:
                yield opened, await opened.hello(token)
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize(("verb", "fields"), ASKED)
async def test_a_real_machine_says_that_it_is_one_and_refuses(verb: str, fields: Json) -> None:
    async with bridge(StagedMachine()) as running, page(running, greets=False) as opened:
        assert (await opened.hello())["simulated"] is False
        reply = await opened.ask(verb, **fields)
    assert reply["error"] == {"code": "not_here", "message": "this machine is not simulated"}


def test_no_state_of_the_machine_offers_what_only_its_world_could_do() -> None:
    for configuration in explore(build(CHART)).configurations:
        assert not SIMULATION.intersection(asked_in(configuration))


@pytest.mark.parametrize(("verb", "fields"), ASKED)
async def test_a_simulated_one_obeys_the_token_alone(verb: str, fields: Json) -> None:
    world = StagedWorld()
    async with playing(world, token="another") as (opened, hello):  # noqa: S106
        assert hello["simulated"] is True
        assert (await opened.ask(verb, **fields))["error"]["code"] == "no_token"
    assert (world.done, world.holding) == ([], ())


async def test_every_answer_tells_how_the_world_is_then() -> None:
    world = StagedWorld()
    async with playing(world) as (opened, _):
        seen = [(await opened.ask(verb, verb, **fields))["result"] for verb, fields in ASKED]
    as_it_is = {"things": ["can"], "possible": ["door_open"], "given_back": False}
    assert [one["world"] for one in seen] == [
        {**as_it_is, "holding": []},
        {**as_it_is, "holding": []},
        {**as_it_is, "holding": ["door_open"]},
        {**as_it_is, "holding": ["door_open"]},
    ]
    assert seen[1]["text"] == "a can"
    assert world.done == ["insert can", "eyes_killed"]


async def test_a_world_that_does_not_do_it_says_why() -> None:
    async with playing(StagedWorld(refuses="the slot is shut")) as (opened, _):
        reply = await opened.ask("simulate_insert", thing="can")
    assert reply["error"] == {"code": "refused", "message": "the slot is shut"}


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("simulate_insert", {"thing": "crown jewels"}),
        ("simulate_insert", {}),
        ("simulate_condition", {"condition": "door_open"}),
        ("simulate_incident", {"incident": "flood"}),
    ],
)
async def test_what_no_world_knows_is_malformed(verb: str, fields: Json) -> None:
    async with playing(StagedWorld()) as (opened, _):
        assert (await opened.ask(verb, **fields))["error"]["code"] == "malformed"
