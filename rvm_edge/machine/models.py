"""Which model the eyes look through, and how another one takes its place."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import msgspec

from rvm_edge.orders import Order


class ModelNews(Enum):
    """What became of a model."""

    FETCHED = "fetched"
    """It is here, whole, and waits for its trial."""

    TURNED_AWAY = "turned_away"
    IN_SERVICE = "in_service"
    ROLLED_BACK = "rolled_back"


class ModelNote(msgspec.Struct, frozen=True):
    """One thing that happened to a model, for the journal.

    Attributes:
        news: what.
        version: of its release, or "".
        sha256: of its file, in hex, or "" where nobody said.
        why: in a few words, or what it has shown.
    """

    news: ModelNews
    version: str
    sha256: str
    why: str


class ModelsError(Exception):
    """No model is looked for. The message says why, for a technician."""


class Models(Protocol):
    """The models that the eyes may look through, and where others come from."""

    async def look_for(self, order: Order) -> str:
        """Begin what an order to check or to download asks; say in a few words what was begun.

        Raises:
            ModelsError: nothing is begun.
        """
        ...

    async def renew(self) -> None:
        """Try models that came, and let those serve that pass, while not cancelled.

        Only while nobody is served: the trial takes computing time, and the eyes change with it.
        """
        ...

    async def next_note(self) -> ModelNote:
        """Hand over the oldest note that is not in the journal yet, waiting for one."""
        ...
