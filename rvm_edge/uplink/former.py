"""Whose it is what a ledger holds that never learned whose: of the machine that it was before."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from rvm_edge.ledger.outbox import Outbox
from rvm_edge.offload import Offload
from rvm_edge.provisioning.former import note_of, read_former
from rvm_edge.provisioning.one_file import discard

_LOG = logging.getLogger(__name__)


async def settle_former(outbox: Outbox, credentials_path: Path, offload: Offload) -> None:
    """Let what is nobody's yet be the former machine's, before the present one takes it.

    Args:
        outbox: of the ledger.
        credentials_path: beside which it was noted who the machine was.
        offload: where the note is read and deleted.
    """
    former = await offload(partial(read_former, credentials_path))
    if former is None:
        return
    await outbox.become(former)
    try:
        await offload(partial(discard, note_of(credentials_path)))
    except OSError as error:  # done twice it does the same
        _LOG.warning("%s: %s", note_of(credentials_path).name, error.strerror or error)
