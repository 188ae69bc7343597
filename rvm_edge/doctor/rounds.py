"""Goes from check to check, and lets none of them hold up the others."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

import trio

from rvm_edge.doctor.finding import Check, DoctorError, Finding, failure
from rvm_edge.doctor.place import Place

LOOK_S: Final = 20.0

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Examined:
    """A check, and what it found.

    Attributes:
        check: which.
        finding: what.
        repaired: what was done about it; "" where nothing was.
    """

    check: Check
    finding: Finding
    repaired: str = ""


async def examine(
    place: Place,
    checks: Sequence[Check],
    *,
    repair: bool = False,
    limiter: trio.CapacityLimiter | None = None,
) -> AsyncIterator[Examined]:
    """Ask every check, one after the other.

    Each runs in a thread that is left alone when it does not come back: a device or a mount that
    hangs is a finding, not the end of the round.

    Args:
        place: what is looked at.
        checks: what is asked.
        repair: put right what can be put right by itself, and look again.
        limiter: of the threads in which it is looked, where they are not to be the program's.
    """
    for check in checks:
        found = await _look(place, check, limiter)
        done = ""
        if repair and found.repair is not None:
            done = found.repair.what
            try:
                await trio.to_thread.run_sync(found.repair.do)
            except (OSError, DoctorError) as error:
                done = f"could not {done}: {error}"
            found = await _look(place, check, limiter)
        yield Examined(check, found, done)


async def _look(place: Place, check: Check, limiter: trio.CapacityLimiter | None) -> Finding:
    with trio.move_on_after(LOOK_S):
        try:
            return await trio.to_thread.run_sync(
                check.look, place, limiter=limiter, abandon_on_cancel=True
            )
        # One check that breaks must not hide what the others find, whatever broke it: what it
        # looked at is by nature not as it should be.
        except Exception as error:  # noqa: BLE001
            _LOG.exception("check %s broke", check.name)
            return failure(
                f"could not be looked at: {type(error).__name__}: {error}",
                "Nobody knows whether it is as it should be.",
                "Report this with the output of: rvm-edge doctor --json",
            )
    return failure(
        f"gave no answer within {LOOK_S:g} s",
        "What hangs here may hang the machine too.",
        "Look at the cable, the disk or the network that this is about.",
    )
