"""Canaries: pictures whose verdict is known, that a new model must give before it serves.

A folder holds the pictures and `canaries.json`: a list of ``{"pictures": ["images/x.jpg"],
"accepted": true}``, one for each item, its pictures named below the folder.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec
from msgspec import Meta

from drivers.ports import Encoding, Frame
from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.models.failures import TroubleError

LIST = "canaries.json"
_MOST_LIST_BYTES = 256 * 1024
_MOST_PICTURE_BYTES = 4 * 1024 * 1024


class _Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pictures: Annotated[
        tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...],
        Meta(min_length=1, max_length=8),
    ]
    accepted: bool

    def __post_init__(self) -> None:
        for name in self.pictures:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{name!r} is not below the folder")


_List = Annotated[tuple[_Listed, ...], Meta(min_length=2, max_length=256)]


class Canary(msgspec.Struct, frozen=True):
    """One item whose verdict is known.

    Attributes:
        name: of its first picture, for people.
        frames: its pictures.
        accepted: the only right verdict.
    """

    name: str
    frames: tuple[Frame, ...]
    accepted: bool


def read_canaries(folder: Path) -> tuple[Canary, ...]:
    """Read a folder of canaries; blocks.

    Raises:
        TroubleError: it cannot be used: unreadable, wrong, or all of them alike.
    """
    path = folder / LIST
    try:
        listed = read_json(_read(path, _MOST_LIST_BYTES), _List)
        canaries = tuple(
            Canary(
                one.pictures[0],
                tuple(_frame(folder / name, seq) for seq, name in enumerate(one.pictures)),
                one.accepted,
            )
            for one in listed
        )
    except OSError as error:
        raise TroubleError(f"{error.filename or path}: {error.strerror}") from error
    except UnreadableError as error:
        raise TroubleError(f"{path} is wrong: {error}") from error
    if len({canary.accepted for canary in canaries}) == 1:
        raise TroubleError(f"{path} must name items to take and items to give back")
    return canaries


def _frame(path: Path, seq: int) -> Frame:
    return Frame(_read(path, _MOST_PICTURE_BYTES), Encoding.JPEG, 0, 0, float(seq), seq)


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise TroubleError(f"{path} has more than {most} bytes")
    return content
