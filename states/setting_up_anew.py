"""Setting the machine up anew: it forgets who it is, and keeps what people have put in.

Only a technician in maintenance may have it done; the server has no word for it.
"""

from __future__ import annotations

import contextlib

from rvm_edge.machine import KeptError, LedgerError
from states.context import Ctx
from states.errands import ErrandError
from states.watching import MAINTENANCE_FLAG


async def forget_who_it_is(here: Ctx) -> str:
    """Forget the credentials and what came with them; return what stays, in a few words.

    The maintenance ends with it: a machine that was set up anew serves people.

    Raises:
        ErrandError: it is not forgotten.
    """
    machine = here.machine
    try:
        waiting = await machine.courier.undelivered()
    except LedgerError:
        stays = "ledger and journal stay"  # who sets it up anew may do so because it is damaged
    else:
        stays = f"deposits that wait for the server and stay: {waiting}"
    try:
        await machine.credentials.forget()
    except KeptError as error:
        raise ErrandError(str(error)) from error
    await end_maintenance(here)
    return f"forgotten: credentials, site, the server's policy; {stays}"


async def end_maintenance(here: Ctx) -> None:
    """Let no order to stay out of use outlive the set-up."""
    with contextlib.suppress(LedgerError):  # at worst it is in maintenance again, set up
        await here.machine.flags.put(MAINTENANCE_FLAG, False)
