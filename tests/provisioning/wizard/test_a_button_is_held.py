"""A button is held as long as its page says so, and silence is as good as letting go."""

from __future__ import annotations

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from rvm_edge.provisioning.wizard.holding import LONGEST_S, SILENCE_S, Buttons, NotHeldError, Press


async def speak(press: Press, every_s: float, times: int) -> None:
    for _ in range(times):
        await trio.sleep(every_s)
        press.still()


async def test_it_is_held_while_its_page_says_so_and_a_second_longer(
    autojump_clock: MockClock,
) -> None:
    with Buttons().held(1) as press:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(speak, press, 0.3, 10)
            await press.over()
            assert trio.current_time() == pytest.approx(10 * 0.3 + SILENCE_S)
            assert press.unheard


async def test_a_page_that_never_speaks_holds_it_for_a_second(autojump_clock: MockClock) -> None:
    with Buttons().held(1) as press:
        await press.over()
    assert trio.current_time() == pytest.approx(SILENCE_S)


async def test_silence_is_final(autojump_clock: MockClock) -> None:
    buttons = Buttons()
    with buttons.held(1) as press:
        await press.over()
        assert not buttons.still(1)
        await press.over()
    assert trio.current_time() == pytest.approx(SILENCE_S)


async def test_nobody_holds_a_button_for_ever(autojump_clock: MockClock) -> None:
    with Buttons().held(1) as press:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(speak, press, 0.3, 1000)
            await press.over()
            assert trio.current_time() == pytest.approx(LONGEST_S)
            assert not press.unheard
            nursery.cancel_scope.cancel()


async def test_a_finger_that_leaves_is_no_silence(autojump_clock: MockClock) -> None:
    buttons = Buttons()
    with buttons.held(5) as press:
        buttons.let_go(4)  # another press, long ago
        assert buttons.still(5)
        buttons.let_go(5)
        await press.over()
    assert trio.current_time() == 0
    assert not press.unheard


async def test_one_button_at_a_time() -> None:
    buttons = Buttons()
    with buttons.held(1), pytest.raises(NotHeldError, match="another"), buttons.held(2):
        pass
    with pytest.raises(NotHeldError, match="over"), buttons.held(2):
        pass
    with buttons.held(3):
        assert not buttons.still(2)


@given(
    st.lists(
        st.tuples(st.sampled_from(["hold", "still", "let go", "wait"]), st.integers(1, 6)),
        max_size=30,
    )
)
@settings(max_examples=200, deadline=None)
def test_in_whatever_order_words_come_no_press_outlives_its_letting_go(
    words: list[tuple[str, int]],
) -> None:
    async def main() -> None:
        buttons, gone, held = Buttons(), set[int](), list[int]()

        async def hold(number: int) -> None:
            try:
                with buttons.held(number) as press:
                    assert number not in gone
                    held.append(number)
                    await press.over()
                    held.remove(number)
            except NotHeldError:
                return

        async with trio.open_nursery() as nursery:
            for word, number in words:
                if word == "hold":
                    nursery.start_soon(hold, number)
                    await trio.sleep(0.001)
                elif word == "let go":
                    gone.add(number)
                    buttons.let_go(number)
                    await trio.sleep(0.001)
                    assert number not in held
                elif word == "still":
                    assert buttons.still(number) is (held == [number])
                else:
                    await trio.sleep(SILENCE_S)
                    assert held == []
                assert len(held) <= 1

    trio.run(main, clock=MockClock(autojump_threshold=0))
