"""What a browser says when it cannot start, and what to do then."""

from __future__ import annotations

from typing import Final

_ADVICE: Final = (
    (
        "Running as root without --no-sandbox",
        "a browser does not run as root: start this as a user of its own, as the service is",
    ),
    (
        "Missing X server or $DISPLAY",
        "there is no display: start this where DISPLAY names one that lets this user in",
    ),
    (
        "Authorization required",
        "the display does not let this user in: say xhost +si:localuser:NAME, on that display",
    ),
)
"""Chromium's own words, as version 156 has them, and libxcb's."""


def with_advice(last_words: str) -> str:
    """Return what a browser said last, and what to do where its words are known.

    Args:
        last_words: in one line; "" where it said nothing.
    """
    for words, advice in _ADVICE:
        if words in last_words:
            return f"; {advice}. It said: {last_words}"
    return f"; it said: {last_words}" if last_words else ""
