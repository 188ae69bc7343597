"""How the chart believes a sensor: debounced, and with a second witness where there is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from drivers.ports import Changes, DoubtfulReadingError, PresenceSensor, ReadingError
from rvm_edge.machine import Hardware
from rvm_edge.settings import Policy


async def debounced(read: Callable[[], Awaitable[bool]], policy: Policy) -> bool:
    """Return the reading on which a switch has agreed with itself for `policy.debounce_s`.

    Never returns while it keeps bouncing: the state's time-out bounds that.
    """
    reading = await read()
    since = trio.current_time()
    while trio.current_time() - since < policy.debounce_s:
        await trio.sleep(policy.poll_s)
        now = await read()
        if now != reading:
            reading, since = now, trio.current_time()
    return reading


async def wait_until(
    sensor: PresenceSensor, policy: Policy, *, occupied: bool, changes: Changes | None = None
) -> None:
    """Return once `sensor` steadily reads `occupied`."""
    await wait_for_switch(
        sensor.is_occupied, policy, reading=occupied, every_s=policy.poll_s, changes=changes
    )


async def wait_for_switch(
    read: Callable[[], Awaitable[bool]],
    policy: Policy,
    *,
    reading: bool,
    every_s: float,
    changes: Changes | None = None,
) -> None:
    """Return once a switch steadily gives `reading`.

    It is debounced only when it seems to have changed: nothing is asked four times all night.

    Args:
        read: reads the switch now.
        policy: says for how long it must agree with itself.
        reading: what is waited for.
        every_s: how often to look.
        changes: what makes it look at once; None where the sensors speak only when asked.
    """
    while True:
        told = 0 if changes is None else changes.count
        if await read() == reading and await debounced(read, policy) == reading:
            return
        with trio.move_on_after(every_s):
            if changes is None:
                await trio.sleep_forever()
            else:
                await changes.since(told)


async def chamber_occupied(hardware: Hardware, policy: Policy) -> bool:
    """Say whether something lies in the chamber, asking the barrier and the scale.

    The scale is the second witness where one is fitted and reads anything: a barrier that is stuck
    would otherwise turn a dropped item into a returned one.

    Raises:
        ReadingError: the two contradict each other; nobody may act on either.
    """
    seen = await debounced(hardware.chamber.is_occupied, policy)
    weight_g = await felt_weight_g(hardware)
    if weight_g is None:
        return seen
    felt = weight_g >= policy.item_min_g
    if seen != felt:
        raise ReadingError(
            f"the chamber's light barrier says {'occupied' if seen else 'free'}, "
            f"but the scale reads {weight_g:.1f} g: check both"
        )
    return seen


async def felt_weight_g(hardware: Hardware) -> float | None:
    """Weigh, or return None where no scale is fitted or it gives nothing: one witness less.

    Raises:
        DoubtfulReadingError: it gives something, and that cannot be believed.
    """
    if hardware.scale is None:
        return None
    try:
        return await hardware.scale.weight_g()
    except DoubtfulReadingError:
        raise
    except ReadingError:
        return None


async def zero_scale(hardware: Hardware) -> None:
    """Take the scale's reading for zero, where one is fitted and gives anything.

    Raises:
        DoubtfulReadingError: it gives something, and that cannot be believed.
    """
    if hardware.scale is None:
        return
    try:
        await hardware.scale.tare()
    except DoubtfulReadingError:
        raise
    except ReadingError:
        return


async def bin_level_pct(hardware: Hardware) -> float | None:
    """Measure the bin, or return None when its sensor gives nothing: one feature less, no fault."""
    try:
        return await hardware.bin.level_pct()
    except ReadingError:
        return None


def is_full(level_pct: float | None, policy: Policy) -> bool:
    """Say whether that level leaves no room; an unknown level does."""
    return level_pct is not None and level_pct >= policy.bin_full_pct
