"""ONLINE: earned by a handshake, kept by heartbeats."""

import trio

from rvm_edge.machine import Standing
from states.context import Ctx, MachineState
from states.events import LinkLost
from states.handshake import ANSWERS


async def keep_link(here: Ctx) -> None:
    """Send heartbeats; several unanswered ones in a row mean that the link is lost."""
    policy = here.machine.policy
    failures = 0
    while failures < policy.heartbeat_failures:
        await trio.sleep(policy.heartbeat_s)
        answer = await here.machine.cloud.heartbeat()
        if answer is Standing.OK:
            failures = 0
        elif answer is Standing.UNREACHABLE:
            failures += 1
        else:
            await here.post(ANSWERS[answer])
    await here.post(LinkLost())


ONLINE = MachineState(
    "online",
    "The server answers: users can log in, deposits are delivered at once.",
    activities=(keep_link,),
    rests="as long as the server answers",
)
