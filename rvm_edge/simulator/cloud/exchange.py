"""One request and its answer, as values: what the server core takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True)
class Request:
    """What a client sent.

    Attributes:
        method: in capitals.
        path: with its leading slash, percent-decoded.
        query: what followed the question mark, byte for byte.
        headers: by lower-case name; of a repeated one the last.
        body: all of it.
        client: the address it came from.
        origin: scheme, host and port it was sent to, such as ``https://127.0.0.1:8443``.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    client: str = "127.0.0.1"
    origin: str = ""

    def header(self, name: str) -> str:
        """Return a header by its lower-case name; "" where it is missing."""
        return self.headers.get(name, "")

    @property
    def wants_json(self) -> bool:
        """Whether the client asked for JSON; errors are pages and redirects without."""
        first = self.header("accept").split(",")[0]
        return "/json" in first or "+json" in first

    @property
    def bearer(self) -> str:
        """The user's token; "" where there is none."""
        kind, _, token = self.header("authorization").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True)
class Response:
    """What the server answers.

    Attributes:
        status: of HTTP.
        body: all of it.
        content_type: of the body.
        headers: further ones.
    """

    status: int
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def all_headers(self) -> list[tuple[str, str]]:
        """Return every header with its canonical name, length and type first."""
        return [
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
            *self.headers.items(),
        ]


def as_json(
    status: int, body: Mapping[str, Json], headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a JSON object."""
    return Response(status, msgspec.json.encode(body), headers=headers or {})


def as_page(
    status: int, title: str, text: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a page for people."""
    page = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>{text}</body>\n</html>\n"
    )
    return Response(status, page.encode(), "text/html; charset=UTF-8", headers or {})


class Exchange(msgspec.Struct, frozen=True):
    """A request with what it was answered.

    Attributes:
        request: what came.
        response: the server's answer, whether or not it arrived; None if it made none.
        at_s: when, by the server's clock.
        mishap: what else happened to it; "" for nothing.
    """

    request: Request
    response: Response | None
    at_s: float
    mishap: str = ""
