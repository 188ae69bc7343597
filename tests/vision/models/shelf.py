"""A web of servers under the client's own transport: files with ranges, that may break off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import trio

SERVER = "https://rvm.example"
ELSEWHERE = "https://files.example"
_RANGE = re.compile(r"bytes=(\d+)-\Z")


class Body(httpx.AsyncByteStream):
    """A body in pieces, that may break off."""

    def __init__(self, content: bytes, *, whole: bool, piece: int = 700) -> None:
        self._content = content
        self._whole = whole
        self._piece = piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), self._piece):
            await trio.lowlevel.checkpoint()
            yield self._content[start : start + self._piece]
        if not self._whole:
            raise httpx.RemoteProtocolError("peer closed connection")


@dataclass
class Shelf(httpx.AsyncBaseTransport):
    """Serves what lies on it.

    Attributes:
        files: by address.
        moved: addresses that send on to another one.
        cuts: after how many bytes the next answers break off, one by one.
        ranges: whether a part may be asked for.
        said: what `Content-Length` says; None for the truth, "" for nothing.
        statuses: what the next answers are, instead of what is asked for.
        heard: what was asked.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    said: str | None = None
    statuses: list[int] = field(default_factory=list)
    heard: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await trio.lowlevel.checkpoint()
        self.heard.append(request)
        url = str(request.url)
        if self.statuses:
            return httpx.Response(self.statuses.pop(0))
        if url in self.moved:
            return httpx.Response(302, headers={"Location": self.moved[url]})
        if url not in self.files:
            return httpx.Response(404)
        content, headers, status = self.files[url], {}, 200
        asked = _RANGE.match(request.headers.get("Range", ""))
        if asked and self.ranges:
            first = int(asked[1])
            if first >= len(content):
                return httpx.Response(416)
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            content, status = content[first:], 206
        if self.said != "":
            headers["Content-Length"] = self.said or str(len(content))
        cut = self.cuts.pop(0) if self.cuts else len(content)
        body = Body(content[:cut], whole=cut >= len(content))
        return httpx.Response(status, headers=headers, stream=body)
