"""Keeping an eye on the slot while an accepted item drops: by a string it could come out again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from drivers.ports import DriverError
from states.context import Ctx
from states.sensing import wait_until


class SlotBlockedError(DriverError):
    """A hand or a string is in the slot, and an item that it may hold must not be credited."""


async def require_free_slot(here: Ctx) -> None:
    """Return once the slot is free.

    Raises:
        SlotBlockedError: it is not within `policy.drop_patience_s`.
        ReadingError: its barrier gives nothing.
    """
    hardware, policy = here.machine.hardware, here.machine.policy
    if not await hardware.slot.is_occupied():
        return  # whatever comes now, the watch sees
    with trio.move_on_after(policy.drop_patience_s + policy.debounce_s + policy.poll_s):
        await wait_until(hardware.slot, policy, occupied=False, changes=hardware.changes)
        return
    raise SlotBlockedError(
        f"something stayed in the slot for {policy.drop_patience_s:g} s before the drop"
    )


@asynccontextmanager
async def watched_slot(here: Ctx) -> AsyncIterator[None]:
    """Watch the slot inside, and say in the end if anything was in it.

    Nothing inside is cut short: a motion that was begun is finished, whatever the slot says.

    Raises:
        SlotBlockedError: it was steadily blocked for `policy.debounce_s` at some time.
        ReadingError: its barrier gave nothing, so that nobody knows.
    """
    hardware, trouble = here.machine.hardware, list[DriverError]()

    async def watch() -> None:
        try:
            await wait_until(
                hardware.slot, here.machine.policy, occupied=True, changes=hardware.changes
            )
        except DriverError as error:
            trouble.append(error)
        else:
            trouble.append(SlotBlockedError("something was in the slot while the item dropped"))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch)
        try:
            yield
        finally:
            nursery.cancel_scope.cancel()
    if trouble:
        raise trouble[0]
