"""Versions of models, as releases are called, and whether one is above another."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})\Z")


def parts_of(version: str) -> tuple[int, ...] | None:
    """Return a version's numbers without zeros at the end, or None for what is no version.

    ``v1.2.0`` and ``1.2`` are the same version.
    """
    match = _VERSION.match(version)
    if match is None:
        return None
    numbers = [int(part) for part in match[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def is_above(version: str, floor: str) -> bool:
    """Say whether a version is higher than the highest that served; "" is below every version.

    A name that is no version, such as ``latest``, is above nothing but "".
    """
    if not floor:
        return True
    new, old = parts_of(version), parts_of(floor)
    return new is not None and old is not None and new > old
