"""PROVISIONING: a machine that does not know who it is waits for a technician.

So does one that is to be somebody else, or to get another key: it stays who it is until the new
credentials are stored, and goes on as before where nobody brings any.
"""

import trio

from states.context import Ctx, MachineState
from states.events import CredentialsAwaited, CredentialsReady
from states.obeying import note_refusals, obey_at_set_up

PATIENCE_S = 1800.0
"""So long other credentials are waited for: people want to be served."""


async def wait_for_credentials(here: Ctx) -> None:
    """Wait until usable credentials are stored; until others are, where a technician said so."""
    credentials = here.machine.credentials
    if isinstance(here.event, CredentialsAwaited):
        with trio.move_on_after(PATIENCE_S):
            await credentials.renewed()
    await credentials.wait()
    await here.post(CredentialsReady())


PROVISIONING = MachineState(
    "provisioning",
    "No credentials are stored, or others are brought: a technician has to import them.",
    activities=(wait_for_credentials, obey_at_set_up, note_refusals),
    rests="until a technician has brought credentials",
)
