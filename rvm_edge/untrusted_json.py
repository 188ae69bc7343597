"""JSON from outside: read as the type that it has to be, or refused with one error.

Whoever hands it in has bounded its length. TOML, and JSON that people write, go through
`strict_tables`, which says where a mistake is and what was probably meant.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")

_SHOWN_CHARACTERS = 200


class UnreadableError(ValueError):
    """It is no JSON, or not of that type. The message says why, and is short."""


def read_json(said: bytes | str, kind: type[T], *, strict: bool = True) -> T:
    """Read JSON.

    Args:
        said: the JSON.
        kind: what it has to be.
        strict: whether a number in quotes is none.

    Raises:
        UnreadableError: it is something else.
    """
    try:
        return msgspec.json.decode(said, type=kind, strict=strict)  # noqa: TID251 - the door
    except RecursionError as error:
        raise UnreadableError("nested too deeply") from error
    except UnicodeError as error:
        raise UnreadableError("not UTF-8 text") from error
    except ValueError as error:  # msgspec's own, and of a Struct's own checks
        raise UnreadableError(str(error)[:_SHOWN_CHARACTERS]) from error
