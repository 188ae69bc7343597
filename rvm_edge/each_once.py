"""JSON that says each thing once: of two values for one key, each reader takes another one."""

from __future__ import annotations

import json
from collections import Counter


class SaidTwiceError(ValueError):
    """An object has one key twice. The message quotes nothing of it.

    Attributes:
        key: which.
    """

    def __init__(self, key: str) -> None:
        super().__init__("a key is there twice")
        self.key = key


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make a dict of an object's pairs; `object_pairs_hook` of `json.loads`.

    Raises:
        SaidTwiceError: a key is there twice; the first such is named.
    """
    table = dict(pairs)
    if len(table) < len(pairs):
        times = Counter(key for key, _ in pairs)
        raise SaidTwiceError(next(key for key, _ in pairs if times[key] > 1))
    return table


def require_each_once(raw: bytes) -> None:
    """Refuse an object, at any depth, that has a key twice.

    Args:
        raw: JSON in UTF-8 that was decoded already: what is no JSON is said there.

    Raises:
        SaidTwiceError: one has.
    """
    # Numbers stay texts: how large they are is no business of this.
    json.loads(raw.decode(), object_pairs_hook=once, parse_int=str, parse_float=str)
