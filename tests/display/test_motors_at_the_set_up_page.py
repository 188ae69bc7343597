"""What a held button has moved, and that a phone that is lost leaves no gate open."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.display.set_up_premises import SetUpPremises
from rvm_edge.locations import Locations
from rvm_edge.machine import Machine
from rvm_edge.orders import Component, Motion
from rvm_edge.provisioning.wizard.premises import NotMovedError
from rvm_edge.settings import Settings

OPEN = (Component.GATE, Motion.OPEN)
SHUT = (Component.GATE, Motion.CLOSE)
HOME = (Component.SORTER, Motion.RESET)
STROKE_S = 2.0


class Mechanism:
    """Moves as the chart would have it moved, and notes what came to its end."""

    def __init__(self, refusal: str = "") -> None:
        self.refusal = refusal
        self.moved: list[tuple[Component, Motion]] = []

    async def move(self, part: Component, motion: Motion) -> str:
        await trio.sleep(STROKE_S)
        if self.refusal:
            raise RefusedError(self.refusal)
        self.moved.append((part, motion))
        return f"{part.value}: {motion.value}"


def premises(folder: Path, mechanism: Mechanism) -> SetUpPremises:
    here = Locations(config_dir=folder, data_dir=folder)
    return SetUpPremises(cast("Machine", None), Settings(), here, move=mechanism.move)


async def test_a_gate_opens_and_shuts_and_a_sorter_goes_home(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    mechanism = Mechanism()
    page = premises(tmp_path, mechanism)
    assert await page.move("gate") == "gate: open, close"
    assert await page.move("sorter") == "sorter: reset"
    assert mechanism.moved == [OPEN, SHUT, HOME]


async def test_what_the_chart_refuses_is_said(autojump_clock: MockClock, tmp_path: Path) -> None:
    page = premises(tmp_path, Mechanism("the service door is open"))
    for part in ("gate", "sorter"):
        with pytest.raises(NotMovedError, match="the service door is open"):
            await page.move(part)


@pytest.mark.parametrize("lost_s", [STROKE_S / 2, STROKE_S * 1.5])
async def test_a_phone_that_is_lost_leaves_the_gate_shut(
    autojump_clock: MockClock, tmp_path: Path, lost_s: float
) -> None:
    mechanism = Mechanism()
    with trio.move_on_after(lost_s):
        await premises(tmp_path, mechanism).move("gate")
    assert mechanism.moved[-1] == SHUT


async def test_a_press_that_comes_too_late_to_be_meant_moves_nothing(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    mechanism = Mechanism()
    page = premises(tmp_path, mechanism)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(page.move, "gate")
        await trio.sleep(STROKE_S / 4)
        with pytest.raises(NotMovedError, match="busy"):
            await page.move("sorter")
    assert mechanism.moved == [OPEN, SHUT]


async def test_a_machine_without_a_mechanism_says_so(tmp_path: Path) -> None:
    here = Locations(config_dir=tmp_path, data_dir=tmp_path)
    with pytest.raises(NotMovedError, match="nothing moves here"):
        await SetUpPremises(cast("Machine", None), Settings(), here).move("gate")
