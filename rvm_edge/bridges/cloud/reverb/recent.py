"""Remembers the latest few, to tell a repeat from news."""

from __future__ import annotations

from collections import OrderedDict

MOST = 256


class Recent:
    """The latest names that were seen; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._names: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, name: str) -> bool:
        """Say whether this was seen lately."""
        return name in self._names

    def add(self, name: str) -> None:
        """Remember it as the latest."""
        self._names[name] = None
        self._names.move_to_end(name)
        if len(self._names) > MOST:
            self._names.popitem(last=False)
