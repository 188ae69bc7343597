"""ONLINE: earned by a handshake, kept by heartbeats; what waits is delivered here and only here."""

import trio

from rvm_edge.item import Session
from rvm_edge.machine import Standing
from states.context import Ctx, MachineState
from states.events import LinkLost, SessionRequested
from states.handshake import ANSWERS, NOT_REACHED, REACHED
from states.sensing import bin_level_pct


async def keep_link(here: Ctx) -> None:
    """Send heartbeats; several unanswered in a row, or no way to the server, is a lost link."""
    machine, policy = here.machine, here.machine.policy
    failures = 0
    while True:
        answer = await machine.cloud.heartbeat(await bin_level_pct(machine.hardware))
        if answer in REACHED:
            failures = 0
        elif answer is Standing.NO_ROUTE:
            break
        elif answer in NOT_REACHED:
            failures += 1
            if failures >= policy.heartbeat_failures:
                break
        else:
            await here.post(ANSWERS[answer])
        await trio.sleep(policy.heartbeat_s)
    await here.post(LinkLost())


async def deliver(here: Ctx) -> None:
    """Bring what waits to the server: deposits in their order, and pictures."""
    await here.machine.courier.deliver()


async def listen(here: Ctx) -> None:
    """Hear the server's WebSocket, where it has one; its loss may count as the server's."""

    async def serve(session: Session) -> None:
        await here.post(SessionRequested(session.session_id, session.mode.value, session.owner))

    await here.machine.channel.listen(serve)
    await here.post(LinkLost())


ONLINE = MachineState(
    "online",
    "The server answers: users can log in, deposits are delivered at once.",
    activities=(keep_link, deliver, listen),
    rests="as long as the server answers",
)
