"""Attacks from a page in the same browser: each is refused, and people are served all the while."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from rvm_edge.bridges.local.limits import Limits
from tests.bridges.local import staged_machine as at
from tests.browser.chromium import Chromium, Page
from tests.browser.screen import LIMITS, TOKEN, Screen, screen
from tests.browser.tour import DEPOSIT, staged

NEXT = "the-token-of-the-next-boot"

ATTACK = """
window.attack = (url, token, frames) => new Promise((told) => {
  const heard = [];
  const socket = new WebSocket(url, "rvm-edge.v1");
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    socket.send(JSON.stringify({ type: "hello", token }));
    for (const frame of frames) socket.send(frame);
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "hello") heard.push(`may act: ${message.may_act}`);
    if (message.type !== "reply") return;
    heard.push(message.ok ? "done" : message.error.code);
    told([...heard, "left"]);
    socket.close();
  };
  socket.onclose = ({ code }) => told([...heard, code]);
}); true
"""
FLOOD = """
window.codes = {};
window.opened = 0;
window.greeted = 0;
window.storm = (url, { hello, messages }) => {
  const socket = new WebSocket(url, "rvm-edge.v1");
  socket.onopen = () => {
    window.opened += 1;
    if (hello) socket.send(JSON.stringify({ type: "hello", token: hello }));
    for (let count = 0; count < messages; count += 1) socket.send('{"type":"alive"}');
  };
  socket.onmessage = ({ data }) => {
    if (data.startsWith('{"type":"hello"')) window.greeted += 1;
  };
  socket.onclose = ({ code }) => {
    window.codes[code] = (window.codes[code] ?? 0) + 1;
    if (window.storm) window.storm(url, { hello, messages });
  };
}; true
"""


@asynccontextmanager
async def attacked(
    chromium: Chromium, *, host: str = "127.0.0.1", limits: Limits = LIMITS
) -> AsyncIterator[tuple[Screen, Page]]:
    """Show a machine to people, with a page of that host in the same browser that means harm."""
    async with (
        screen(chromium, staged(), limits=limits) as shown,
        shown.page.beside() as attacker,
    ):
        await shown.page.until_screen("guest")
        await attacker.call("Page.setBypassCSP", enabled=True)  # a stranger has no policy
        await attacker.goto(f"http://{host}:{shown.port}/healthz")
        await attacker.evaluate(ATTACK)
        await attacker.evaluate(FLOOD)
        yield shown, attacker


def _url(shown: Screen) -> str:
    return json.dumps(f"ws://127.0.0.1:{shown.port}/ws")


async def _people_are_served(shown: Screen) -> None:
    """Serve one person; every screen comes, none says that the machine is gone, nothing fails."""
    await _somebody_is_served(shown)
    assert shown.page.complaints == []


async def _somebody_is_served(shown: Screen) -> None:
    await shown.page.record("seen", "#stage", "data-screen")
    for stop in DEPOSIT:
        stop.reach(shown.machine)
        await shown.page.until_screen(stop.screen)
    assert {"starting", "late"}.isdisjoint(await shown.page.evaluate("window.seen"))
    shown.machine.step("mechanism.clear", at.IDLE)
    await shown.page.evaluate("document.querySelector('[data-verb=dismiss]')?.click()")
    await shown.page.until_screen("guest")


async def test_the_token_of_an_earlier_boot_moves_nothing(chromium: Chromium) -> None:
    replay = f'attack(%s, {json.dumps(TOKEN)}, [\'{{"type":"start_session","id":"1"}}\'])'
    async with attacked(chromium) as (shown, attacker):
        assert await attacker.evaluate(replay % _url(shown)) == ["may act: true", "done", "left"]
        await shown.page.until_screen("insert")
        shown.machine.step("session.finished", at.IDLE)
        await shown.stop_bridge()
        await shown.start_bridge(NEXT)
        replayed = await attacker.evaluate(replay % _url(shown))
        assert replayed == ["may act: false", "no_token", "left"]
        assert shown.machine.done == ["start guest"]
        await shown.open(NEXT)
        await shown.page.tap("#actions .main")
        await shown.page.until_screen("insert")


@pytest.mark.parametrize(
    ("frame", "heard"),
    [
        ("'x'.repeat(4097)", [1009]),
        ("'x'.repeat(8_000_000)", [1009]),
        ("JSON.stringify({ type: 'alive', more: 'x'.repeat(4097) })", [1009]),
        ("'{'", [1008]),
        ("''", [1008]),
        ("'null'", [1008]),
        ("'[]'", [1008]),
        ('\'{"type":"alive"}{"type":"alive"}\'', [1008]),
        ("JSON.stringify({ type: 'open_sesame', id: '1' })", ["malformed", "left"]),
        ("JSON.stringify({ type: ['start_session'], id: '1' })", ["malformed", "left"]),
        ("JSON.stringify({ type: 'start_session', id: 1 })", [1008]),
        ("JSON.stringify({ type: 'start_session', id: '1', mode: 7 })", ["malformed", "left"]),
        ("JSON.stringify({ type: 'end_session', id: '1', now: true })", ["malformed", "left"]),
        ("JSON.stringify({ type: 'hello' })", [1008]),
        ("'['.repeat(4000)", [1008]),
        ("'{\"type\":'.repeat(450)", [1008]),
        ("'{\"type\":\"alive\",\"a\":' + '['.repeat(1900) + ']'.repeat(1900) + '}'", [1008]),
        ("new Uint8Array(16)", [1003]),
        ('new Blob([\'{"type":"start_session","id":"1"}\'])', [1003]),
    ],
)
async def test_a_frame_that_is_none_ends_or_is_told_so(
    chromium: Chromium, frame: str, heard: list[str | int]
) -> None:
    async with attacked(chromium) as (shown, attacker):
        sent = f"attack({_url(shown)}, {json.dumps(TOKEN)}, [{frame}])"
        told = await attacker.evaluate(sent)
        assert [one for one in told if one != "may act: true"] == heard
        assert shown.machine.done == []
        await _people_are_served(shown)


@pytest.mark.parametrize("token", ["", TOKEN], ids=["without the token", "with the token"])
async def test_a_flood_of_messages_is_cut_and_drowns_nobody(chromium: Chromium, token: str) -> None:
    async with attacked(chromium) as (shown, attacker):
        storm = {"hello": token or "guessed", "messages": 20_000}
        await attacker.evaluate(f"storm({_url(shown)}, {json.dumps(storm)})")
        await attacker.until("(window.codes[1008] ?? 0) + (window.codes[1006] ?? 0) > 0")
        await _people_are_served(shown)
        await _people_are_served(shown)
        await attacker.evaluate("window.storm = null")
        assert set(await attacker.evaluate("window.codes")) <= {"1006", "1008"}


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1"])
async def test_a_flood_of_connections_locks_nobody_out(chromium: Chromium, host: str) -> None:
    """A stranger's are refused one by one; our own page's, that say nothing, have five seconds."""
    async with attacked(chromium, host=host, limits=Limits(sense_s=0.05, opening_s=0.5)) as (
        shown,
        attacker,
    ):
        storm = {"hello": "", "messages": 0}
        flood = f"for (let n = 0; n < 200; n += 1) storm({_url(shown)}, {json.dumps(storm)})"
        await attacker.evaluate(f"{flood}; true")
        await attacker.until("Object.values(window.codes).reduce((a, b) => a + b, 0) > 50")
        await _people_are_served(shown)
        await shown.open()  # a page that is loaded anew finds room, too
        await shown.page.until_screen("guest")
        await shown.page.tap("#actions .main")
        await shown.page.until_screen("insert")
        await attacker.evaluate("window.storm = null")
        greeted = await attacker.evaluate("window.greeted")
        assert greeted == 0


async def test_who_takes_all_places_takes_none_that_is_taken(chromium: Chromium) -> None:
    async with attacked(chromium, limits=Limits(sense_s=0.05, connections=24)) as (
        shown,
        attacker,
    ):
        storm = {"hello": "guessed", "messages": 0}
        flood = f"for (let n = 0; n < 100; n += 1) storm({_url(shown)}, {json.dumps(storm)})"
        await attacker.evaluate(f"{flood}; true")
        await attacker.until("window.greeted > 10")
        await attacker.until("(window.codes[1006] ?? 0) > 10")
        await _people_are_served(shown)
        await attacker.evaluate("window.storm = null")
        await attacker.goto("about:blank")
        await shown.open()  # and asks again, should it be quicker than the places are given back
        await shown.page.until_screen("guest")
        await _somebody_is_served(shown)
