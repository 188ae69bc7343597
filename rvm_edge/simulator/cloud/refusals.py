"""The answers by which the server says no, in its own words and shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rvm_edge.simulator.cloud.exchange import Request, Response, as_json, as_page

_KEY_REFUSED = "Kunci API Tidak Valid. Silakan import ulang kredensial."
_BLOCKED = "Mesin ini diblokir oleh Server. Hubungi Admin."
_NO_TECHNICIAN = "Heartbeat rejected: No active technician assignment (Hak Akses RVM required)."


def key_missing() -> Response:
    """Refuse a request without a machine's key."""
    return _error(401, _KEY_REFUSED, "MISSING_API_KEY")


def key_unknown() -> Response:
    """Refuse a key that is nobody's."""
    return _error(401, _KEY_REFUSED, "INVALID_API_KEY")


def machine_blocked() -> Response:
    """Refuse a machine that an administrator blocked."""
    return _error(403, _BLOCKED, "MACHINE_BLOCKED")


def no_technician() -> Response:
    """Refuse M's heartbeat for want of a technician. It has no error_code."""
    return as_json(403, {"status": "error", "message": _NO_TECHNICIAN})


def unauthenticated(request: Request, origin: str) -> Response:
    """Refuse whoever is no logged-in user; a browser is sent to the log-in page."""
    if not request.wants_json:
        return _redirect(f"{origin}/login")
    return as_json(401, {"message": "Unauthenticated."})


def unprocessable(request: Request, origin: str, errors: Mapping[str, Sequence[str]]) -> Response:
    """Refuse fields; whoever did not ask for JSON is sent to the home page.

    Args:
        request: what is refused.
        origin: the server's.
        errors: at least one field, with at least one sentence for each.
    """
    if not request.wants_json:
        return _redirect(origin)
    sentences = [sentence for of_field in errors.values() for sentence in of_field]
    message, more = sentences[0], len(sentences) - 1
    if more:
        message += f" (and {more} more error{'s' if more > 1 else ''})"
    return as_json(
        422, {"message": message, "errors": {name: list(why) for name, why in errors.items()}}
    )


def broken(request: Request) -> Response:
    """Say that something went wrong inside, and not what."""
    if not request.wants_json:
        return as_page(500, "Server Error")
    return as_json(500, {"message": "Server Error"})


def no_route(request: Request) -> Response:
    """Refuse a path that leads nowhere."""
    if not request.wants_json:
        return as_page(404, "Not Found")
    path = request.path.strip("/")
    return as_json(404, {"message": f"The route {path} could not be found."})


def wrong_verb(request: Request, allowed: Sequence[str]) -> Response:
    """Refuse a method that the path does not know."""
    headers = {"Allow": ", ".join(allowed)}
    if not request.wants_json:
        return as_page(405, "Method Not Allowed", headers=headers)
    message = (
        f"The {request.method} method is not supported for route {request.path.strip('/')}. "
        f"Supported methods: {', '.join(allowed)}."
    )
    return as_json(405, {"message": message}, headers)


def too_large() -> Response:
    """Refuse a body as nginx does, before the server sees any of it."""
    page = (
        "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
        "<center><h1>413 Request Entity Too Large</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(413, page.encode(), "text/html")


def throttled(request: Request, retry_after_s: int) -> Response:
    """Ask for patience."""
    headers = {"Retry-After": str(retry_after_s)}
    if not request.wants_json:
        return as_page(429, "Too Many Requests", headers=headers)
    return as_json(429, {"message": "Too Many Attempts."}, headers)


def _error(status: int, message: str, error_code: str) -> Response:
    return as_json(status, {"status": "error", "message": message, "error_code": error_code})


def _redirect(location: str) -> Response:
    return as_page(302, f"Redirecting to {location}", headers={"Location": location})
