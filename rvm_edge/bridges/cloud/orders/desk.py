"""Where orders wait for a state of the machine that may carry them out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import msgspec
import trio

from rvm_edge.bridges.cloud.orders.admission import Admission, Admitted
from rvm_edge.bridges.cloud.orders.ordered import Ordered
from rvm_edge.bridges.cloud.orders.reading import NamedHash, NothingToDo
from rvm_edge.bridges.cloud.orders.refusal_queue import RefusalQueue
from rvm_edge.bridges.cloud.orders.refusing import refusal
from rvm_edge.bridges.cloud.orders.restart_notes import RestartNotes
from rvm_edge.bridges.cloud.server_clock import iso_epoch_s
from rvm_edge.orders import Action, Order, Refusal
from rvm_edge.settings import OrderSettings


class OrderCounts(msgspec.Struct, frozen=True):
    """What became of all orders since the process began.

    Attributes:
        admitted: put on the desk.
        handed_over: of these, given to a state.
        expired: of these, waited too long; refused then.
        waiting: of these, on the desk now.
        done_at_once: were done by being read.
        repeated: came again, and were dropped.
        refused: on arrival.
    """

    admitted: int
    handed_over: int
    expired: int
    waiting: int
    done_at_once: int
    repeated: int
    refused: int


class _Waiting(msgspec.Struct, frozen=True):
    admitted: Admitted
    word: str


class OrderDesk:
    """`rvm_edge.machine.Orders`: what waits is bounded in number, in age and in rate.

    Nothing waits through a restart: an order is worth minutes, and the server can send it again.
    Only that a restart was ordered outlives the process, in `RestartNotes`. Everything here is for
    the trio thread alone; `take_in` does not wait, so that whoever got the server's answer never
    does.
    """

    def __init__(
        self,
        settings: OrderSettings,
        *,
        named_hash: NamedHash,
        restarts: RestartNotes | None = None,
    ) -> None:
        """Begin with an empty desk.

        Args:
            settings: the bounds.
            named_hash: what model the last handshake named.
            restarts: outlive the process; without them each life counts its own restarts.
        """
        self._admission = Admission(settings, named_hash, restarts)
        self._refusals = RefusalQueue(settings.orders_per_minute)
        self._desk: list[_Waiting] = []
        self._waiters: dict[object, frozenset[Action]] = {}
        self._changed = trio.lowlevel.ParkingLot()
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> OrderCounts:
        """What became of all orders so far."""
        counts = self._counts
        return OrderCounts(
            admitted=counts["admitted"],
            handed_over=counts["handed over"],
            expired=counts["expired"],
            waiting=len(self._desk),
            done_at_once=counts["done at once"],
            repeated=counts["repeated"],
            refused=counts["refused"],
        )

    def take_in(self, ordered: Sequence[Ordered], server_time: str | None) -> None:
        """Take what came in one message, or refuse it; never raises.

        Args:
            ordered: as the server said it, the first first.
            server_time: what the server's clock shows now, in ISO 8601 with an offset; while that
                is not known, None or anything else, every order is refused.
        """
        server_now_s = iso_epoch_s(server_time or "")
        self._sweep()
        for one in ordered:
            self._take_in(one, server_now_s)
        self._changed.unpark_all()

    async def next(self, actions: frozenset[Action]) -> Order:
        """Hand over the oldest order to do one of `actions`, waiting for one.

        Of those who wait, the first gets it. An order leaves the desk only on its way to a caller
        that goes on: for one that is cancelled it stays.
        """
        place = object()
        self._waiters[place] = actions
        try:
            await trio.lowlevel.checkpoint()
            while (order := self._order_for(place)) is None:
                await self._changed.park()
            return order
        finally:
            del self._waiters[place]
            self._changed.unpark_all()

    def is_withdrawn(self, order: Order) -> bool:  # noqa: ARG002 - the protocol's
        """Say no: a server has no word for it."""
        return False

    async def next_refusal(self) -> Refusal:
        """Hand over the oldest refusal that is not in the journal yet, waiting for one.

        An order that waits too long is refused at that moment. For a caller that is cancelled the
        refusal stays.
        """
        await trio.lowlevel.checkpoint()
        while True:
            self._sweep()
            told = self._refusals.take(trio.current_time())
            if told is not None:
                return told
            due_s = min((one.admitted.due_s for one in self._desk), default=math.inf)
            with trio.move_on_at(min(due_s, self._refusals.due_at_s())):
                await self._changed.park()

    def _take_in(self, ordered: Ordered, server_now_s: float | None) -> None:
        now_s = trio.current_time()
        result = self._admission.admit(ordered, server_now_s, now_s, len(self._desk))
        if isinstance(result, Admitted):
            self._counts["admitted"] += 1
            self._desk.append(_Waiting(result, ordered.word))
        elif isinstance(result, NothingToDo):
            self._counts["done at once"] += 1
        elif isinstance(result, Refusal):
            self._counts["refused"] += 1
            self._refusals.put(result, now_s)
        else:
            self._counts["repeated"] += 1

    def _order_for(self, place: object) -> Order | None:
        """Take the oldest order that this waiter is the first to want."""
        self._sweep()
        for number, one in enumerate(self._desk):
            order = one.admitted.order
            wanting = (who for who, wants in self._waiters.items() if order.action in wants)
            if next(wanting, None) is place:
                del self._desk[number]
                self._counts["handed over"] += 1
                return order
        return None

    def _sweep(self) -> None:
        """Refuse what has waited too long."""
        now_s = trio.current_time()
        late = [one for one in self._desk if one.admitted.due_s <= now_s]
        self._desk = [one for one in self._desk if one.admitted.due_s > now_s]
        for one in late:
            self._counts["expired"] += 1
            why = "it waited too long for a state that may carry it out"
            self._refusals.put(refusal(one.admitted.order.order_id, one.word, why), now_s)
