"""`Camera`: a new picture of what is there, or an error."""

from __future__ import annotations

import pytest
import trio

from drivers.ports import Encoding, PictureError
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.truth import Specimen
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import PATIENCE_S, Rig, in_silence


async def look_at(rig: Rig, specimen: Specimen) -> None:
    await rig.hardware.gate.open()
    rig.world.insert(specimen)
    await rig.hardware.light.on()


@shows(Trial.WORKS, "camera")
async def test_shows_the_item_byte_for_byte(rig: Rig, bottle: Specimen) -> None:
    await look_at(rig, bottle)
    before_s = trio.current_time()
    frame = await rig.hardware.camera.take_picture()
    assert frame.data == bottle.picture.read_bytes()
    assert frame.encoding is Encoding.JPEG
    assert before_s <= frame.taken_at_s <= trio.current_time()


@shows(Trial.WORKS, "camera")
async def test_numbers_its_pictures(rig: Rig) -> None:
    first = await rig.hardware.camera.take_picture()
    second = await rig.hardware.camera.take_picture()
    assert second.sequence == first.sequence + 1


@shows(Trial.WORKS, "camera")
async def test_is_black_in_the_dark(rig: Rig, bottle: Specimen) -> None:
    await look_at(rig, bottle)
    await rig.hardware.light.off()
    frame = await rig.hardware.camera.take_picture()
    assert frame.encoding is Encoding.PNG
    assert frame.data != bottle.picture.read_bytes()


@shows(Trial.BLACK, "camera")
async def test_a_black_camera_shows_nothing_of_the_item(rig: Rig, bottle: Specimen) -> None:
    await look_at(rig, bottle)
    rig.world.inject(Fault.CAMERA_BLACK)
    assert (await rig.hardware.camera.take_picture()).data != bottle.picture.read_bytes()
    rig.world.clear()
    assert (await rig.hardware.camera.take_picture()).data == bottle.picture.read_bytes()


@shows(Trial.FROZEN, "camera")
@in_silence
async def test_a_frozen_picture_is_refused(rig: Rig) -> None:
    await rig.hardware.camera.take_picture()
    rig.world.inject(Fault.CAMERA_FROZEN)
    for _ in range(2):
        with pytest.raises(PictureError, match="frozen"):
            await rig.hardware.camera.take_picture()
    rig.world.clear()
    await rig.hardware.camera.take_picture()


@shows(Trial.LATE, "camera")
@in_silence
async def test_a_late_picture_is_refused_in_time(rig: Rig) -> None:
    rig.world.inject(Fault.CAMERA_LATE)
    with trio.fail_after(PATIENCE_S), pytest.raises(PictureError, match="no picture within"):
        await rig.hardware.camera.take_picture()
    rig.world.clear()
    await rig.hardware.camera.take_picture()


@shows(Trial.GONE, "camera")
@in_silence
async def test_a_missing_camera_is_a_picture_error(rig: Rig) -> None:
    rig.world.inject(Fault.CAMERA_GONE)
    with pytest.raises(PictureError):
        await rig.hardware.camera.take_picture()


@shows(Trial.NONSENSE, "camera")
@in_silence
async def test_a_missing_sample_is_a_picture_error_that_names_it(
    rig: Rig, bottle: Specimen
) -> None:
    await look_at(rig, bottle)
    bottle.picture.unlink()
    with pytest.raises(PictureError, match=r"bottle\.jpg"):
        await rig.hardware.camera.take_picture()
