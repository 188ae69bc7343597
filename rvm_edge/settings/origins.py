"""Origins of pages, as browsers spell them (RFC 6454, section 6.2)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return a URL's origin as a browser sends it, or "" for one that has none on the web."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return ""
    named = f"[{host}]" if ":" in host else host
    suffix = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{named}{suffix}"


def plain_origin_of(url: str) -> str:
    """Return the same, but "" for a URL that names a user: such an address may be a disguise."""
    origin = origin_of(url)
    return "" if origin and urlsplit(url).username is not None else origin
