"""A machine and its simulated server, and all that happens: crashes, people, a bad wire."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import msgspec
import trio

from rvm_edge.item import SessionMode
from rvm_edge.settings import Policy
from rvm_edge.simulator.cloud import Dialect, Exchange, Misbehaviour, Mishap, Reach, Transaction
from rvm_edge.simulator.people import collect_returns, insert_when_open
from states import paths
from states.events import SessionFinished
from tests.rig import Booted, KilledError
from tests.served_rig import PET, SODA, USER, ServedRig, online_and_idle, until_delivered
from tests.states.chains import only_killed

POLICY = Policy(
    poll_s=0.1,
    debounce_s=0.1,
    idle_poll_s=2.0,
    heartbeat_s=3.0,
    heartbeat_failures=2,
    reconnect_first_s=1.0,
    reconnect_cap_s=5.0,
)
"""A link that comes and goes within the seconds that a schedule lasts."""

_PATIENCE_S = 6.0
"""So long somebody waits for the gate."""

_HANDED_ON = 2
"""A request that the wire hands on twice is seen twice; one of the two is the machine's own."""


@dataclass(frozen=True)
class Bring:
    """Somebody comes, if nobody is there, and puts something in.

    Attributes:
        good: a bottle that is taken, or something that is given back.
        user: on whose behalf, if the server is reached; else a guest's.
    """

    good: bool
    user: bool


class Deed(Enum):
    """What else can happen to the machine."""

    LEAVE = "leave"
    """The person has no more items."""

    KILL = "kill"
    """The process dies here and now, and another one is started."""

    RESTART = "restart"
    """The process ends in order, and another one is started."""


Happening = Bring | Deed | Misbehaviour | Reach
Schedule = list[tuple[float, Happening]]
"""What happens, each so many seconds after the one before."""


@dataclass
class Wire:
    """What the wire did by itself, which no machine can know of.

    Attributes:
        doubled: how often it handed an item on that the machine had sent once.
        mishaps: what became of requests, how often.
    """

    doubled: Counter[str] = field(default_factory=Counter)
    mishaps: Counter[str] = field(default_factory=Counter)

    def watch(self, exchange: Exchange) -> None:
        """Take note of one request: the one that is handed on twice is seen twice."""
        self.mishaps[exchange.mishap] += 1
        if exchange.mishap != Mishap.REQUEST_TWICE.value:
            return
        if exchange.request.path.endswith("/sync-offline"):
            sent = msgspec.json.decode(exchange.request.body, type=_Sent)
            self.doubled.update(one.client_uuid for one in sent.transactions)


class _SentItem(msgspec.Struct, frozen=True):
    client_uuid: str


class _Sent(msgspec.Struct, frozen=True):
    transactions: tuple[_SentItem, ...]


async def live_through(
    folder: Path, dialect: Dialect, schedule: Schedule
) -> tuple[ServedRig, Wire]:
    """Let it all happen, mend everything, and wait until nothing waits any more."""
    rig, wire = ServedRig(folder, dialect=dialect, policy=POLICY), Wire()
    rig.server.watchers.append(wire.watch)
    todo = deque(schedule)
    while todo:
        await _one_life(rig, todo)
    rig.server.behave()
    async with rig.boot() as booted, trio.open_nursery() as nursery:
        nursery.start_soon(collect_returns, rig.world)
        await booted.until(paths.OPERATIONAL)
        await booted.daemon.runtime.post(SessionFinished())
        await online_and_idle(booted)
        await until_delivered(booted)
        nursery.cancel_scope.cancel()
    return rig, wire


async def _one_life(rig: ServedRig, todo: deque[tuple[float, Happening]]) -> None:
    """Run one process until it ends, by whatever."""
    try:
        async with rig.boot() as booted:
            while todo:
                wait_s, happening = todo.popleft()
                await trio.sleep(wait_s)
                if happening is Deed.RESTART:
                    return
                if happening is Deed.KILL:
                    booted.kill()
                    raise KilledError
                await _happen(rig, booted, happening)
    except BaseException as error:
        if not only_killed(error):
            raise


async def _happen(rig: ServedRig, booted: Booted, happening: Happening) -> None:
    if isinstance(happening, Bring):
        await _bring(rig, booted, happening)
    elif isinstance(happening, Misbehaviour):
        rig.server.misbehave(happening)
    elif isinstance(happening, Reach):
        rig.server.reach = happening
    else:
        await booted.daemon.runtime.post(SessionFinished())


async def _bring(rig: ServedRig, booted: Booted, what: Bring) -> None:
    """Come to the machine, wait a little for its gate, and put something in."""
    with trio.move_on_after(_PATIENCE_S):
        while not (booted.is_in(paths.IDLE) or booted.is_in(paths.WAITING)):
            await rig.moved.wait()
        if booted.is_in(paths.IDLE):
            user = what.user and booted.is_in(paths.ONLINE)
            mode = SessionMode.USER if user else SessionMode.GUEST
            await booted.request(mode, str(USER) if user else "")
        await insert_when_open(rig.world, PET if what.good else SODA)


def disagreements(rig: ServedRig, wire: Wire) -> list[str]:
    """Say where world, ledger and server differ in the end, but for what the wire did by itself."""
    if rig.dialect is Dialect.M:
        _forget_copies_of_the_wire(rig, wire)
    found = rig.disagreements()
    fell = [item for item in rig.world.audit().dropped if item.joined is None]
    told = {one.client_uuid for one in rig.delivered}
    if len(told) != len(fell):
        found.append(f"{len(fell)} items fell into the bin, the server has {len(told)}")
    return found


def _forget_copies_of_the_wire(rig: ServedRig, wire: Wire) -> None:
    """Take those copies out of the books that a request had which was handed on twice."""
    left = Counter(wire.doubled)
    kept: list[Transaction] = []
    for one in rig.delivered:
        if left[one.client_uuid] >= _HANDED_ON:
            left[one.client_uuid] -= _HANDED_ON
        else:
            kept.append(one)
    rig.server.books.transactions[:] = kept
