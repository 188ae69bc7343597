from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rvm_edge.ledger import Ledger, open_ledger
from rvm_edge.offload import inline
from tests.ledger.scenes import TestClock


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
async def ledger(path: Path, clock: TestClock) -> AsyncIterator[Ledger]:
    async with open_ledger(path, inline, clock) as opened:
        yield opened
