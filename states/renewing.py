"""New models: tried and swapped in while nobody is served, and every step in the journal.

These activities belong to states in which no item is in hand, so that no deposit ever sees two
models. One that is cut short because somebody comes is begun again when they are gone.
"""

from __future__ import annotations

from rvm_edge.machine import ModelsError
from rvm_edge.orders import Order
from states.context import Ctx
from states.errands import ErrandError
from states.events import ModelNoted


async def renew_eyes(here: Ctx) -> None:
    """Let models that came take over, after their trial."""
    await here.machine.models.renew()


async def note_models(here: Ctx) -> None:
    """Put what becomes of models into the journal."""
    while True:
        note = await here.machine.models.next_note()
        await here.post(ModelNoted(note.news.value, note.version, note.sha256, note.why))


async def look_for_model(here: Ctx, order: Order) -> str:
    """Begin what an order asks; return what was begun.

    Raises:
        ErrandError: nothing is begun.
    """
    try:
        return await here.machine.models.look_for(order)
    except ModelsError as error:
        raise ErrandError(str(error)) from error
