from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.simulator.cloud import Dialect
from tests.served_rig import DIALECTS, ServedRig


@pytest.fixture
def rig(tmp_path: Path) -> ServedRig:
    return ServedRig(tmp_path)


@pytest.fixture(params=DIALECTS, ids=lambda dialect: str(dialect.value))
def either(request: pytest.FixtureRequest, tmp_path: Path) -> ServedRig:
    """A machine at a server of either version."""
    dialect: Dialect = request.param
    return ServedRig(tmp_path, dialect=dialect)
