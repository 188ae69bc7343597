"""When a model that serves is given up again: it costs too many workers before it proved itself.

Losses are counted over all of the probation and not in a row: a model that kills its worker with
every tenth bottle is never lost twice in a row, and unbearable all the same. The count is on disk,
as a model may take the whole computer down with it.
"""

from __future__ import annotations

import msgspec

from rvm_edge.vision.models.state import StoreState

_NOTED_ITEMS = 10


class Patience(msgspec.Struct, frozen=True):
    """How much a new model is forgiven.

    Attributes:
        losses: with so many workers lost it is rolled back.
        proven_after: with so many items judged it has proved itself.
    """

    losses: int
    proven_after: int


class Probation:
    """Counts what the model that serves does. What must outlive a restart is in the store."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._judged = 0

    def begin(self) -> None:
        """Another model serves."""
        self._judged = 0

    def judged(self) -> None:
        """Count an item."""
        self._judged += 1

    def to_note(self, state: StoreState) -> int:
        """Return how many items are worth a note in the store; 0 while that can wait.

        Each note is a write, so they are made by tens, and the last one as soon as it counts.
        """
        if state.proven:
            return 0
        proves = state.judged + self._judged >= self.patience.proven_after
        return self._judged if proves or self._judged >= _NOTED_ITEMS else 0

    def noted(self, items: int) -> None:
        """The store has taken note of so many."""
        self._judged -= items

    def must_go(self, state: StoreState, *, refused: bool) -> bool:
        """Say whether the model is to be rolled back after a loss that is counted already.

        A worker that refuses the model's file will refuse it again, proven or not. The model that
        came with the program has nothing behind it, and stays.
        """
        if state.current is None:
            return False
        return refused or (not state.proven and state.losses >= self.patience.losses)
