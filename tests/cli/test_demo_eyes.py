"""The demo's eyes pass pictures on to whoever makes them small, and are as lost for that."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from drivers.ports import Encoding, Frame
from rvm_edge.cli.demo.eyes import BreakableEyes, WatchedEyes
from rvm_edge.machine import EyesError
from rvm_edge.packaged import samples_dir
from rvm_edge.simulator.eyes import ScriptedEyes
from rvm_edge.simulator.world import World


@pytest.fixture
def frame() -> Frame:
    picture = samples_dir() / "images" / "syn_00012.jpg"
    return Frame(picture.read_bytes(), Encoding.JPEG, 0, 0, 0.0, 1)


@pytest.fixture
def breakable() -> BreakableEyes:
    return BreakableEyes(ScriptedEyes(World()))


async def test_watched_eyes_make_the_jpeg_of_the_eyes_they_watch(
    autojump_clock: MockClock, frame: Frame, breakable: BreakableEyes
) -> None:
    eyes = WatchedEyes(breakable)
    assert await eyes.as_jpeg(frame, len(frame.data)) == frame.data
    assert eyes.last is None
    with pytest.raises(EyesError):
        await eyes.as_jpeg(frame, len(frame.data) - 1)


async def test_lost_and_hung_eyes_make_none_until_they_are_mended(
    autojump_clock: MockClock, frame: Frame, breakable: BreakableEyes
) -> None:
    breakable.lose()
    with pytest.raises(EyesError, match="lost"):
        await breakable.as_jpeg(frame, len(frame.data))
    breakable.hang()
    with trio.move_on_after(1e6) as scope:
        await breakable.as_jpeg(frame, len(frame.data))
    assert scope.cancelled_caught
    breakable.mend()
    assert await breakable.as_jpeg(frame, len(frame.data)) == frame.data
