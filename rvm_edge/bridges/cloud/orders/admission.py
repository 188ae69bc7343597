"""Who may come to the desk: each order once, not too old, not too many."""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from rvm_edge.bridges.cloud.orders.dating import Dated, UndatedError, date
from rvm_edge.bridges.cloud.orders.limits import SlidingWindow
from rvm_edge.bridges.cloud.orders.ordered import Ordered, identity_of
from rvm_edge.bridges.cloud.orders.reading import NamedHash, NothingToDo, read_order
from rvm_edge.bridges.cloud.orders.refusal_queue import MINUTE_S
from rvm_edge.bridges.cloud.orders.refusing import refusal
from rvm_edge.bridges.cloud.orders.restart_limit import RestartLimit
from rvm_edge.bridges.cloud.orders.restart_notes import RestartNotes
from rvm_edge.orders import Action, Order, Refusal
from rvm_edge.settings import OrderSettings

MOST_REMEMBERED = 4_096
"""So many orders are known again when they come twice; the oldest are forgotten first."""

RESTARTS = frozenset({Action.RESTART, Action.REBOOT})


class Repetition:
    """An order that was admitted before."""


class Admitted(msgspec.Struct, frozen=True):
    """An order that may wait.

    Attributes:
        order: what is to be done.
        due_s: until when that may begin, in monotonic time.
    """

    order: Order
    due_s: float


class Admission:
    """Decides over orders one by one, and remembers those that it admitted."""

    def __init__(
        self, settings: OrderSettings, named_hash: NamedHash, restarts: RestartNotes | None
    ) -> None:
        """Begin with what the notes of earlier lives know."""
        self._bounds = settings
        self._named_hash = named_hash
        self._restarts = RestartLimit(settings.restarts_per_hour, restarts)
        self._rate = SlidingWindow(settings.orders_per_minute, MINUTE_S)
        self._known: OrderedDict[str, None] = OrderedDict.fromkeys(self._restarts.identities)

    def admit(
        self, ordered: Ordered, server_now_s: float | None, now_s: float, waiting: int
    ) -> Admitted | NothingToDo | Refusal | Repetition:
        """Decide over one order; never raises.

        Args:
            ordered: as it came.
            server_now_s: what the server's clock shows, in seconds of the Unix epoch; None while
                unknown, and then nothing is admitted.
            now_s: monotonic time.
            waiting: how many orders wait already.
        """
        if identity_of(ordered) in self._known:
            return Repetition()
        read = read_order(ordered, self._named_hash)
        if isinstance(read, Refusal):
            return read
        try:
            dated = date(ordered, server_now_s)
        except UndatedError as error:
            return refusal(read.order_id, ordered.word, str(error))
        why = self._objection(read, dated, now_s, waiting)
        if why:
            return refusal(read.order_id, ordered.word, why)
        self._remember(read.order_id, now_s)
        if isinstance(read, NothingToDo):
            return read
        if read.action in RESTARTS:
            self._restarts.note(read.order_id, now_s, dated.came_s)
        return Admitted(read, now_s + self._bounds.expire_s - max(0.0, dated.age_s))

    def _objection(
        self, read: Order | NothingToDo, dated: Dated, now_s: float, waiting: int
    ) -> str:
        """Say why an order that could be done is not admitted; "" if it is."""
        bounds, age_s = self._bounds, dated.age_s
        if abs(age_s) >= bounds.expire_s:
            when = "old" if age_s > 0 else "ahead of the server's clock"
            return f"it is {abs(age_s):.0f} s {when}; less than {bounds.expire_s:g} s is allowed"
        if not self._rate.allows(now_s):
            return f"{bounds.orders_per_minute} orders within a minute are allowed"
        if isinstance(read, NothingToDo):
            return ""
        if waiting >= bounds.waiting:
            return f"{bounds.waiting} orders wait already"
        return self._objection_to_restart(read.action, dated, now_s)

    def _objection_to_restart(self, action: Action, dated: Dated, now_s: float) -> str:
        if action is Action.REBOOT and not self._bounds.may_reboot:
            return "the owner does not let the server restart the computer"
        if action in RESTARTS and not self._restarts.allows(now_s, dated.came_s):
            return f"{self._bounds.restarts_per_hour} restarts within an hour are allowed"
        return ""

    def _remember(self, order_id: str, now_s: float) -> None:
        self._rate.note(now_s)
        self._known[order_id] = None
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
