"""The link to the server stays small: what it does not need is not loaded."""

from __future__ import annotations

import subprocess
import sys


def test_the_link_loads_no_command_line_and_no_websocket_before_somebody_needs_them() -> None:
    probe = (
        "import sys, rvm_edge.uplink.server, httpx\n"
        "print(sorted({'rich', 'pygments', 'trio_websocket', 'quart'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
