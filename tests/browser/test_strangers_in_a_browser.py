"""What other pages in the same browser can reach of the machine: nothing."""

from __future__ import annotations

import json

import pytest

from rvm_edge.bridges.local.bridge import Arrangement, LocalBridge
from rvm_edge.identity import Secret
from tests.browser.chromium import Chromium
from tests.browser.screen import TOKEN, Screen, screen
from tests.browser.tour import staged

SPEAK = """
new Promise((told) => {
  const socket = new WebSocket(%s, 'rvm-edge.v1');
  socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', token: %s }));
  socket.onmessage = ({ data }) => told(`heard ${data}`);
  socket.onclose = ({ code }) => told(`closed ${code}`);
})
"""


async def _speak(shown: Screen, host: str) -> str:
    """Have the page that is open speak with the bridge, and return what it heard first."""
    url = f"ws://{host}:{shown.port}/ws"
    answer: str = await shown.page.evaluate(SPEAK % (json.dumps(url), json.dumps(TOKEN)))
    return answer


async def test_the_machines_own_page_is_heard(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        assert (await _speak(shown, "127.0.0.1")).startswith('heard {"type":"hello"')


async def test_a_page_from_another_port_is_not_even_with_the_token(chromium: Chromium) -> None:
    async with screen(chromium, staged(), opened=False) as shown:
        machine, own = staged(), Arrangement(token=Secret("another one"), port=0)
        port = await shown.nursery.start(LocalBridge(machine, machine, own).run)
        await shown.page.call("Page.setBypassCSP", enabled=True)  # a stranger has no policy
        await shown.page.goto(f"http://127.0.0.1:{port}/healthz")
        assert await _speak(shown, "127.0.0.1") == "closed 1006"


@pytest.mark.parametrize("name", ["evil.test", "rebound.test"])
async def test_a_name_that_was_bent_to_this_machine_is_refused(
    chromium: Chromium, name: str
) -> None:
    async with screen(chromium, staged(), opened=False) as shown:
        await shown.page.call("Page.setBypassCSP", enabled=True)
        await shown.page.goto(f"http://{name}:{shown.port}/")
        assert "this is not the name of this machine's screen" in await shown.page.text("body")
        assert await _speak(shown, name) == "closed 1006"
        assert await _speak(shown, "127.0.0.1") == "closed 1006"


async def test_no_page_can_frame_the_screen(chromium: Chromium) -> None:
    framed = """
    new Promise((done) => {
      const frame = document.createElement('iframe');
      frame.onload = () => done(frame.contentDocument?.title ?? 'hidden');
      frame.src = %s;
      document.body.append(frame);
    })
    """
    async with screen(chromium, staged(), opened=False) as shown:
        await shown.page.goto(f"{shown.address}healthz")
        assert await shown.page.evaluate(framed % json.dumps(shown.address)) == "hidden"


async def test_a_page_that_declares_bottles_is_told_that_the_eyes_decide(
    chromium: Chromium,
) -> None:
    declare = """
    new Promise((told) => {
      const socket = new WebSocket(%s, 'rvm-edge.v1');
      socket.onopen = () => {
        socket.send(JSON.stringify({ type: 'hello', token: %s }));
        socket.send(JSON.stringify({ type: 'deposit', id: '1', items: [{ points: 50 }] }));
      };
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === 'reply') told(message.error.code);
      };
    })
    """
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        url = f"ws://127.0.0.1:{shown.port}/ws"
        told = await shown.page.evaluate(declare % (json.dumps(url), json.dumps(TOKEN)))
        assert (told, shown.machine.done) == ("eyes_decide", [])
