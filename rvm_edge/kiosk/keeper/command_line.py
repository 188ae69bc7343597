"""What Chromium is started with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rvm_edge.settings.kiosk import KioskSettings

FLAGS: Final = (
    "--remote-debugging-pipe",
    "--kiosk",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-component-update",
    "--disable-infobars",
    "--disable-pinch",
    "--disable-renderer-backgrounding",
    "--disable-session-crashed-bubble",
    "--disable-sync",
    "--hide-crash-restore-bubble",
    "--no-default-browser-check",
    "--no-first-run",
    "--noerrdialogs",
    "--overscroll-history-navigation=0",
    "--password-store=basic",
    "--simulate-outdated-no-au=Tue, 31 Dec 2099 23:59:59 GMT",
)
"""A page is loaded unseen before it is shown, so none may be slowed down for being out of sight."""


def command_line(settings: KioskSettings, profile: Path) -> tuple[str, ...]:
    """Return the whole command; the first page is empty, for the keeper to show its own beside."""
    return (
        *settings.browser,
        *FLAGS,
        *settings.flags,
        f"--user-data-dir={profile}",
        "about:blank",
    )
