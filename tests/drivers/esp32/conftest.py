from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio

from drivers.esp32.dialect import Command
from drivers.esp32.framed_dialect import SensorEvent
from tests.drivers.esp32.framed_line import Line, talking
from tests.drivers.esp32.lossy_wire import LossyWire


@pytest.fixture
async def line(nursery: trio.Nursery) -> AsyncIterator[Line]:
    """A session that stands, and nothing done yet but its first ping."""
    wire, told = LossyWire(nursery), list[SensorEvent]()
    async with talking(wire, tell=told.append) as host:
        await host.command(Command.PING)
        wire.done.clear()
        wire.sent.clear()
        yield Line(wire, host, told)
