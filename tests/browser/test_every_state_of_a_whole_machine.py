"""Every state of the chart is driven to at a whole machine, and the page is seen to follow."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

from rvm_edge.bridges.local.simulation import Condition, Incident, Thing
from rvm_edge.simulator.cloud import Reach, Status
from states import paths
from states.chart import CHART
from tests.browser.chromium import Chromium
from tests.browser.tour import DEPOSIT, TOUR
from tests.browser.whole_machine import WholeMachine, whole_machine

MAIN = "#actions .main"

SCREENS: Final = {
    paths.PROVISIONING: {"setup"},
    paths.HANDSHAKE: {"greeting"},
    paths.UNAUTHORIZED: {"unauthorized"},
    paths.BLOCKED: {"blocked"},
    paths.OFFLINE_GUEST: {"guest"},
    paths.ONLINE: {"welcome"},
    paths.CLEARING: {"tidying", "thanks"},
    paths.IDLE: {"guest", "welcome"},
    paths.INSPECTION: {"inspection"},
    paths.FULL: {"full"},
    paths.CAPPED: {"capped"},
    paths.WAITING: {"insert", "taken", "returned"},
    paths.CAPTURE: {"looking"},
    paths.CLASSIFY: {"deciding"},
    paths.ACCEPT: {"taking"},
    paths.REJECT: {"returning"},
    paths.MAINTENANCE: {"door", "maintenance"},
    paths.FAULT: {"fault"},
    paths.RESTARTING: {"restarting"},
}
"""By leaf of the chart: the screens that it has. The journey below has to reach them all."""

NEVER: Final = {
    ("taking", "insert"),
    ("returning", "insert"),
    ("taken", "insert"),
    ("returned", "insert"),
    ("taken", "tidying"),
}
"""What would flicker: a screen that the next message would at once put another one in place of."""


def test_every_leaf_of_the_chart_has_its_screens_here() -> None:
    leaves = {path for path, state in CHART.walk() if not state.children}
    assert set(SCREENS) == leaves


def test_no_screen_is_staged_that_a_whole_machine_is_not_driven_to() -> None:
    staged = {stop.screen for stop in (*TOUR, *DEPOSIT)}
    assert set().union(*SCREENS.values()) == staged


async def test_the_page_shows_each_of_them(chromium: Chromium, tmp_path: Path) -> None:
    async with whole_machine(chromium, tmp_path, has_credentials=False) as whole:
        for leg in JOURNEY:
            await leg(whole)
        screens = await whole.screens()
        assert whole.page.complaints == []
    assert whole.visited == set(SCREENS)
    assert set().union(*SCREENS.values()) - set(screens) == set()
    assert NEVER.intersection(pairwise(screens)) == set()


async def _set_up_by_a_server_that_does_not_answer(whole: WholeMachine) -> None:
    await whole.page.until_screen("setup")
    whole.machine.server.books.reach = Reach.BLACKHOLE
    whole.credentials.store()
    await whole.page.until_screen("greeting")
    await whole.page.until_screen("guest")
    assert whole.machine.is_in(paths.OFFLINE_GUEST)


async def _donate_without_it(whole: WholeMachine) -> None:
    page = whole.page
    await page.tap(MAIN)
    await page.until_screen("insert")
    await whole.put_in(Thing.CAN)
    await page.until_screen("returned")
    await whole.happen(Incident.TAKE_BACK)
    await whole.put_in(Thing.EMPTY_PET)
    await page.until_screen("taken")
    await page.tap(MAIN)
    await page.until_screen("thanks")
    await page.tap("[data-verb=dismiss]")


async def _wait_for_the_internet(whole: WholeMachine) -> None:
    await whole.page.until_screen("capped")  # one item is as many as may wait
    await whole.let(Condition.INTERNET_CUT, hold=False)
    await whole.page.until_screen("welcome")


async def _be_looked_into(whole: WholeMachine) -> None:
    _order(whole, "CAPTURE_IMAGE")
    await whole.page.until("window.screens.includes('inspection')")
    await whole.page.until_screen("welcome")


async def _be_refused(whole: WholeMachine) -> None:
    books = whole.machine.server.books.books
    (registered,) = books.machines
    registered.status = Status.BLOCKED
    await whole.page.until_screen("blocked")
    registered.status = Status.ONLINE
    await whole.page.until_screen("welcome")
    key, registered.api_key = registered.api_key, "n" * 64
    await whole.page.until_screen("unauthorized")
    registered.api_key = key
    await whole.page.until_screen("welcome")


async def _start_anew(whole: WholeMachine) -> None:
    _order(whole, "RESTART")
    await whole.page.until("window.screens.includes('restarting')")  # it lasts half a second
    await whole.page.until_screen("welcome")


async def _be_cut_off_and_fill_up(whole: WholeMachine) -> None:
    await whole.let(Condition.INTERNET_CUT, hold=True)
    await whole.page.until_screen("guest")
    await whole.let(Condition.BIN_FULL, hold=True)
    await whole.page.until_screen("full")
    await whole.let(Condition.BIN_FULL, hold=False)
    await whole.page.until_screen("guest")


async def _break_down(whole: WholeMachine) -> None:
    await whole.let(Condition.CONTROLLER_UNPLUGGED, hold=True)
    await whole.page.until_screen("fault")
    await whole.page.until("document.querySelector('#code strong') !== null")
    assert (await whole.page.text("#code strong")).startswith("F")
    await whole.let(Condition.CONTROLLER_UNPLUGGED, hold=False)
    await whole.page.until_screen("guest")


async def _be_opened(whole: WholeMachine) -> None:
    await whole.let(Condition.DOOR_OPEN, hold=True)
    await whole.page.until_screen("door")
    await whole.let(Condition.DOOR_OPEN, hold=False)
    await whole.page.until_screen("guest")


async def _be_serviced(whole: WholeMachine) -> None:
    page = whole.page
    await whole.enter_pin()
    await page.tap("#tab-parts")
    for verb, leads_to in (("enter_maintenance", "maintenance"), ("exit_maintenance", "guest")):
        async with page.finger_on(f"#panel [data-verb={verb}]"):
            await page.until_screen(leads_to)
    await page.tap("#panel .close")


JOURNEY: Final = (
    _set_up_by_a_server_that_does_not_answer,
    _donate_without_it,
    _wait_for_the_internet,
    _be_looked_into,
    _be_refused,
    _start_anew,
    _be_cut_off_and_fill_up,
    _break_down,
    _be_opened,
    _be_serviced,
)
"""One machine's life, from its first boot; each leg begins where the one before has ended."""


def _order(whole: WholeMachine, action: str) -> None:
    server = whole.machine.server.books
    (registered,) = server.books.machines
    server.queue_command(registered, action)
