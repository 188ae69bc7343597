"""What a client hears instead of the server's own answer."""

from __future__ import annotations

from rvm_edge.simulator.cloud.exchange import Response, as_json, as_page
from rvm_edge.simulator.cloud.misbehaviour import Misbehaviour, Mishap

_ELSEWHERE = "https://login.example.net/hotspot"


def substitute(misbehaviour: Misbehaviour) -> Response:
    """Return the answer that takes the place of the true one.

    Args:
        misbehaviour: one that `replaces_reply`.
    """
    if misbehaviour.mishap is Mishap.HTML:
        return as_page(200, "Welcome to the free hotspot", "<p>Please log in.</p>")
    if misbehaviour.mishap is Mishap.REDIRECTS:
        return as_page(302, "Found", headers={"Location": _ELSEWHERE})
    if misbehaviour.mishap is Mishap.THROTTLES:
        headers = {"Retry-After": f"{misbehaviour.seconds:.0f}"}
        return as_json(429, {"message": "Too Many Attempts."}, headers)
    if misbehaviour.status in _GATEWAY:
        return as_page(
            misbehaviour.status, f"{misbehaviour.status} {_GATEWAY[misbehaviour.status]}"
        )
    return as_json(misbehaviour.status, {"message": "Server Error"})


_GATEWAY = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}
"""What nginx says in the name of a server that it cannot ask."""
