"""What a process has loaded once it has run some code."""

from __future__ import annotations

import subprocess
import sys


def loaded(code: str, *names: str) -> list[str]:
    """Run `code` in a fresh interpreter, and return which of the modules it has loaded then."""
    probe = f"import sys\n{code}\nprint(*sorted({set(names)!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()
