"""The screen of a machine that runs on this computer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rvm_edge.bridges.local.simulation import SimulatedWorld
from rvm_edge.daemon import Daemon, Parts
from rvm_edge.display import Fittings, ScreenNews, ScreenPlan, show_screen
from rvm_edge.uplink import Uplink


class OwnScreen:
    """Is built into the machine's parts, hears of its link, and is shown once it runs."""

    def __init__(self, plan: ScreenPlan) -> None:
        self.plan = plan
        self._fittings = Fittings()
        self._uplinks: list[Uplink] = []

    def fit(self, parts: Parts) -> Parts:
        """Build in what the screen wants to know and to order."""
        return self._fittings.around(parts)

    def made(self, uplink: Uplink) -> None:
        """Hear of the machine's link."""
        self._uplinks.append(uplink)

    def play_in(self, world: SimulatedWorld) -> None:
        """Let the page play with the world around the machine, which is a simulated one."""
        self._fittings.world = world

    async def show(self, daemon: Daemon, told: Callable[[ScreenNews], Awaitable[None]]) -> None:
        """Serve until cancelled."""
        await show_screen(daemon, self._uplinks[-1], self._fittings, self.plan, told)
