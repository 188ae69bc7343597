"""How the screen of one boot is served, and what is told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from rvm_edge.daemon import Daemon
from rvm_edge.display.boot_token import FOR_ITS_GROUP, FOR_ITS_OWNER, new_token
from rvm_edge.health.cleaning.cleaner import Cleaner
from rvm_edge.identity import Secret
from rvm_edge.locations import Locations
from rvm_edge.provisioning.usb.mounts import Sticks, new_sticks
from rvm_edge.settings import ScreenSettings, Settings


class ScreenNews(msgspec.Struct, frozen=True):
    """Where the screen is, or why it is not.

    Attributes:
        screen: the page's address; "" while there is none.
        token_file: holds what makes a page one that may steer the machine, as its `#token=`.
        trouble: why there is no screen, in one line; "" while there is one.
    """

    screen: str = ""
    token_file: str = ""
    trouble: str = ""


class ScreenPlan(msgspec.Struct, frozen=True):
    """How the screen of one boot is served.

    Attributes:
        locations: where the machine keeps what it remembers; the token is left there.
        settings: as the owner says.
        token: this boot's.
        else_any_port: where the port is taken, any free one will do.
        machine: how the whole machine behaves, where it is set up from a phone while it does not
            know who it is, and looked over by the doctor; None where it never is.
        sticks: tells where USB sticks are mounted, as they come.
        cleaner: makes what frees the disk of a machine that runs, for its set-up page; None where
            that page frees nothing.
    """

    locations: Locations
    settings: ScreenSettings
    token: Secret = msgspec.field(default_factory=new_token)
    else_any_port: bool = False
    machine: Settings | None = None
    sticks: Callable[[], Sticks] = new_sticks
    cleaner: Callable[[Daemon], Cleaner] | None = None

    @property
    def token_path(self) -> Path:
        """Where the token is left for the keeper of the screen."""
        return self.locations.screen_token_path

    @property
    def token_mode(self) -> int:
        """Who may read it there."""
        return FOR_ITS_GROUP if self.locations.runtime_dir else FOR_ITS_OWNER


Told = Callable[[ScreenNews], Awaitable[None]]
