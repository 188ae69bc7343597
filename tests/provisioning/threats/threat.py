"""One row of the table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Threat:
    """One row.

    Attributes:
        attack: what is tried, or happens.
        answer: what the machine does about it.
        tests: the names of those that show it.
    """

    attack: str
    answer: str
    tests: tuple[str, ...]
