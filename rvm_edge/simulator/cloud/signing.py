"""Laravel's signed URLs, by which a kiosk proves that it was sent here."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from rvm_edge.simulator.cloud.site import Site


def host_of(origin: str) -> tuple[str, str, int]:
    """Split an origin into scheme, host and port."""
    parts = urlsplit(origin)
    return (
        parts.scheme,
        parts.hostname or "",
        parts.port or (443 if parts.scheme == "https" else 80),
    )


def page_url(site: Site, rvm_uuid: str) -> str:
    """Return the address of a machine's page, to be opened byte for byte."""
    url = f"{site.origin}/rvm-ui/{rvm_uuid}"
    return f"{url}?signature={_signature(site, url)}"


def signed(site: Site, origin: str, path: str, query: str) -> bool:
    """Say whether a signature belongs to exactly this host, path and query."""
    others = [part for part in query.split("&") if part and not part.startswith("signature=")]
    given = [
        part[len("signature=") :] for part in query.split("&") if part.startswith("signature=")
    ]
    url = f"{origin}{path}" + (f"?{'&'.join(others)}" if others else "")
    return bool(given) and hmac.compare_digest(_signature(site, url), given[0])


def _signature(site: Site, url: str) -> str:
    return hmac.new(site.secret.encode(), url.encode(), hashlib.sha256).hexdigest()
