"""What time it is, for what people are shown."""

from __future__ import annotations

from datetime import datetime, timezone


def utc() -> datetime:
    """Return the wall clock's time in UTC."""
    return datetime.now(timezone.utc)


def utc_text() -> str:
    """Return it as ISO 8601, to the millisecond."""
    return utc().isoformat(timespec="milliseconds")
