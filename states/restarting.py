"""RESTARTING: the machine was ordered to start anew, and nothing is in hand."""

from rvm_edge.statechart.definition import Timeout
from states.context import Ctx, MachineState
from states.events import RestartOrdered


async def start_anew(here: Ctx) -> None:
    """Ask the host for it; this activity is cancelled when the program ends in order."""
    host = here.machine.host
    if isinstance(here.event, RestartOrdered) and here.event.reboot:
        await host.reboot()
    else:
        await host.restart()


RESTARTING = MachineState(
    "restarting",
    "The machine is to start anew, as ordered; nothing is in hand.",
    activities=(start_anew,),
    timeout=Timeout(60.0),
)
