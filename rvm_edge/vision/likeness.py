"""Whether two looks may be of the same bottle. Pure: the daemon compares, the worker hashes."""

from __future__ import annotations

from collections.abc import Iterable

from rvm_edge.decision import Likeness

BITS = 64


def same_bottle(one: Likeness, other: Likeness, *, bits: int, weight_error_g: float) -> bool:
    """Say whether two likenesses may be of one bottle.

    A bottle that was put in the other way round counts as the same. Where one of the two was not
    weighed, the looks alone decide.

    Args:
        one: how the first looked.
        other: how the second looked.
        bits: in so many bits two looks of one bottle may differ.
        weight_error_g: how far the scale may be off each time.
    """
    if (
        one.weight_g is not None
        and other.weight_g is not None
        and not abs(one.weight_g - other.weight_g) <= 2 * weight_error_g
    ):
        return False
    return any(
        _apart(this, that) <= bits for this in _hashes(one) for that in _both_ways(_hashes(other))
    )


def _hashes(likeness: Likeness) -> list[int]:
    return [int(text, 16) for text in likeness.dhashes if text]


def _both_ways(hashes: Iterable[int]) -> list[int]:
    """Return the hashes and those of the same pictures turned by 180 degrees.

    In the turned picture the last cell comes first, and what was brighter on its right is now
    brighter on its left: the bits in reverse, each one inverted.
    """
    upright = list(hashes)
    turned = [int(f"{one:0{BITS}b}"[::-1], 2) ^ (1 << BITS) - 1 for one in upright]
    return upright + turned


def _apart(one: int, other: int) -> int:
    return (one ^ other).bit_count()
