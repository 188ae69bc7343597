"""OFFLINE_GUEST: guests are served; the server is sought, ever more patiently."""

import trio

from rvm_edge.backoff import Backoff
from states.context import Ctx, MachineState
from states.events import HandshakeOk, LinkUp
from states.handshake import ANSWERS, NOT_REACHED, REACHED


async def seek_server(here: Ctx) -> None:
    """Try the handshake again and again until it succeeds."""
    if isinstance(here.event, HandshakeOk):
        await here.post(LinkUp())
        return
    policy = here.machine.policy
    backoff = Backoff(policy.reconnect_first_s, policy.reconnect_cap_s, here.machine.chance)
    while True:
        await trio.sleep(backoff.next_s())
        answer = await here.machine.cloud.handshake()
        if answer in REACHED:
            await here.post(LinkUp())
            return
        if answer not in NOT_REACHED:
            # Refused: the chart takes it once nothing is in anybody's hands; until then, go on.
            await here.post(ANSWERS[answer])


OFFLINE_GUEST = MachineState(
    "offline_guest",
    "No link to the server: guests donate, and the machine keeps looking for the server.",
    activities=(seek_server,),
    rests="an outage may last for days",
)
