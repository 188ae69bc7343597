"""The two ways in which no new model comes of it."""

from __future__ import annotations


class UpdateError(Exception):
    """No new model is put in service. The message says why, in one line for a technician."""


class UnfitError(UpdateError):
    """This very model may not serve here: another try would end the same way."""


class TroubleError(UpdateError):
    """It did not work this time, and may later: no network, no room, a file cut short.

    Attributes:
        soon: whether another try in a few seconds may do.
    """

    def __init__(self, why: str, *, soon: bool = False) -> None:
        super().__init__(why)
        self.soon = soon
