"""What the page's tests share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rvm_edge.bridges.local.static_files import OWN
from rvm_edge.kiosk import PAGE
from tests.browser.chromium import Chromium, started
from tests.node_packages import installed

HERE = Path(__file__).parent
PATIENCE = {
    "awayMs": 2_000,
    "lateMs": 45_000,
    "farewellMs": 9_000,
    "idleMs": 60_000,
    "panelMs": 300_000,
    "holdMs": 1_000,
    "hintMs": 5_000,
}


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """A browser, for all tests of a process."""
    with started(tmp_path_factory.mktemp("chromium")) as running:
        yield running


@pytest.fixture
def patience(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with a ``patience.js`` in which some waits are others."""

    def make(**milliseconds: int) -> Path:
        assert milliseconds.keys() <= PATIENCE.keys()
        waits = json.dumps({**PATIENCE, **milliseconds})
        (tmp_path / "patience.js").write_text(f"export const PATIENCE = {waits};")
        return tmp_path

    return make


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The packages that the page is checked with."""
    return installed(HERE, "page-checks")


@pytest.fixture
def workshop(node_modules: Path, tmp_path: Path) -> Path:
    """A folder with the whole page, as a browser finds it, where Node finds the packages, too."""
    folder = tmp_path / "workshop"
    shutil.copytree(PAGE, folder)
    shutil.copytree(OWN, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(node_modules)
    return folder
