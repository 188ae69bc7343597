"""What the keeper knows of the machine, and who is told when that changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import trio

from rvm_edge.kiosk.keeper.bridge_wire import DEPOSIT, IDLE, ONLINE, Part, Snapshot


@dataclass(frozen=True)
class Outlook:
    """What is known of the machine.

    Attributes:
        here: the bridge answers.
        configuration: the chart's active leaves.
        online: the machine has its server.
        token: this boot's, for the local page.
        server_url: the server's page for this screen; "" while there is none.
        time_zone: by whose time of day the machine goes; "" for the computer's own.
    """

    here: bool = False
    configuration: tuple[str, ...] = ()
    online: bool = False
    token: str = field(default="", repr=False)
    server_url: str = field(default="", repr=False)
    time_zone: str = ""

    @property
    def is_idle(self) -> bool:
        """Nobody is at the machine."""
        return self.here and any(leaf in IDLE for leaf in self.configuration)

    @property
    def in_deposit(self) -> bool:
        """Somebody gives items."""
        return self.here and any(leaf.startswith(f"{DEPOSIT}.") for leaf in self.configuration)

    def after(self, part: Part) -> Outlook:
        """Return what is known after a part has changed."""
        if part.kind == "state":
            return replace(self, configuration=part.configuration)
        if part.kind == "link":
            online = part.mode == ONLINE
            return replace(self, online=online, server_url=self.server_url if online else "")
        if part.kind == "site":
            return replace(self, time_zone=part.time_zone)
        return self

    def after_all(self, told: Snapshot) -> Outlook:
        """Return what is known after everything was told anew."""
        return self.after(told.state).after(told.link).after(told.site)


class News:
    """The outlook, as it changes."""

    def __init__(self) -> None:
        self._now = Outlook()
        self._changed = trio.Event()

    @property
    def now(self) -> Outlook:
        """What is known."""
        return self._now

    def tell(self, outlook: Outlook) -> None:
        """Say what is known from here on."""
        if outlook != self._now:
            self._now = outlook
            self.ring()

    def ring(self) -> None:
        """Have whoever waits look again."""
        self._changed.set()
        self._changed = trio.Event()

    async def wait(self, most_s: float) -> None:
        """Return when something has changed, or after `most_s`."""
        changed = self._changed
        with trio.move_on_after(most_s):
            await changed.wait()
