"""HANDSHAKE: the machine introduces itself once, and does not insist."""

from rvm_edge.machine import Standing
from rvm_edge.statechart.definition import Event, Timeout
from states.context import Ctx, MachineState
from states.events import (
    HandshakeBlocked,
    HandshakeOk,
    HandshakeUnauthorized,
    HandshakeUnreachable,
)

ANSWERS: dict[Standing, Event] = {
    Standing.OK: HandshakeOk(),
    Standing.DEGRADED: HandshakeOk(),
    Standing.UNREACHABLE: HandshakeUnreachable(),
    Standing.NO_ROUTE: HandshakeUnreachable(),
    Standing.UNAUTHORIZED: HandshakeUnauthorized(),
    Standing.BLOCKED: HandshakeBlocked(),
}


async def introduce(here: Ctx) -> None:
    """Ask the server once; no answer is an answer too."""
    await here.post(ANSWERS[await here.machine.cloud.handshake()])


REACHED = frozenset({Standing.OK, Standing.DEGRADED})
"""Answers of a server that knows the machine."""

NOT_REACHED = frozenset({Standing.UNREACHABLE, Standing.NO_ROUTE})
"""No answer, or none that can be believed."""

HANDSHAKE = MachineState(
    "handshake",
    "The machine introduces itself to the server, but does not wait for it long: without a server "
    "guests are served as soon as with one.",
    activities=(introduce,),
    timeout=Timeout(1.0),
)
