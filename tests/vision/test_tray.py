"""The tray holds one item's pictures: shown as often as asked, handed over once."""

from __future__ import annotations

from drivers.ports import Encoding, Frame
from rvm_edge.machine import Tray
from rvm_edge.vision.tray import MemoryTray

FRAME = Frame(b"x", Encoding.JPEG, 0, 0, 0.0, 1)
DARK = Frame(b"d", Encoding.JPEG, 0, 0, 0.0, 2)


def test_what_was_put_is_shown_until_it_is_taken() -> None:
    tray: Tray = MemoryTray()
    tray.put("a", [FRAME], 12.5)
    assert tray.look("a") == ((FRAME,), 12.5)
    assert tray.look("a") == ((FRAME,), 12.5)
    assert tray.take() == ("a", (FRAME,))
    assert tray.look("a") is None
    assert tray.take() == ("", ())


def test_another_item_is_shown_nothing() -> None:
    tray = MemoryTray()
    tray.put("a", [FRAME], None, DARK)
    assert tray.look("b") is None
    assert tray.dark("b") is None


def test_the_picture_with_the_lamp_off_is_shown_until_its_item_is_gone() -> None:
    tray: Tray = MemoryTray()
    assert tray.dark("a") is None
    tray.put("a", [FRAME], None, DARK)
    assert tray.dark("a") is tray.dark("a") is DARK
    tray.put("b", [FRAME], None)
    assert tray.dark("a") is tray.dark("b") is None
    tray.put("c", [FRAME], None, DARK)
    tray.take()
    assert tray.dark("c") is None


def test_a_new_item_takes_the_place_of_the_old_one() -> None:
    tray = MemoryTray()
    tray.put("a", [FRAME], None)
    tray.put("b", [], 3.0)
    assert tray.look("a") is None
    assert tray.look("b") == ((), 3.0)


def test_the_pictures_are_those_of_the_moment_they_were_put() -> None:
    frames = [FRAME]
    tray = MemoryTray()
    tray.put("a", frames, None)
    frames.clear()
    assert tray.take() == ("a", (FRAME,))
