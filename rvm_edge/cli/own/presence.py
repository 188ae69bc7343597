"""Who may take a running machine's credentials away by a command: whoever stands at it."""

from __future__ import annotations

import os

from rvm_edge.cli.failures import CommandError
from rvm_edge.locations import Locations

_ROOT = 0
_AWAITING = "provisioning"


def require_presence(here: Locations) -> None:
    """Refuse unless somebody has shown to stand at the machine, or there is no machine running.

    Root at the console has shown it already. Anybody else shows it at the machine's own screen,
    with the PIN and a code that is typed back; the machine waits for credentials then, and its
    journal says so.

    Raises:
        CommandError: it runs, and does not wait for credentials.
    """
    if os.geteuid() == _ROOT or not _runs(here) or _waits(here):
        return
    raise CommandError(
        "this machine runs, and its credentials are not changed behind its back: say at its panel, "
        "under Machine, that they change, and type the code on its screen; or say this as root"
    )


def _runs(here: Locations) -> bool:
    from rvm_edge.ledger.database_files import OneWriter
    from rvm_edge.ledger.failures import LedgerLockedError

    if not here.ledger_path.parent.is_dir():
        return False
    try:
        OneWriter(here.ledger_path).release()
    except LedgerLockedError:
        return True
    except OSError:
        return False  # then nothing can be written here either, and that is said below
    return False


def _waits(here: Locations) -> bool:
    from rvm_edge.statechart.errors import JournalError
    from rvm_edge.statechart.journal import tail

    try:
        last = tail(here.journal_path, 1)
    except JournalError:
        return False
    return bool(last) and _AWAITING in last[0].after
