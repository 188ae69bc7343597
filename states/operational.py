"""OPERATIONAL: two regions side by side, so that losing the internet touches no deposit."""

import trio

from states.accept import ACCEPT
from states.capped import CAPPED
from states.capture import CAPTURE
from states.classify import CLASSIFY
from states.clearing import CLEARING
from states.context import Ctx, MachineState
from states.full import FULL
from states.idle import IDLE
from states.inspection import INSPECTION
from states.obeying import note_refusals
from states.offline_guest import OFFLINE_GUEST
from states.online import ONLINE
from states.reject import REJECT
from states.renewing import note_models
from states.waiting import WAITING
from states.watching import heed_maintenance, watch_controller, watch_door

LINK = MachineState(
    "link",
    "Whether the server can be reached.",
    children=(OFFLINE_GUEST, ONLINE),
    initial="offline_guest",
)


async def let_deliveries_rest(here: Ctx) -> None:
    """Let everything that can wait wait while somebody is at the machine."""
    with here.machine.courier.resting():
        await trio.sleep_forever()


DEPOSIT = MachineState(
    "deposit",
    "One person's deposit: a user's, or a guest's donation; mode and owner are latched.",
    activities=(let_deliveries_rest,),
    children=(WAITING, CAPTURE, CLASSIFY, ACCEPT, REJECT),
    initial="waiting",
)

INTAKE = MachineState(
    "intake",
    "What happens at the slot.",
    children=(CLEARING, IDLE, INSPECTION, FULL, CAPPED, DEPOSIT),
    initial="clearing",
)

OPERATIONAL = MachineState(
    "operational",
    "The machine serves people, with or without the server.",
    activities=(watch_door, watch_controller, heed_maintenance, note_refusals, note_models),
    children=(LINK, INTAKE),
    parallel=True,
)
