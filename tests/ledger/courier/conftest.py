from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rvm_edge.ledger import Ledger, open_ledger
from rvm_edge.offload import inline
from tests.ledger.scenes import VirtualClock


@pytest.fixture
def clocks() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def ledger(path: Path, clocks: VirtualClock) -> AsyncIterator[Ledger]:
    async with open_ledger(path, inline, clocks) as opened:
        yield opened
