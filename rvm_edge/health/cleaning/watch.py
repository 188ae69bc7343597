"""Looks at the disk while the machine runs, and frees it before it is full."""

from __future__ import annotations

import logging

import trio

from rvm_edge.health.cleaning.cleaner import Cleaner, Report
from rvm_edge.settings.disk import DiskSettings

_LOG = logging.getLogger(__name__)

_MB = 1_000_000


async def keep_clear(cleaner: Cleaner, settings: DiskSettings) -> None:
    """Free the disk whenever it passes the mark, until cancelled. Never raises over the disk."""
    complained = False
    while True:
        try:
            if (await cleaner.usage()).used_pct >= settings.full_pct:
                report = await cleaner.clean(settings.clear_to_pct)
                if report.freed_bytes or not complained:
                    tell(report)
                complained = not report.is_clear
        except OSError as error:
            _LOG.warning("the disk cannot be looked at: %s", error.strerror or error)
        await trio.sleep(settings.check_every_s)


def tell(report: Report) -> None:
    """Write into the log what went, and that it was too little where it was."""
    gone = [
        f"{line.freed_bytes / _MB:.1f} MB of {line.name}"
        for line in report.lines
        if line.freed_bytes
    ]
    _LOG.warning(
        "the disk was %.0f %% full and is %.0f %% full: %s went",
        report.before_pct,
        report.after_pct,
        ", ".join(gone) or "nothing",
    )
    if not report.is_clear:
        _LOG.error("nothing else may go: look what fills the disk (rvm-edge clean)")
