"""What is in a request's body: JSON fields, form fields and files."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import parse_qsl

import msgspec
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from rvm_edge.simulator.cloud.exchange import Json, Request

KIB = 1024
_NUMERIC = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*\Z")
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Upload:
    """A file of a form.

    Attributes:
        name: as the client calls it.
        content: all of it.
    """

    name: str
    content: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """``jpeg``, ``png``, another picture's name, or "" for what is no picture."""
        head = self.content[:12]
        if head.startswith(_JPEG):
            return "jpeg"
        if head.startswith(_PNG):
            return "png"
        if head[:4] == b"RIFF" and head[8:] == b"WEBP":
            return "webp"
        return "gif" if head[:4] == b"GIF8" else ""

    @property
    def kib(self) -> float:
        """Its size, in KiB."""
        return len(self.content) / KIB


class Form(msgspec.Struct, frozen=True):
    """A multipart form.

    Attributes:
        fields: by name.
        files: by name.
    """

    fields: Mapping[str, Json] = msgspec.field(default_factory=dict)
    files: Mapping[str, Upload] = msgspec.field(default_factory=dict)


def json_fields(request: Request) -> dict[str, Json]:
    """Read the body's fields. What cannot be read is an empty request, as it is for Laravel."""
    kind = request.header("content-type")
    if "/json" in kind or "+json" in kind:
        found = decoded(request.body)
        if isinstance(found, list):
            return {str(index): entry for index, entry in enumerate(found)}
        return found if isinstance(found, dict) else {}
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    return dict(form(request).fields)


def decoded(text: bytes | str) -> Json:
    """Read JSON; None for what is none."""
    try:
        found: Json = msgspec.json.decode(text)  # noqa: TID251 - of any type
    except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors
        return None
    return found


def number(value: Json) -> float | None:
    """Return a JSON number, or a text that is one, as PHP takes it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and not _NUMERIC.match(value):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _in_memory(
    total_content_length: int | None,  # noqa: ARG001 - werkzeug passes all four by name
    content_type: str | None,  # noqa: ARG001
    filename: str | None,  # noqa: ARG001
    content_length: int | None = None,  # noqa: ARG001
) -> BytesIO:
    """Keep an upload where no file has to be closed after it; the body was bounded before."""
    return BytesIO()


def form(request: Request) -> Form:
    """Read a multipart body; what cannot be read is empty."""
    kind, options = parse_options_header(request.header("content-type"))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        return Form()
    try:
        fields, files = MultiPartParser(stream_factory=_in_memory).parse(
            BytesIO(request.body), boundary.encode("latin-1"), len(request.body)
        )
    except (ValueError, UnicodeError):
        return Form()
    return Form(
        dict(fields.items()),
        {name: Upload(one.filename or "", one.stream.read()) for name, one in files.items()},
    )
