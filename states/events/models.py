"""What became of the models that the eyes look through."""

from __future__ import annotations

from typing import ClassVar

from rvm_edge.statechart.definition import Event


class ModelNoted(Event, frozen=True):
    """Something happened to a model. It changes no state; the journal keeps it.

    Attributes:
        news: `fetched`, `turned_away`, `in_service` or `rolled_back`.
        version: of its release, or "".
        sha256: of its file, or "" where nobody said.
        why: in a few words, or what it has shown.
    """

    news: str
    version: str
    sha256: str
    why: str

    name: ClassVar[str] = "model.noted"
