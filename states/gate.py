"""Opening and closing the slot without hurting anybody or losing count."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from drivers.ports import Gate, MotionBlockedError
from rvm_edge.settings import Policy
from states.context import Ctx


@asynccontextmanager
async def open_gate(here: Ctx) -> AsyncIterator[None]:
    """Keep the gate open inside, closed after, however the inside ends.

    With a hand or a returned item in the slot it stays open, and that is no failure: every way out
    of a deposit leads through `clearing`, which closes it patiently before anything moves.
    """
    gate = here.machine.hardware.gate
    try:
        await gate.open()
        yield
    finally:
        with here.cleanup(), contextlib.suppress(MotionBlockedError):
            await gate.close()


async def close_patiently(gate: Gate, policy: Policy) -> None:
    """Close the gate, giving a hand in the slot time to leave.

    Raises:
        MotionBlockedError: something is still in the way after `policy.hand_patience_s`.
    """
    with trio.move_on_after(policy.hand_patience_s):
        while True:
            try:
                await gate.close()
            except MotionBlockedError:
                await trio.sleep(policy.idle_poll_s)
            else:
                return
    raise MotionBlockedError(
        f"something stayed in the slot for {policy.hand_patience_s:.0f} s: free the gate"
    )
