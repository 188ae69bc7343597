"""A server in each dialect, a machine that it knows, and a way to speak with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from trio.testing import MockClock

from rvm_edge.simulator.cloud import CloudServer, Dialect, Machine
from tests.simulator.cloud.sending import BEGAN_S, USER_TOKEN, speaking


@pytest.fixture(params=list(Dialect), ids=lambda dialect: dialect.value)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return Dialect(request.param)


@pytest.fixture
def server(dialect: Dialect, autojump_clock: MockClock) -> CloudServer:
    """A server whose clock is the virtual one."""
    server = CloudServer(dialect, clock=lambda: BEGAN_S + autojump_clock.current_time())
    server.add_user(7, USER_TOKEN, points=100)
    return server


@pytest.fixture
def machine(server: CloudServer) -> Machine:
    return server.add_machine("RVM-202601-042", name="RVM Test Lab")


@pytest.fixture
async def client(server: CloudServer, machine: Machine) -> AsyncIterator[httpx.AsyncClient]:
    """The machine's, with its key, and on D with a user's token too."""
    async with speaking(server, machine) as client:
        yield client
