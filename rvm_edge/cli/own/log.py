"""The log of a machine that runs on this computer, without its secrets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rvm_edge.service.logs import written_log
from rvm_edge.service.redaction import Redaction

if TYPE_CHECKING:
    from rvm_edge.cli.own.screen import OwnScreen
    from rvm_edge.identity import Identity
    from rvm_edge.locations import Locations
    from rvm_edge.settings import Settings


def own_log(
    here: Locations,
    chosen: Settings,
    screen: OwnScreen | None,
    identity: Callable[[], Identity | None],
    *,
    as_json: bool,
) -> AbstractContextManager[None]:
    """Return the log that is written while inside.

    Args:
        here: where its files lie, under a service manager.
        chosen: what its owner wants to be written.
        screen: whose token nobody may read there.
        identity: says whose keys nobody may read there; a machine may be set up while it runs.
        as_json: write objects on stderr, not lines.
    """
    redaction = _UpToDate(identity)
    if screen is not None:
        redaction.hide(screen.plan.token)
    return written_log(chosen.logs, redaction, here.logs_dir, as_json=as_json)


class _UpToDate(Redaction):
    """Asks before each line who the machine is, and forgets no key that it ever had."""

    def __init__(self, identity: Callable[[], Identity | None]) -> None:
        super().__init__()
        self._identity = identity
        self._hidden: Identity | None = None

    def clean(self, text: str) -> str:
        now = self._identity()
        if now is not None and now != self._hidden:
            self._hidden = now
            self.hide(now.api_key, *([now.sync_token] if now.sync_token else []))
        return super().clean(text)
