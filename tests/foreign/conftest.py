"""The foreign clients' packages: installed once, for all test processes."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from pathlib import Path

import pytest

from tests.foreign.node import HERE, MANIFEST, install

INSTALLED = HERE.parent.parent / "build" / "foreign-clients"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The installed packages. Whichever test process comes first installs; the others wait."""
    manifest = b"\0".join((HERE / name).read_bytes() for name in MANIFEST)
    folder = INSTALLED / hashlib.sha256(manifest).hexdigest()[:16]
    done = folder / ".done"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            install(folder)
            done.touch()
    return folder / "node_modules"


@pytest.fixture
def listener_script(node_modules: Path, tmp_path: Path) -> Path:
    """The client's program, where Node finds its packages beside it."""
    (tmp_path / "node_modules").symlink_to(node_modules)
    shutil.copy(HERE / "package.json", tmp_path)
    return Path(shutil.copy(HERE / "listener.mjs", tmp_path))
