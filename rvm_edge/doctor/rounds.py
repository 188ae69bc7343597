"""Asks every check, and lets none of them hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import trio

from rvm_edge.doctor.finding import Check, DoctorError, Finding, Repair, failure
from rvm_edge.doctor.place import Place

LOOK_S: Final = 20.0

_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())
"""Where nothing was set up to log to, nobody at a terminal is to read a traceback instead."""


class Examined(msgspec.Struct, frozen=True):
    """A check, and what it found.

    Attributes:
        check: which.
        finding: what.
        repaired: what was done about it; "" where nothing was.
    """

    check: Check
    finding: Finding
    repaired: str = ""


async def examine_together(
    place: Place,
    checks: Sequence[Check],
    *,
    repair: bool = False,
    limiter: trio.CapacityLimiter | None = None,
    note: Callable[[Examined], None] = lambda _: None,
    tell: Callable[[Examined], None] = lambda _: None,
) -> list[Examined]:
    """Ask all checks at the same time, so that the round takes no longer than the slowest of them.

    Each runs in a thread that is left alone when it does not come back: a device or a mount that
    hangs is a finding, not the end of the round. Those that open the same device are asked one
    after the other, in their order.

    Args:
        place: what is looked at.
        checks: what is asked.
        repair: put right what can be put right by itself, one thing after the other.
        limiter: of the threads in which it is looked; one for each check unless told.
        note: is called with each as soon as it is known, before anything is repaired.
        tell: is called with each in the order of the checks, as soon as that is known.

    Returns:
        What was found, in the order of the checks.
    """
    limiter = limiter or trio.CapacityLimiter(max(1, len(checks)))
    looked = {check.name: trio.Event() for check in checks}
    of_one_device: dict[str, list[Check]] = {}
    for check in checks:
        of_one_device.setdefault(check.device or check.name, []).append(check)
    found: dict[str, Finding] = {}

    async def look(in_turn: Sequence[Check]) -> None:
        for check in in_turn:
            found[check.name] = await _look(place, check, limiter)
            note(Examined(check, found[check.name]))
            looked[check.name].set()

    examined = []
    async with trio.open_nursery() as nursery:
        for in_turn in of_one_device.values():
            nursery.start_soon(look, in_turn)
        for check in checks:
            await looked[check.name].wait()
            one = Examined(check, found[check.name])
            if repair and one.finding.repair is not None:
                done = await _done(one.finding.repair)
                one = Examined(check, await _look(place, check), done)
            examined.append(one)
            tell(one)
    return examined


async def _done(repair: Repair) -> str:
    """Do it, and say what was done or why it could not be."""
    with trio.move_on_after(LOOK_S):
        try:
            await trio.to_thread.run_sync(repair.do, abandon_on_cancel=True)
        except (OSError, DoctorError) as error:
            return f"could not {repair.what}: {error}"
        return repair.what
    return f"could not {repair.what} within {LOOK_S:g} s"


async def _look(place: Place, check: Check, limiter: trio.CapacityLimiter | None = None) -> Finding:
    with trio.move_on_after(LOOK_S):
        try:
            return await trio.to_thread.run_sync(
                check.look, place, limiter=limiter, abandon_on_cancel=True
            )
        except PermissionError as error:
            return failure(
                f"this user may not look at {error.filename or 'it'}",
                "Nobody knows whether it is as it should be.",
                "Ask as the machine's own user: sudo rvm-edge doctor",
            )
        # One check that breaks must not hide what the others find, whatever broke it: what it
        # looked at is by nature not as it should be.
        except Exception as error:  # noqa: BLE001
            _LOG.exception("check %s broke", check.name)
            return failure(
                f"could not be looked at: {type(error).__name__}: {error}",
                "Nobody knows whether it is as it should be.",
                f"Report this with what this prints: rvm-edge --traceback doctor {check.name}",
            )
    return failure(
        f"gave no answer within {LOOK_S:g} s",
        "What hangs here may hang the machine too.",
        "Look at the cable, the disk or the network that this is about.",
    )
