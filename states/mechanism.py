"""Moving the item, with a look at the door before and at the chamber after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drivers.ports import MotionBlockedError
from states.context import Ctx
from states.sensing import chamber_occupied

TRIES = 2
"""How often the mechanism is asked before the item counts as in doubt."""


async def require_shut_door(here: Ctx) -> None:
    """Refuse to move anything while hands may be inside; the door's watch follows within a poll.

    Raises:
        MotionBlockedError: the service door stands open.
    """
    if await here.machine.hardware.door.is_open():
        raise MotionBlockedError("the service door is open")


async def move_item(here: Ctx, motion: Callable[[], Awaitable[None]]) -> None:
    """Move the item; look whether it left the chamber; try once more if it did not.

    Args:
        here: the activity's context.
        motion: `Sorter.drop_item` or `Sorter.return_item`.

    Raises:
        DriverError: the mechanism failed, the door is open, or the item is still there.
    """
    for _ in range(TRIES):
        await require_shut_door(here)
        await motion()
        if not await chamber_occupied(here.machine.hardware, here.machine.policy):
            return
    raise MotionBlockedError("the item did not leave the chamber")
