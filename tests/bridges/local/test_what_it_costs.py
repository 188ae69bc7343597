"""The screen's bridge stays quick to load: a machine that was killed shall serve again in 2 s."""

from __future__ import annotations

import subprocess
import sys


def test_the_bridge_loads_no_web_framework_and_no_client() -> None:
    probe = (
        "import sys, rvm_edge.bridges.local.bridge\n"
        "print(sorted({'quart', 'flask', 'jinja2', 'httpx', 'structlog'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
