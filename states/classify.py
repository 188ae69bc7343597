"""CLASSIFY: the eyes decide, and the decision is on disk before anything moves."""

from collections.abc import Sequence

from drivers.ports import Frame
from rvm_edge.item import Reason, Verdict
from rvm_edge.machine import Circumstances, EyesError
from rvm_edge.statechart.definition import Timeout
from states.context import Ctx, MachineState
from states.events import VerdictGiven
from states.in_hand import item_in_hand


async def judge_item(here: Ctx) -> None:
    """Ask the eyes once; without their answer the item goes back."""
    item = await item_in_hand(here)
    machine = here.machine
    frames, weight_g = machine.tray.look(item.client_uuid) or ((), None)
    about = Circumstances(machine.tray.dark(item.client_uuid), await machine.book.unconfirmed())
    verdict = await verdict_on(here, frames, weight_g, about)
    await machine.book.decide(item.client_uuid, verdict)
    await here.post(VerdictGiven(item.client_uuid, verdict.accepted, verdict.reason.value))


async def verdict_on(
    here: Ctx, frames: Sequence[Frame], weight_g: float | None, about: Circumstances
) -> Verdict:
    """Return the eyes' verdict, or a refusal where they give none."""
    if not frames:
        return Verdict(accepted=False, reason=Reason.NO_PICTURE)
    try:
        return await here.machine.eyes.judge(frames, weight_g, about)
    except EyesError:
        return Verdict(accepted=False, reason=Reason.EYES_UNAVAILABLE, weight_g=weight_g)


CLASSIFY = MachineState(
    "classify",
    "The local AI decides whether the item is an empty PET bottle.",
    activities=(judge_item,),
    timeout=Timeout(12.0),
)
