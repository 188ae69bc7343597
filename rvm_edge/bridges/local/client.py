"""What is known of one client: the rights that it has shown."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from rvm_edge.bridges.local.verbs import Right
from rvm_edge.identity import Secret

PIN_HOLDS_S = 900.0
"""How long a technician's PIN holds on a connection without being used."""


class Client:
    """The rights of one connection; they end with it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without any right.

        Args:
            clock: monotonic seconds.
        """
        self.may_act = False
        self._clock = clock
        self._technician_until_s = clock()

    def show_token(self, shown: str, token: Secret) -> None:
        """Compare what was shown with this boot's token."""
        self.may_act = hmac.compare_digest(shown.encode(), token.reveal().encode())

    def became_technician(self) -> None:
        """The PIN was right."""
        self._technician_until_s = self._clock() + PIN_HOLDS_S

    def has(self, right: Right) -> bool:
        """Say whether the right was shown; using the technician's keeps it alive."""
        if right is Right.NONE:
            return True
        if right is Right.TOKEN or not self.may_act:
            return self.may_act
        if self._clock() >= self._technician_until_s:
            return False
        self.became_technician()
        return True
