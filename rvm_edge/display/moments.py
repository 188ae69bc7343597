"""What time it is, for what people are shown."""

from __future__ import annotations

from datetime import datetime, timezone


def utc() -> datetime:
    """Return the wall clock's time in UTC."""
    return datetime.now(timezone.utc)


def utc_text() -> str:
    """Return it as ISO 8601, to the millisecond."""
    return utc().isoformat(timespec="milliseconds")


def local_text(moment: str) -> str:
    """Return a moment by the clock of the machine's site, as ISO 8601 with its distance from UTC.

    Args:
        moment: ISO 8601; what is not, is returned as it is.
    """
    try:
        return datetime.fromisoformat(moment).astimezone().isoformat(timespec="milliseconds")
    except ValueError:
        return moment
