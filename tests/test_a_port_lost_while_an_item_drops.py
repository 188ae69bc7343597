"""The port to the ESP32 is lost at some byte of a drop: what is credited is what has dropped."""

from __future__ import annotations

import uuid
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import trio

from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import Order, read_message
from drivers.esp32.frames import FrameParser
from drivers.esp32.serial_link import ByteLink, open_serial
from drivers.esp32.timings import LinkTimings
from drivers.ports import DeviceGoneError
from rvm_edge.item import ItemState, Outcome
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import Policy
from rvm_edge.simulator.truth import Fate
from states import paths
from states.events import SessionRequested
from tests.rig import BOTTLE
from tests.test_real_hardware import WITHIN_S
from tests.test_sensors_at_the_esp32 import at_the_esp32

PICTURES = samples_dir() / "images"
QUICK = partial(LinkTimings, settle_s=0.05, ack_s=1.0, retry_first_s=0.02, retry_cap_s=0.1)


def orders_a_drop(data: bytes) -> bool:
    """Say whether the host tells the controller to drop the item, in either dialect."""
    drop = Order(Command.SORT_VALID_ITEM)
    framed = [read_message(frame) for frame in FrameParser().feed(data)]
    return drop in framed or data == f"{drop.command.value}\n".encode()


@dataclass
class Cut:
    """Once, after so many bytes of the order to drop, or of what the controller says from then on.

    Attributes:
        of_order: bytes of the order that get through; None for all of it.
        of_answer: bytes of the answer that do.
        made: whether the port was lost.
    """

    of_order: int | None
    of_answer: int = 0
    ordered: bool = False
    made: bool = False


@dataclass
class CutLink:
    """`ByteLink` that is lost by a `Cut`."""

    link: ByteLink
    cut: Cut

    async def send(self, data: bytes) -> None:
        cut = self.cut
        drops = not cut.made and orders_a_drop(data)
        cut.ordered = cut.ordered or drops
        if drops and cut.of_order is not None:
            await self.link.send(data[: cut.of_order])
            raise self._lost()
        await self.link.send(data)

    async def receive(self) -> bytes:
        data = await self.link.receive()
        cut = self.cut
        if not cut.ordered or cut.made:
            return data
        if len(data) <= cut.of_answer:
            cut.of_answer -= len(data)
            return data
        lost = self._lost()
        if cut.of_answer == 0:
            raise lost
        return data[: cut.of_answer]

    def close(self) -> None:
        self.link.close()

    def _lost(self) -> DeviceGoneError:
        self.cut.made = True
        self.link.close()
        return DeviceGoneError("unplugged")


@pytest.mark.parametrize("dialect", ["ascii", "framed"])
@pytest.mark.parametrize(("of_order", "of_answer"), [(7, 0), (None, 0), (None, 9)])
async def test_what_is_credited_is_what_has_dropped(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dialect: str,
    of_order: int | None,
    of_answer: int,
) -> None:
    cut = Cut(of_order, of_answer)

    async def open_cut(device: str, _listener: object, baud: int) -> ByteLink:
        return CutLink(await open_serial(device, baud), cut)

    monkeypatch.setattr("rvm_edge.real_hardware.open_heard", open_cut)
    monkeypatch.setattr("drivers.esp32.controller.LinkTimings", QUICK)
    async with at_the_esp32(tmp_path, dialect) as machine, AsyncExitStack() as stack:
        machine.table["ports"]["camera"] = {"driver": "pictures", "device": str(PICTURES)}
        policy = Policy(recovery_s=0.1, light_settle_s=0.0)
        daemon = await stack.enter_async_context(machine.serving(tmp_path, policy))
        world = machine.world
        await machine.until(daemon, paths.IDLE)
        await daemon.runtime.post(SessionRequested(str(uuid.uuid4()), "guest", ""))
        with trio.fail_after(WITHIN_S):
            await world.until(lambda: world.gate_is_open)
            item = world.insert(BOTTLE)
            while not cut.made:
                await trio.sleep(0.01)
        await machine.until(daemon, paths.IDLE)
        (record,) = await daemon.ledger.recent(10)
        dropped = world.item(item.number).fate is Fate.DROPPED
        assert record.item.state is ItemState.SETTLED
        assert (record.item.outcome is Outcome.DROPPED) is dropped
        assert dropped or world.item(item.number).fate is Fate.RETURNED
        assert world.gate_is_closed
        assert not world.light_is_on
        assert world.audit().hazards == ()
