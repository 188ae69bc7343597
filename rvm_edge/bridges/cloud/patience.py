"""How long the server asks to be left alone: the ``Retry-After`` header (RFC 9110, 10.2.3)."""

from __future__ import annotations

import re

from rvm_edge.bridges.cloud.server_clock import http_epoch_s

MOST_S = 3_600.0
"""Longer than this is a mistake of somebody's: no server shall silence its machines for a day."""

_SECONDS = re.compile(r"[0-9]{1,9}")


def retry_after_s(header: str, date: str) -> float | None:
    """Read the header.

    Args:
        header: seconds, or a date; "" for none.
        date: the reply's ``Date``, which a date is counted from.

    Returns:
        Seconds from now on, from 0 to `MOST_S`; None if nothing was asked, or not in a way that
        can be read.
    """
    if _SECONDS.fullmatch(header):
        return min(MOST_S, float(header))
    until_s, now_s = http_epoch_s(header), http_epoch_s(date)
    if until_s is None or now_s is None:
        return None
    return min(MOST_S, max(0.0, until_s - now_s))
