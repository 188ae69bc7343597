"""Having the machine set up anew, once a code on its screen was typed back: it is meant, then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from rvm_edge.bridges.local.control import RefusedError, WrongCodeError
from rvm_edge.bridges.local.reset_offer import ResetOffer
from rvm_edge.display.technicians_tasks import order_to_change_credentials, order_to_set_up_anew
from rvm_edge.machine import Courier, Credentials, LedgerError
from rvm_edge.orders import Order
from rvm_edge.provisioning.wizard.pairing import NotPairedError, PairingDesk

NO_MORE: Final = "no code is good now: begin again"


class Machine(Protocol):
    """What is needed of the machine."""

    @property
    def credentials(self) -> Credentials:
        """Who it is."""
        ...

    @property
    def courier(self) -> Courier:
        """What waits for the server."""
        ...


class Resetting:
    """Offers a code, and has the machine forget who it is against it.

    The code is one of the set-up page's kind, under the same limits: one use, ten minutes, five
    tries, and then a while in which nobody may try. The tries count for all panels together.
    """

    def __init__(
        self,
        machine: Machine,
        carried_out: Callable[[Order], Awaitable[str]],
        clock: Callable[[], float],
    ) -> None:
        """Nothing is offered yet.

        Args:
            machine: which.
            carried_out: hands over an order, and returns what came of it.
            clock: monotonic seconds.
        """
        self._machine = machine
        self._carried_out = carried_out
        self._desk = PairingDesk(clock)
        self._offered = ""

    async def begin(self) -> ResetOffer:
        """Offer a new code; the one before is good no more.

        Raises:
            RefusedError: this machine cannot forget who it is.
        """
        why_kept = self._machine.credentials.why_kept
        if why_kept:
            raise RefusedError(why_kept)
        waiting = await self._waiting()
        self._offered = self._desk.another_code()
        return ResetOffer(self._offered, self._desk.lasts_s, waiting)

    async def confirm(self, typed: str, *, keep: bool = False) -> str:
        """Have it done; return what stays, in a few words.

        Args:
            typed: what was typed back.
            keep: forget nothing; wait for other credentials.

        Raises:
            WrongCodeError: this is not the code, or it is good no more.
            RefusedError: nobody may try now, or it was not done.
        """
        if not self._offered or self._offered != self._desk.code:
            raise WrongCodeError(NO_MORE)
        try:
            self._desk.pair(typed)
        except NotPairedError as error:
            if error.wait_s > 0.0:
                raise RefusedError(f"too many wrong codes; wait {error.wait_s:.0f} s") from error
            raise WrongCodeError(str(error)) from error
        self._offered = ""
        order = order_to_change_credentials() if keep else order_to_set_up_anew()
        return await self._carried_out(order)

    async def _waiting(self) -> int | None:
        try:
            return await self._machine.courier.undelivered()
        except LedgerError:
            return None
