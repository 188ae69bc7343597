"""A new model takes over only while nobody is served, and the journal hears of every step."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.machine import ModelNews, ModelNote, ModelsError
from rvm_edge.orders import Action, Order
from states import paths
from states.renewing import renew_eyes
from tests.rig import BOTTLE, Rig


class ScriptedModels:
    """`rvm_edge.machine.Models` whose trial a test holds open."""

    def __init__(self) -> None:
        self.asked: list[Order] = []
        self.source = True
        self.renewing = 0
        self.given_up = 0
        self.came, self._coming = trio.open_memory_channel[ModelNote](10)

    async def look_for(self, order: Order) -> str:
        await trio.lowlevel.checkpoint()
        if not self.source:
            raise ModelsError("nobody says which")
        self.asked.append(order)
        return "the source is being asked"

    async def renew(self) -> None:
        self.renewing += 1
        try:
            await trio.sleep_forever()
        finally:
            self.renewing -= 1
            self.given_up += 1

    async def next_note(self) -> ModelNote:
        return await self._coming.receive()


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels()


@pytest.fixture
def rig(tmp_path: Path, models: ScriptedModels) -> Rig:
    return Rig(tmp_path, models=models)


async def until_noted(rig: Rig, event: str) -> dict[str, object]:
    with trio.fail_after(600):
        while True:
            for step in rig.steps:
                if step.record.event == event:
                    return dict(step.record.data)
            await rig.moved.wait()


@pytest.mark.parametrize("action", [Action.CHECK_MODEL_UPDATE, Action.DOWNLOAD_MODEL])
async def test_an_order_begins_the_search_and_is_done_with_that(
    autojump_clock: MockClock, rig: Rig, models: ScriptedModels, action: Action
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", action, model_hash="0" * 64, url="https://a/b"))
        done = await until_noted(rig, "order.done")
        assert done["action"] == action.value
        assert done["result"] == "the source is being asked"
        assert [order.action for order in models.asked] == [action]


async def test_an_order_is_refused_where_nobody_says_which_model(
    autojump_clock: MockClock, rig: Rig, models: ScriptedModels
) -> None:
    models.source = False
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        rig.link.orders.give(Order("1", Action.CHECK_MODEL_UPDATE))
        assert (await until_noted(rig, "order.refused"))["why"] == "nobody says which"


async def test_a_trial_is_given_up_when_somebody_comes_and_begun_again_when_they_are_gone(
    autojump_clock: MockClock, rig: Rig, models: ScriptedModels
) -> None:
    async with rig.boot() as booted:
        await booted.until(paths.IDLE)
        await trio.sleep(1)
        assert models.renewing == 1
        await booted.start()
        assert (models.renewing, models.given_up) == (0, 1)
        await booted.insert(BOTTLE)
        assert models.renewing == 0
        await booted.finish()
        await booted.until(paths.IDLE)
        await trio.sleep(1)
        assert models.renewing == 1


def test_only_states_without_an_item_in_hand_change_the_eyes(rig: Rig) -> None:
    changing = {path for path, state in rig.chart.walk() if renew_eyes in state.activities}
    assert changing == {paths.IDLE, paths.FULL, paths.CAPPED, paths.MAINTENANCE}


async def test_what_becomes_of_a_model_is_in_the_journal(
    autojump_clock: MockClock, rig: Rig, models: ScriptedModels
) -> None:
    async with rig.boot() as booted:
        await booted.start()
        models.came.send_nowait(ModelNote(ModelNews.ROLLED_BACK, "v2", "a" * 64, "it died"))
        assert await until_noted(rig, "model.noted") == {
            "news": "rolled_back",
            "version": "v2",
            "sha256": "a" * 64,
            "why": "it died",
        }
        assert paths.DEPOSIT in "".join(rig.path[-1])
