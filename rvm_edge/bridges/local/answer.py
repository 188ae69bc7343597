"""What the bridge says over plain HTTP, in the words of ASGI 3: a question and an answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

import msgspec
from hypercorn.typing import ASGISendCallable, HTTPResponseStartEvent, HTTPScope

_MOST_FIELDS: Final = 8
_LATIN: Final = "latin-1"
"""Of headers: RFC 9110, section 5.5."""


class Asked:
    """A request without its body, which nothing here has a use for."""

    def __init__(self, scope: HTTPScope) -> None:
        self.path = scope["path"]
        self.is_to_read = scope["method"] in ("GET", "HEAD")
        self._query = scope["query_string"]
        self._headers = [(name.lower(), value.decode(_LATIN)) for name, value in scope["headers"]]

    def headers(self, name: str) -> list[str]:
        """Return the values of all headers of that name."""
        wanted = name.lower().encode(_LATIN)
        return [value for found, value in self._headers if found == wanted]

    def argument(self, name: str) -> str:
        """Return what the query gives that name; "" for nothing, or for a query of no sense."""
        try:
            given = parse_qs(self._query.decode(_LATIN), max_num_fields=_MOST_FIELDS)
        except ValueError:
            return ""
        return given.get(name, [""])[0]


class Answer(msgspec.Struct, frozen=True):
    """A whole answer.

    Attributes:
        status: of HTTP.
        body: all of it.
        content_type: what it is; "" for an answer without a body.
        headers: the others, but for its length.
    """

    status: HTTPStatus
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    def but_with(self, headers: dict[str, str]) -> Answer:
        """Return the same answer with more headers; those that it has stay."""
        return Answer(self.status, self.body, self.content_type, {**headers, **self.headers})

    async def give(self, send: ASGISendCallable) -> None:
        """Send it."""
        headers = dict(self.headers)
        if self.status is not HTTPStatus.NOT_MODIFIED:  # its length would be the missing body's
            headers["Content-Length"] = str(len(self.body))
        if self.content_type:
            headers["Content-Type"] = self.content_type
        start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": self.status.value,
            "headers": [
                (name.lower().encode(_LATIN), value.encode(_LATIN))
                for name, value in headers.items()
            ],
            "trailers": False,
        }
        await send(start)
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def in_words(status: HTTPStatus, words: str) -> Answer:
    """Return an answer that a person reads."""
    return Answer(status, f"{words}\n".encode(), "text/plain; charset=utf-8")
