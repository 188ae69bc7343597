"""The log of a machine that runs on this computer, without its secrets."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rvm_edge.service.logs import written_log
from rvm_edge.service.redaction import Redaction

if TYPE_CHECKING:
    from rvm_edge.cli.own_screen import OwnScreen
    from rvm_edge.identity import Identity
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings


def own_log(
    here: Locations,
    chosen: Settings,
    screen: OwnScreen | None,
    identity: Identity | None,
    *,
    as_json: bool,
) -> AbstractContextManager[None]:
    """Return the log that is written while inside.

    Args:
        here: where its files lie, under a service manager.
        chosen: what its owner wants to be written.
        screen: whose token nobody may read there.
        identity: whose keys nobody may read there.
        as_json: write objects on stderr, not lines.
    """
    redaction = Redaction()
    if screen is not None:
        redaction.hide(screen.plan.token)
    if identity is not None:
        redaction.hide(identity.api_key)
        if identity.sync_token is not None:
            redaction.hide(identity.sync_token)
    return written_log(chosen.logs, redaction, here.logs_dir, as_json=as_json)
