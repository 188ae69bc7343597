"""A window that leaves a part of the screen free is made to cover it, once for each screen."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import trio
from trio.testing import memory_stream_pair

from rvm_edge.kiosk.keeper.cover import Cover
from rvm_edge.kiosk.keeper.devtools import DevTools

WHOLE = {"left": 0, "top": 0, "width": 1920, "height": 1080, "windowState": "fullscreen"}
PART = {"left": 10, "top": 10, "width": 1050, "height": 1030, "windowState": "fullscreen"}
SPREAD = [
    {"windowState": "normal"},
    {"left": 0, "top": 0, "width": 1921, "height": 1081},
    {"windowState": "fullscreen"},
]


class Window:
    """A browser with one window, on a screen of 1920 by 1080."""

    def __init__(self, bounds: dict[str, object], *, obeys: bool = True) -> None:
        self.bounds = bounds
        self.screen = [1920, 1080]
        self.changes: list[object] = []
        self._obeys = obeys

    async def spread(self, times: int = 1, then: Callable[[], None] = lambda: None) -> None:
        ours, theirs = memory_stream_pair()
        tools = DevTools(ours, ours)
        cover = Cover(tools, 1.0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(tools.listen)
            nursery.start_soon(self._serve, theirs)
            for _ in range(times):
                await cover.spread("page", "session")
                then()
            nursery.cancel_scope.cancel()

    async def _serve(self, stream: trio.abc.Stream) -> None:
        heard = b""
        while True:
            heard += await stream.receive_some()
            while b"\0" in heard:
                asked, _, heard = heard.partition(b"\0")
                command = json.loads(asked)
                answer = {"id": command["id"], **self._answer(command["method"], command["params"])}
                await stream.send_all(json.dumps(answer).encode() + b"\0")

    def _answer(self, method: str, params: dict[str, object]) -> dict[str, object]:
        if method == "Runtime.evaluate":
            return {"result": {"result": {"type": "object", "value": self.screen}}}
        if method == "Browser.getWindowForTarget":
            return {"result": {"windowId": 7, "bounds": self.bounds}}
        if not self._obeys:
            return {"error": {"message": "not in this browser"}}
        assert (method, params["windowId"]) == ("Browser.setWindowBounds", 7)
        change = params["bounds"]
        assert isinstance(change, dict)
        self.changes.append(change)
        self.bounds = {**self.bounds, **change}
        return {"result": {}}


@pytest.mark.usefixtures("autojump_clock")
async def test_a_window_that_covers_the_screen_is_left_alone() -> None:
    window = Window(dict(WHOLE))
    await window.spread()
    assert window.changes == []


@pytest.mark.usefixtures("autojump_clock")
async def test_a_window_that_does_not_is_spread_over_it_and_beyond_by_a_pixel() -> None:
    window = Window(dict(PART))
    await window.spread(times=3)
    assert window.changes == SPREAD


@pytest.mark.usefixtures("autojump_clock")
async def test_a_window_that_goes_back_by_itself_is_not_fought_with() -> None:
    window = Window(dict(PART))
    await window.spread(times=3, then=lambda: window.bounds.update(PART))
    assert window.changes == SPREAD


@pytest.mark.usefixtures("autojump_clock")
async def test_a_screen_that_is_turned_or_plugged_in_later_is_covered_anew() -> None:
    window = Window(dict(WHOLE))

    def turn() -> None:
        window.screen = [1080, 1920]

    await window.spread(times=2, then=turn)
    assert window.changes[1] == {"left": 0, "top": 0, "width": 1081, "height": 1921}


@pytest.mark.usefixtures("autojump_clock")
async def test_a_browser_that_refuses_shows_what_it_shows(
    caplog: pytest.LogCaptureFixture,
) -> None:
    window = Window(dict(PART), obeys=False)
    await window.spread()
    assert "may not cover the screen: Browser.setWindowBounds" in caplog.text
