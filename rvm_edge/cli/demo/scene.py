"""What the live view shows at one moment, gathered so that drawing it is a pure function."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec
import trio

from rvm_edge.bridges.cloud.reverb import ReverbState
from rvm_edge.cli.demo.eyes import Look
from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.ledger.counts import Counts
from rvm_edge.ledger.courier import DeliveryStatus
from rvm_edge.ledger.records import ItemRecord
from rvm_edge.simulator.faults import Fault
from rvm_edge.statechart.publishing import Step
from states import paths

RECENT = 40
"""How many steps and items are kept at hand; a screen shows fewer."""


class Scene(msgspec.Struct, frozen=True):
    """One moment.

    Attributes:
        leaves: the active leaves of the chart.
        counts: the ledger's figures.
        items: its last items, the newest first.
        steps: the last steps, the oldest first.
        look: what the eyes saw last, or None.
        parts: what the machine's parts do, by name.
        bin_pct: how full the bin is.
        delivery: what is on its way to the server.
        on_server: how many items the server has in its books.
        troubles: what has been broken.
        auto: whether visitors come by themselves, in words.
        note: what the last key did.
        keys: key and word of each key.
        help: key and meaning of each key, while they are shown; else empty.
        clock_s: since the demo began.
        page: the address of the machine's own screen; "" while there is none.
    """

    leaves: tuple[str, ...]
    counts: Counts
    items: Sequence[ItemRecord]
    steps: Sequence[Step]
    look: Look | None
    parts: tuple[Part, ...]
    bin_pct: float
    delivery: DeliveryStatus
    on_server: int
    troubles: tuple[str, ...]
    auto: str
    note: str
    keys: tuple[tuple[str, str], ...]
    help: tuple[tuple[str, str], ...]
    clock_s: float
    page: str = ""


class Part(msgspec.Struct, frozen=True):
    """How one part of the machine is.

    Attributes:
        name: of the part.
        state: in a word.
        good: whether that is as it should be; None where it is neither good nor bad.
    """

    name: str
    state: str
    good: bool | None = None


class Tail:
    """The last steps of a running machine."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque(maxlen=RECENT)

    async def follow(
        self,
        machine: SimulatedMachine,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Keep up with the machine until it stops."""
        with machine.daemon.runtime.subscribe(1000) as channel:
            task_status.started()
            async for step in channel:
                self.steps.append(step)


def parts_of(machine: SimulatedMachine) -> tuple[Part, ...]:
    """Look at every part of the machine, and at its wires."""
    world = machine.world
    gate = "open" if world.gate_is_open else "closed" if world.gate_is_closed else "moving"
    reachable = machine.server.internet.is_up
    link = "online" if machine.is_in(paths.ONLINE) else "guests only"
    plugged = not world.faults.stands(Fault.UNPLUGGED)
    sight = machine.trouble.sight
    return (
        Part("gate", gate, True if gate == "open" else None),
        Part("light", "on" if world.light_is_on else "off", True if world.light_is_on else None),
        Part(
            "motor", "turns" if world.motor_turns else "rests", True if world.motor_turns else None
        ),
        Part("chamber", _chamber(machine)),
        Part("door", "open" if world.door_is_open else "shut", not world.door_is_open),
        Part("ESP32", "plugged in" if plugged else "unplugged", plugged),
        Part("eyes", sight, sight == "ready"),
        Part("internet", "there" if reachable else "cut", reachable),
        Part("link", link, link == "online"),
        Part("socket", *_socket(machine)),
    )


def _socket(machine: SimulatedMachine) -> tuple[str, bool | None]:
    """Say how the server's WebSocket is."""
    listener = machine.server.uplink.socket.listener
    if listener is None:
        return "none", None
    return listener.state.value, listener.state is ReverbState.UP


def _chamber(machine: SimulatedMachine) -> str:
    if machine.world.something_to_collect:
        return "item in the slot"
    inside = machine.world.in_chamber
    return "free" if not inside else f"{len(inside)} item{'s' if len(inside) > 1 else ''}"
