"""A multipart form with one picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True)
class Picture:
    """The form's file, always under the name ``image``.

    Attributes:
        filename: safe to be a file's name; the server keeps its ending.
        jpeg: its bytes.
    """

    filename: str
    jpeg: bytes = field(repr=False)


class Form(msgspec.Struct, frozen=True):
    """What is sent as ``multipart/form-data``.

    Attributes:
        fields: name and value, in their order.
        image: the picture.
    """

    fields: tuple[tuple[str, str], ...]
    image: Picture
