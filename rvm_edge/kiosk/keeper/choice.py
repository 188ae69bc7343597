"""Which view belongs on the screen: decided from what is known, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote

import msgspec

from rvm_edge.kiosk.keeper.outlook import Outlook


class Kind(Enum):
    """What fills the screen."""

    SERVER = "the server's page"
    LOCAL = "the local page"
    HOLDING = "the keeper's own page"


@dataclass(frozen=True)
class View:
    """What fills the screen, and from which address; the keeper's own page has none."""

    kind: Kind
    url: str = field(default="", repr=False)


HOLDING = View(Kind.HOLDING)
"""Says that the machine is getting ready. It needs neither bridge nor network."""


class Situation(msgspec.Struct, frozen=True):
    """What a choice depends on.

    Attributes:
        outlook: what is known of the machine.
        bridge_origin: where the local page is.
        shown: what fills the screen now; None right after the browser's start.
        resting: kinds that have just failed, and are not tried yet.
        thanks: a deposit on the local page has just ended, and its thanks are being read.
    """

    outlook: Outlook
    bridge_origin: str
    shown: View | None = None
    resting: Collection[Kind] = ()
    thanks: bool = False


def choose(now: Situation) -> View:
    """Return what belongs on the screen.

    The server's page while there is one. It is loaded behind a page that works, since the network
    may take its time; and nobody is taken away from the local page in the middle of a deposit. The
    local page whenever the machine is there; it stays when the machine goes, and
    says so itself. What is shown works, so a rest keeps only others from being tried.
    """
    shown, outlook = now.shown, now.outlook
    is_local = shown is not None and shown.kind is Kind.LOCAL
    if not outlook.here:
        return shown if shown is not None and is_local else HOLDING
    busy = is_local and (outlook.in_deposit or now.thanks)
    works = shown is not None and shown.kind is not Kind.HOLDING
    behind = works or Kind.LOCAL in now.resting
    if outlook.online and outlook.server_url and behind and not busy:
        server = View(Kind.SERVER, outlook.server_url)
        if server == shown or Kind.SERVER not in now.resting:
            return server
    fragment = f"#token={quote(outlook.token, safe='')}" if outlook.token else ""
    local = View(Kind.LOCAL, f"{now.bridge_origin}/{fragment}")
    return local if local == shown or Kind.LOCAL not in now.resting else HOLDING
