"""What goes wrong with a Reverb, and when to try again.

Codes by class, from "Error Codes" in
https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/.
"""

from __future__ import annotations

from enum import Enum

MOST_SHOWN = 120
"""How much of a server's words is shown, in characters."""

BAD_MESSAGE = 4200
"""Reverb did not understand us. It stays open, and so do we."""

_FATAL = range(4000, 4300)


class Retry(Enum):
    """When a new connection makes sense."""

    AT_ONCE = "at once"
    SOON = "soon"
    """After the usual wait, longer each time."""

    LATER = "later"
    """After the longest wait, and some more: we were too many or too quick."""

    RARELY = "rarely"
    """Likewise: somebody must change a setting first. Never given up, for somebody may."""


_RETRIES = {
    range(4000, 4100): Retry.RARELY,
    range(4200, 4300): Retry.AT_ONCE,
    range(4300, 4400): Retry.LATER,
}


class ReverbTroubleError(Exception):
    """There is no connection, or none any more. The message says why, in words for a technician."""

    def __init__(self, why: str, retry: Retry = Retry.SOON) -> None:
        super().__init__(why)
        self.retry = retry


def retry_after(code: int | None) -> Retry:
    """Say when to try again after an error of this code, or a close with it."""
    for codes, retry in _RETRIES.items():
        if code in codes:
            return retry
    return Retry.SOON


def ends_the_connection(code: int | None) -> bool:
    """Say whether a connection that is up is worth nothing after an error of this code."""
    return code != BAD_MESSAGE and code in _FATAL
