"""The page knows nothing better than the machine, and comes back to it whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rvm_edge.bridges.local.limits import Limits
from tests.bridges.local import staged_machine as at
from tests.browser.chromium import Chromium
from tests.browser.screen import TOKEN, screen
from tests.browser.tour import DEPOSIT, TOUR, staged

OFFERED = """
Promise.all(["stage", "screens/setup", "words/id"].map((name) => import(`/${name}.js`)))
  .then(([{ Stage }, { setup }, { id: words }]) => {
    const offer = { address: "https://192.168.1.40:8443/", code: "482 915" };
    new Stage(async () => {}).show(setup({ words, snapshot: { setup: offer } }), words);
  })
"""
NEXT = "the-token-of-the-next-boot"
LANG = "document.documentElement.lang"


async def test_a_daemon_that_starts_anew_is_waited_for_calmly(
    chromium: Chromium, patience: Callable[..., Path]
) -> None:
    async with screen(chromium, staged(), patience=patience(awayMs=100)) as shown:
        await shown.page.until_screen("guest")
        await shown.stop_bridge()
        await shown.page.until_screen("starting")
        assert await shown.page.text("#headline") == "Mesin sedang bersiap"
        shown.machine.configuration = at.FAULT
        await shown.start_bridge()
        await shown.page.until_screen("fault")


async def test_one_that_does_not_come_back_sends_people_elsewhere(
    chromium: Chromium, patience: Callable[..., Path]
) -> None:
    async with screen(chromium, staged(), patience=patience(awayMs=100, lateMs=500)) as shown:
        await shown.page.until_screen("guest")
        await shown.stop_bridge()
        await shown.page.until_screen("late")
        assert "mesin lain" in await shown.page.text("#advice")
        assert await shown.page.text("#code strong") == "S-1"
        await shown.start_bridge()
        await shown.page.until_screen("guest")


async def test_a_short_cut_changes_no_screen(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        await shown.page.record("seen", "#stage", "data-screen")
        await shown.stop_bridge()
        await shown.start_bridge()
        shown.machine.step("bin.full", (at.OFFLINE, f"{at.INTAKE}.full"))
        await shown.page.until_screen("full")
        assert await shown.page.evaluate("window.seen") == ["full"]


async def test_a_deposit_outlives_a_reload_of_the_page(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        for stop in DEPOSIT[:5]:
            stop.reach(shown.machine)
        await shown.page.until_screen("taken")
        await shown.page.goto(shown.address)  # without the token: the page remembers it
        await shown.page.until_screen("taken")
        await shown.page.tap("#actions .main")
        await shown.page.until_screen("thanks")
        assert shown.machine.done == ["end"]


async def test_a_new_boots_token_is_taken_from_the_address(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        await shown.stop_bridge()
        await shown.start_bridge(token=NEXT)
        await shown.page.until("document.querySelector('#actions button') === null")
        await shown.page.goto(f"{shown.address}#token={NEXT}")
        await shown.page.tap("#actions .main")
        await shown.page.until_screen("insert")
        assert TOKEN not in await shown.page.evaluate("location.href")


async def test_a_page_without_the_token_offers_nothing_to_touch(chromium: Chromium) -> None:
    async with screen(chromium, staged(), opened=False) as shown:
        await shown.open(token="")
        await shown.page.until_screen("guest")
        assert await shown.page.evaluate("document.querySelectorAll('#actions button').length") == 0
        assert await shown.page.text("#advice") == "Tombol belum aktif di layar ini."


async def test_a_deposit_that_a_fault_ends_gets_no_thanks(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        for stop in DEPOSIT[:5]:
            stop.reach(shown.machine)
        shown.machine.step("fault.raised", at.FAULT, {"part": "sorter", "why": "jammed"})
        await shown.page.until_screen("fault")
        await shown.page.record("seen", "#stage", "data-screen")
        shown.machine.step("fault.cleared", at.CLEARING)
        shown.machine.step("mechanism.clear", at.IDLE, {"bin_full": False})
        await shown.page.until_screen("guest")
        assert "thanks" not in await shown.page.evaluate("window.seen")


async def test_an_item_in_hand_is_not_called_accepted_before_it_is(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        for stop in DEPOSIT[:3]:
            await shown.page.until("document.querySelector('#technician').textContent")
            stop.reach(shown.machine)
            await shown.page.until_screen(stop.screen)
            assert (
                await shown.page.evaluate("document.querySelector('#stage').dataset.tone") == "calm"
            )
            assert await shown.page.text("#counts") == ""


async def test_the_machine_chooses_the_language_for_all_its_screens(chromium: Chromium) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        await shown.page.tap("#language")
        await shown.page.until(f"{LANG} === 'en'")
        await shown.page.goto(shown.address)
        await shown.page.until(f"{LANG} === 'en'")


async def test_the_next_person_begins_in_indonesian(
    chromium: Chromium, patience: Callable[..., Path]
) -> None:
    async with screen(chromium, staged(), patience=patience(idleMs=200)) as shown:
        await shown.page.until_screen("guest")
        await shown.page.record("spoken", "html", "lang")
        await shown.page.tap("#language")
        await shown.page.until("window.spoken.join() === 'en,id'")


async def test_nobodys_language_changes_in_the_middle_of_a_deposit(
    chromium: Chromium, patience: Callable[..., Path]
) -> None:
    idle_ms = 200
    machine = staged()
    async with screen(chromium, machine, patience=patience(idleMs=idle_ms)) as shown:
        await shown.page.until_screen("guest")
        DEPOSIT[0].reach(machine)
        await shown.page.until_screen("insert")
        await shown.page.record("spoken", "html", "lang")
        await shown.page.tap("#language")
        await shown.page.evaluate(f"new Promise((done) => setTimeout(done, {3 * idle_ms}))")
        assert await shown.page.evaluate("window.spoken") == ["en"]
        machine.step("session.finished", at.CLEARING)
        await shown.page.until("window.spoken.join() === 'en,id'")


async def test_the_page_says_that_it_lives(chromium: Chromium) -> None:
    count = (
        "window.alive = 0; const { send } = WebSocket.prototype;"
        "WebSocket.prototype.send = function (text) {"
        "if (text.includes('alive')) alive += 1; send.call(this, text); }"
    )
    impatient = Limits(sense_s=0.05, heartbeat_s=0.2, silence_s=1.0)
    async with screen(chromium, staged(), limits=impatient) as shown:
        await shown.page.until_screen("guest")
        await shown.page.evaluate(f"(() => {{ {count} }})()")
        await shown.page.until("window.alive > 8")
        figures = await shown.page.evaluate("fetch('metrics').then((answer) => answer.text())")
        assert 'rvm_edge_bridge_opened_total{protocol="rvm-edge.v1"} 1\n' in figures
        assert "rvm_edge_bridge_cut_total{" not in figures


async def test_where_to_set_the_machine_up_is_shown_as_a_code_and_in_words(
    chromium: Chromium,
) -> None:
    async with screen(chromium, staged()) as shown:
        await shown.page.until_screen("guest")
        TOUR[0].reach(shown.machine)
        await shown.page.until_screen("setup")
        assert await shown.page.text("#advice") == "Teknisi: pasang kunci mesin dari server."
        await shown.page.evaluate(OFFERED)
        assert await shown.page.text("#code strong") == "482 915"
        assert await shown.page.text("#code span") == "https://192.168.1.40:8443/"
        label = "document.querySelector('#exhibit .qr').getAttribute('aria-label')"
        assert await shown.page.evaluate(label) == "Kode QR ke halaman penyiapan"
        assert shown.page.complaints == []
