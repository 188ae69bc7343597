"""The foreign clients' packages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, started
from tests.node_packages import installed

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The installed packages."""
    return installed(HERE, "foreign-clients")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser, for all tests of a process."""
    with started(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def listener_script(node_modules: Path, tmp_path: Path) -> Path:
    """The client's program, where Node finds its packages beside it."""
    (tmp_path / "node_modules").symlink_to(node_modules)
    shutil.copy(HERE / "package.json", tmp_path)
    return Path(shutil.copy(HERE / "listener.mjs", tmp_path))
