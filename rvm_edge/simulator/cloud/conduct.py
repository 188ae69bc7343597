"""How a server behaves now: every knob in one place."""

from __future__ import annotations

from collections.abc import Callable

from rvm_edge.simulator.cloud.misbehaviour import (
    Certificate,
    Misbehaviour,
    MisbehaviourBoard,
    Mishap,
    Reach,
)


class Conduct:
    """The knobs of one server.

    Attributes:
        board: what happens to single requests.
        certificate: what it shows for itself where it speaks TLS; change it at any time.
    """

    def __init__(self) -> None:
        self.board = MisbehaviourBoard()
        self.certificate = Certificate.GOOD
        self._reach = Reach.REACHED
        self._watchers: list[Callable[[Reach], None]] = []

    @property
    def reach(self) -> Reach:
        """Whether it can be connected to; set it at any time."""
        return self._reach

    @reach.setter
    def reach(self, reach: Reach) -> None:
        self._reach = reach
        for tell in tuple(self._watchers):
            tell(reach)

    def watch_reach(self, tell: Callable[[Reach], None]) -> Callable[[], None]:
        """Call `tell` at every change of `reach`; the returned function ends that."""
        self._watchers.append(tell)
        return lambda: self._watchers.remove(tell)

    def misbehave(self, misbehaviour: Misbehaviour | Mishap) -> None:
        """Misbehave from the next request on; a bare `Mishap` happens once, to any path."""
        asked = (
            misbehaviour if isinstance(misbehaviour, Misbehaviour) else Misbehaviour(misbehaviour)
        )
        self.board.add(asked)

    def behave(self, mishap: Mishap | None = None) -> None:
        """Take back one kind of mishap, or all of them with reach and certificate."""
        self.board.clear(mishap)
        if mishap is None:
            self.certificate = Certificate.GOOD
            self.reach = Reach.REACHED
