"""`Gate`: opens, closes, and never closes on a hand."""

from __future__ import annotations

import pytest

from drivers.ports import MotionBlockedError, NoAnswerError
from rvm_edge.simulator.truth import Specimen
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import Rig, in_silence


@shows(Trial.WORKS, "gate")
async def test_is_open_when_open_returns(rig: Rig) -> None:
    await rig.hardware.gate.open()
    assert rig.world.gate_is_open


@shows(Trial.WORKS, "gate")
async def test_is_closed_when_close_returns(rig: Rig) -> None:
    await rig.hardware.gate.open()
    await rig.hardware.gate.close()
    assert rig.world.gate_is_closed


@shows(Trial.BLOCKED, "gate")
@in_silence
async def test_opens_again_on_a_hand_and_says_so(rig: Rig) -> None:
    await rig.hardware.gate.open()
    rig.world.hand_in()
    # The ESP32's dialect has no word for it: silence.
    expected = NoAnswerError if rig.kind == "esp32" else MotionBlockedError
    with pytest.raises(expected):
        await rig.hardware.gate.close()
    assert rig.world.gate_is_open
    rig.world.hand_out()
    await rig.hardware.gate.close()
    assert rig.world.gate_is_closed


async def test_a_closed_gate_stays_closed_behind_a_returned_item(
    rig: Rig, bottle: Specimen
) -> None:
    await rig.hardware.gate.open()
    rig.world.insert(bottle)
    await rig.hardware.gate.close()
    await rig.hardware.sorter.return_item()
    await rig.hardware.gate.close()
    assert rig.world.gate_is_closed
