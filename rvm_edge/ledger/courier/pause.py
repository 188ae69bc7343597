"""How long to leave the server alone after an answer, or a silence, that brought nothing on."""

from __future__ import annotations

from collections.abc import Callable

import trio

from rvm_edge.backoff import Backoff
from rvm_edge.delivery import Proof, Receipt
from rvm_edge.settings.cloud import RequestSettings


class Pause:
    """The wait before the next request of one kind.

    What a server asked for, or what follows from its refusal of the whole call, outlives a lost
    link: it is a promise. What was only caution does not: the link that is back is news.

    Attributes:
        hint: why, in words for a technician; "" when all is well.
    """

    def __init__(self, settings: RequestSettings, chance: Callable[[], float]) -> None:
        self.hint = ""
        self._backoff = Backoff(settings.retry_first_s, settings.retry_cap_s, chance)
        self._longest_s = settings.not_allowed_s
        self._until_s = 0.0
        self._promised = False
        self._changed = trio.Event()

    def begin_anew(self) -> None:
        """Forget everything: the machine is somebody else to the server from now on."""
        self._backoff.succeeded()
        self._until_s = 0.0
        self._changed.set()
        self._changed = trio.Event()

    def link_is_back(self) -> None:
        """Begin anew, unless the server has to be left alone."""
        self._backoff.succeeded()
        if not self._promised:
            self._until_s = 0.0

    def after(self, receipt: Receipt) -> None:
        """Begin the wait that the receipt asks for.

        A server's own wish is granted up to the wait after a refusal of the whole call: nobody
        sends a machine away for years.
        """
        if receipt.proof is Proof.NOT_ALLOWED:
            wait_s = self._longest_s
            promised = True
        else:
            asked_s = receipt.retry_after_s
            wait_s = self._backoff.next_s(
                None if asked_s is None else min(asked_s, self._longest_s)
            )
            promised = asked_s is not None
        self._begin(receipt.why, wait_s, promised=promised)

    def after_trouble(self, why: str) -> None:
        """Begin a wait for a trouble of our own, such as a full disk."""
        self._begin(why, self._backoff.next_s(), promised=False)

    def succeeded(self) -> None:
        """Begin anew at the next failure."""
        self._backoff.succeeded()
        self.hint = ""

    @property
    def left_s(self) -> float:
        """How long the wait still is."""
        return max(0.0, self._until_s - trio.current_time())

    async def over(self) -> None:
        """Return once the wait is over."""
        await trio.lowlevel.checkpoint()
        while self.left_s > 0:
            with trio.move_on_at(self._until_s):
                await self._changed.wait()

    def _begin(self, why: str, wait_s: float, *, promised: bool) -> None:
        self.hint = why
        self._promised = promised
        self._until_s = trio.current_time() + wait_s
