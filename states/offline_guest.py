"""OFFLINE_GUEST: guests are served; the server is sought, ever more patiently."""

import trio

from rvm_edge.machine import Standing
from states.context import Ctx, MachineState
from states.events import HandshakeOk, LinkUp
from states.handshake import ANSWERS

JITTER = 0.5
"""Each wait is shortened by up to this share, so that machines do not come back in step."""


async def seek_server(here: Ctx) -> None:
    """Try the handshake with a doubling, jittered wait until it succeeds."""
    if isinstance(here.event, HandshakeOk):
        await here.post(LinkUp())
        return
    policy = here.machine.policy
    wait_s = policy.reconnect_first_s
    while True:
        await trio.sleep(wait_s * (1 - JITTER * here.machine.chance()))
        answer = await here.machine.cloud.handshake()
        if answer is Standing.OK:
            await here.post(LinkUp())
            return
        if answer is not Standing.UNREACHABLE:
            # Refused: the chart takes it once nothing is in anybody's hands; until then, go on.
            await here.post(ANSWERS[answer])
        wait_s = min(policy.reconnect_cap_s, wait_s * 2)


OFFLINE_GUEST = MachineState(
    "offline_guest",
    "No link to the server: guests donate, and the machine keeps looking for the server.",
    activities=(seek_server,),
    rests="an outage may last for days",
)
