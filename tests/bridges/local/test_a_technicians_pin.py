"""The technician's PIN is kept as a slow hash, and guessing it takes for ever."""

from __future__ import annotations

import pytest
import trio
from trio.testing import MockClock

from rvm_edge.bridges.local.bucket import Bucket
from rvm_edge.bridges.local.client import PIN_HOLDS_S, Client
from rvm_edge.bridges.local.technician import (
    FIRST_LOCK_S,
    FREE_TRIES,
    LONGEST_LOCK_S,
    PinDesk,
    PinFormError,
    PinHash,
)
from rvm_edge.bridges.local.verbs import Right
from rvm_edge.identity import Secret

HASH = PinHash.of("4711")


class Hours:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_a_stored_hash_is_read_back_and_fits_its_pin_alone() -> None:
    again = PinHash.parse(str(HASH))
    assert again == HASH
    assert again.fits("4711")
    for other in ("4712", "04711", "", "４７１１", "4711 "):
        assert not again.fits(other)


def test_the_same_pin_is_never_stored_the_same_way_twice() -> None:
    assert str(PinHash.of("4711")) != str(HASH)


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "-123"])
def test_a_pin_is_digits(pin: str) -> None:
    with pytest.raises(PinFormError):
        PinHash.of(pin)


@pytest.mark.parametrize("text", ["", "4711", "scrypt$1$8$1$00$00", f"{HASH}0", f" {HASH}"])
def test_a_stored_hash_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(PinFormError):
        PinHash.parse(text)


async def test_each_wrong_pin_beyond_five_doubles_the_wait() -> None:
    clock = Hours()
    desk = PinDesk(HASH, clock)
    for _ in range(FREE_TRIES):
        assert desk.locked_s == 0.0
        assert not await desk.check("0000")
    waits = []
    for _ in range(8):
        waits.append(desk.locked_s)
        assert not await desk.check("4711")  # even the right one, before its time
        clock.now_s += desk.locked_s
        assert not await desk.check("0000")
    assert waits[:4] == [FIRST_LOCK_S, 2 * FIRST_LOCK_S, 4 * FIRST_LOCK_S, 8 * FIRST_LOCK_S]
    assert max(waits) == LONGEST_LOCK_S
    clock.now_s += desk.locked_s
    assert await desk.check("4711")
    assert desk.locked_s == 0.0
    assert not await desk.check("0000")
    assert desk.locked_s == 0.0


async def test_tries_at_once_count_like_tries_in_turn() -> None:
    desk = PinDesk(HASH, Hours())
    answers: list[bool] = []

    async def guess(pin: str) -> None:
        answers.append(await desk.check(pin))

    async with trio.open_nursery() as nursery:
        for _ in range(FREE_TRIES):
            nursery.start_soon(guess, "0000")
        await trio.testing.wait_all_tasks_blocked()
    await guess("4711")
    assert not any(answers)


async def test_a_try_that_is_given_up_still_counts() -> None:
    desk = PinDesk(HASH, Hours())
    for _ in range(FREE_TRIES):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(desk.check, "0000")
            await trio.testing.wait_all_tasks_blocked()  # it is at work on the hash
            nursery.cancel_scope.cancel()
    assert desk.locked_s == FIRST_LOCK_S
    assert not await desk.check("4711")


def test_rights_need_the_token_first_and_the_pin_wears_off() -> None:
    clock = Hours()
    client = Client(clock)
    client.became_technician()
    assert [client.has(right) for right in Right] == [True, False, False]
    client.show_token("right", Secret("right"))
    assert [client.has(right) for right in Right] == [True, True, True]
    clock.now_s += PIN_HOLDS_S - 1.0
    assert client.has(Right.PIN)
    clock.now_s += PIN_HOLDS_S - 1.0
    assert client.has(Right.PIN)
    clock.now_s += PIN_HOLDS_S
    assert not client.has(Right.PIN)
    assert client.has(Right.TOKEN)


async def test_a_bucket_lets_a_burst_through_and_then_the_average(
    autojump_clock: MockClock,
) -> None:
    bucket = Bucket(10.0, 3, trio.current_time)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    await trio.sleep(0.1)
    assert [bucket.take() for _ in range(2)] == [True, False]
    await trio.sleep(3600)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
