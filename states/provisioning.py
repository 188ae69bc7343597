"""PROVISIONING: a machine that does not know who it is waits for a technician."""

from states.context import Ctx, MachineState
from states.events import CredentialsReady


async def wait_for_credentials(here: Ctx) -> None:
    """Wait until usable credentials are stored."""
    await here.machine.credentials.wait()
    await here.post(CredentialsReady())


PROVISIONING = MachineState(
    "provisioning",
    "No credentials are stored: a technician has to import them.",
    activities=(wait_for_credentials,),
    rests="only a technician can end it",
)
