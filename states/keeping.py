"""Keeping an item's picture for the server and for technicians, while the mechanism moves."""

from states.context import Ctx


async def keep_picture(here: Ctx) -> None:
    """Keep the item's picture, if there is one, even if the mechanism is faster than the disk."""
    with here.cleanup():
        client_uuid, frames = here.machine.tray.take()
        if frames:
            await here.machine.evidence.keep(client_uuid, frames)
