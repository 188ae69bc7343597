"""A real machine is killed in the middle of a deposit, in front of the people at its screen."""

from __future__ import annotations

from pathlib import Path

import trio

from rvm_edge.ledger.check import check
from rvm_edge.ledger.reading import read_only
from tests.both_sides import dropped_items
from tests.browser.chromium import Chromium, Page
from tests.browser.whole_machine import LAPTOP
from tests.kiosk.real_machine import RealMachine, real_machine

LONG_S = 100.0
MAIN = "#actions .main"
SLOW = "[policy]\nlight_settle_s = 1.5\n"
"""An item is in hand for long enough to kill the machine meanwhile."""

GETTING_READY = "Mesin sedang bersiap"
SESSION_OF_A_NEW_PAGE = """
new Promise((told) => {
  const socket = new WebSocket(`ws://${location.host}/ws`, "rvm-edge.v1");
  socket.onopen = () => socket.send('{"type": "hello"}');
  socket.onmessage = ({ data }) => {
    socket.close();
    told(JSON.parse(data).snapshot.session);
  };
})
"""


async def test_the_page_says_so_and_comes_back_and_nothing_is_credited_twice(
    chromium: Chromium, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with trio.fail_after(LONG_S):
        async with chromium.page() as page:
            await page.resize(*LAPTOP)
            (tmp_path / "settings.toml").write_text(SLOW)
            async with real_machine(tmp_path) as machine:
                await _open(page, machine, tmp_path)
                await _begin_and_see_one_taken(page)
                await _put_a_bottle_in(page)
                await page.until_screen("looking")
                machine.process.kill()
            (tmp_path / "settings.toml").unlink()
            await page.until_screen("starting")
            assert await page.text("#headline") == GETTING_READY
            assert await page.evaluate("document.querySelector('#actions button') === null")
            assert len(dropped_items(ledger)) == 1

            async with real_machine(tmp_path, machine.port) as next_one:
                await page.until_screen("guest")  # by itself; it may touch nothing yet
                assert await page.evaluate("document.querySelector('#beside').hidden")
                await _open(page, next_one, tmp_path)
                session = await page.evaluate(SESSION_OF_A_NEW_PAGE)
                assert (session["session_id"], session["accepted"]) == ("", 0)
                await _begin_and_see_one_taken(page)
                assert (await page.text("#counts")).split()[0] == "1"
                await page.tap(MAIN)
                await page.until_screen("thanks")
    assert len(dropped_items(ledger)) == 2
    assert check(ledger).violations == ()
    with read_only(ledger) as rows:
        (outcome,) = rows.execute("SELECT outcome FROM items WHERE number = 2").fetchone()
    assert outcome not in (None, "dropped")


async def _open(page: Page, machine: RealMachine, data: Path) -> None:
    """Give the page this boot's token, as the screen's keeper does."""
    token = (data / "screen-token").read_text().strip()
    await page.goto(f"{machine.screen}#token={token}")
    await page.until(f"document.querySelector('{MAIN}') !== null")


async def _begin_and_see_one_taken(page: Page) -> None:
    await page.tap(MAIN)
    await page.until_screen("insert")
    await _put_a_bottle_in(page)
    await page.until_screen("taken")


async def _put_a_bottle_in(page: Page) -> None:
    await page.until("document.querySelector('#simulator')?.hidden === false")
    if await page.evaluate("document.querySelector('#beside').hidden"):
        await page.tap("#simulator")
    await page.tap("#beside [data-key=empty_pet][aria-disabled=false]")
