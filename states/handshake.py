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
    Standing.UNREACHABLE: HandshakeUnreachable(),
    Standing.UNAUTHORIZED: HandshakeUnauthorized(),
    Standing.BLOCKED: HandshakeBlocked(),
}


async def introduce(here: Ctx) -> None:
    """Ask the server once; no answer is an answer too."""
    await here.post(ANSWERS[await here.machine.cloud.handshake()])


HANDSHAKE = MachineState(
    "handshake",
    "The machine introduces itself to the server, but does not wait for it long.",
    activities=(introduce,),
    timeout=Timeout(10.0),
)
