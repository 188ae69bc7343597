"""`Light`, `Indicator` and `Pulse`."""

from __future__ import annotations

import pytest

from drivers.ports import DriverError, Signal
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Specimen
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import Rig, in_silence


@shows(Trial.WORKS, "light")
async def test_light_is_lit_when_on_returns_and_dark_when_off_returns(rig: Rig) -> None:
    await rig.hardware.light.on()
    assert rig.world.light_is_on
    await rig.hardware.light.on()
    await rig.hardware.light.off()
    assert [rig.world.light_is_on] == [False]
    assert rig.world.audit().light_ons == 1


@shows(Trial.DARK, "light")
async def test_a_dead_lamp_is_confirmed_so_that_only_a_picture_can_tell(
    rig: Rig, bottle: Specimen
) -> None:
    await rig.hardware.gate.open()
    rig.world.insert(bottle)
    rig.world.inject(Fault.LAMP_DEAD)
    await rig.hardware.light.on()
    assert (await rig.hardware.camera.take_picture()).data != bottle.picture.read_bytes()
    rig.world.clear()
    assert (await rig.hardware.camera.take_picture()).data == bottle.picture.read_bytes()


@shows(Trial.WORKS, "indicator")
@pytest.mark.parametrize("signal", list(Signal))
async def test_indicator_shows_what_it_is_told(rig: Rig, signal: Signal) -> None:
    await rig.hardware.indicator.show(signal)
    assert rig.world.signal is signal


@shows(Trial.WORKS, "pulse")
@shows(Trial.SILENT, "pulse")
@in_silence
async def test_pulse_fails_when_the_controller_is_dead(rig: Rig) -> None:
    await rig.hardware.pulse.beat()
    rig.world.inject(Fault.CONTROLLER_DEAF)
    with pytest.raises(DriverError):
        await rig.hardware.pulse.beat()
