"""How long the server is left alone, and what a link that comes back changes about it."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.delivery import Proof, Receipt
from rvm_edge.ledger.courier.pause import Pause
from rvm_edge.settings.cloud import RequestSettings

SILENCE = Receipt(Proof.NOT_NOW, "nobody answers")
SETTINGS = RequestSettings(retry_first_s=1.0, retry_cap_s=300.0, not_allowed_s=14_400.0)


@pytest.fixture
def pause() -> Pause:
    return Pause(SETTINGS, lambda: 1.0)


async def over_after_s(pause: Pause) -> float:
    began_s = trio.current_time()
    await pause.over()
    return trio.current_time() - began_s


async def test_each_silence_makes_the_next_wait_longer(
    autojump_clock: MockClock, pause: Pause
) -> None:
    waits = []
    for _ in range(4):
        pause.after(SILENCE)
        waits.append(await over_after_s(pause))
    assert waits == [1.0, 2.0, 4.0, 8.0]


async def test_a_link_that_is_back_ends_what_was_only_caution(
    autojump_clock: MockClock, pause: Pause
) -> None:
    for _ in range(9):
        pause.after(SILENCE)
    pause.link_is_back()
    assert await over_after_s(pause) == 0.0
    pause.after(SILENCE)
    assert await over_after_s(pause) == 1.0


async def test_a_success_makes_the_next_wait_short_and_ends_the_hint(
    autojump_clock: MockClock, pause: Pause
) -> None:
    for _ in range(9):
        pause.after(SILENCE)
    assert pause.hint == "nobody answers"
    pause.succeeded()
    assert pause.hint == ""
    pause.after(SILENCE)
    assert pause.left_s == 1.0


async def test_a_link_that_is_back_ends_the_wait_for_a_trouble_of_our_own(
    autojump_clock: MockClock, pause: Pause
) -> None:
    pause.after_trouble("the disk is full")
    assert (pause.hint, pause.left_s) == ("the disk is full", 1.0)
    pause.link_is_back()
    assert pause.left_s == 0.0


@pytest.mark.parametrize(
    ("receipt", "wait_s"),
    [
        (Receipt(Proof.NOT_NOW, "429", retry_after_s=120.0), 121.0),
        (Receipt(Proof.NOT_ALLOWED, "401"), 14_400.0),
    ],
)
async def test_a_wait_that_the_server_asked_for_outlives_a_lost_link(
    autojump_clock: MockClock, pause: Pause, receipt: Receipt, wait_s: float
) -> None:
    pause.after(receipt)
    await trio.sleep(20)
    pause.link_is_back()
    assert await over_after_s(pause) == wait_s - 20


async def test_new_credentials_end_every_wait_also_for_whoever_waits_already(
    autojump_clock: MockClock, pause: Pause
) -> None:
    pause.after(Receipt(Proof.NOT_ALLOWED, "401"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pause.over)
        await trio.sleep(60)
        pause.begin_anew()
    assert trio.current_time() < 100
    assert pause.left_s == 0


async def test_with_new_credentials_the_waits_begin_short_and_are_waited_for_again(
    autojump_clock: MockClock, pause: Pause
) -> None:
    for _ in range(9):
        pause.after(SILENCE)
    pause.begin_anew()
    pause.after(SILENCE)
    assert await over_after_s(pause) == 1.0
