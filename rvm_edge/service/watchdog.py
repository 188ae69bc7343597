"""Reports to the service manager while the chart makes progress, and only then."""

from __future__ import annotations

from typing import Final, Protocol

import trio

from rvm_edge.service.notify import ServiceManager

_WITHOUT_WATCHDOG_S: Final = 5.0
_BEATS_PER_WATCHDOG: Final = 3
_STARTING_S: Final = 0.05


class Progress(Protocol):
    """What is watched: the loop that runs the chart."""

    @property
    def configuration(self) -> tuple[str, ...]:
        """The active leaves; empty while it does not run."""
        ...

    def is_progressing(self, limit_s: float) -> bool:
        """Say whether it runs, and nothing in it has taken over `limit_s`."""
        ...


async def report(manager: ServiceManager, chart: Progress, limit_s: float) -> None:
    """Report until cancelled: ready once the chart runs, alive while it makes progress.

    Two failures are told apart by who notices. A blocked loop cannot run this task, so the manager
    hears nothing and ends the process after its own limit. A loop that turns while the chart
    stands still is seen here: the beats stop, and `systemctl status` shows why.

    Args:
        manager: who is told.
        chart: what is watched.
        limit_s: how long one step may take, its clean-ups included.
    """
    while not chart.is_progressing(limit_s):
        await trio.sleep(_STARTING_S)
    manager.ready()
    period_s = _period_s(manager)
    told = ""
    while True:
        words = " + ".join(chart.configuration) or "ended"
        if chart.is_progressing(limit_s):
            manager.alive()
        else:
            words = f"no progress for {limit_s:g} s in {words}"
        if words != told:
            manager.status(words)
            told = words
        await trio.sleep(period_s)


async def report_loop(manager: ServiceManager, words: str) -> None:
    """Report until cancelled that this process's loop turns: ready at once, alive while it does.

    For a process without a chart, whose tasks each look after themselves.

    Args:
        manager: who is told.
        words: what the service does, for its status.
    """
    manager.ready()
    manager.status(words)
    while True:
        manager.alive()
        await trio.sleep(_period_s(manager))


def _period_s(manager: ServiceManager) -> float:
    return (manager.watchdog_s or _WITHOUT_WATCHDOG_S) / _BEATS_PER_WATCHDOG
