"""JSON that says each thing once: of two values for one key, each reader takes another one."""

from __future__ import annotations

import json


class SaidTwiceError(ValueError):
    """An object has one key twice. The message quotes nothing of it.

    Attributes:
        key: which.
    """

    def __init__(self, key: str) -> None:
        super().__init__("a key is there twice")
        self.key = key


def require_each_once(raw: bytes) -> None:
    """Refuse an object, at any depth, that has a key twice.

    Args:
        raw: JSON in UTF-8 that was decoded already: what is no JSON is said there.

    Raises:
        SaidTwiceError: one has.
    """
    # Numbers stay texts: how large they are is no business of this.
    json.loads(raw.decode(), object_pairs_hook=_once, parse_int=str, parse_float=str)


def _once(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise SaidTwiceError(key)
        seen.add(key)
