"""What the scenarios do to the system they run in. Runs as root inside it."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from pathlib import Path

PROGRAM = "/opt/rvm-edge/bin/rvm-edge"
UNIT = "rvm-edge.service"
_LISTENS = ("127.0.0.1", 8888)


def systemctl(*words: str) -> str:
    """Run systemctl and return what it printed."""
    return _run("systemctl", *words)


def rvm_edge(*words: str) -> str:
    """Run the program as root and return what it printed."""
    return _run(PROGRAM, *words)


def show(name: str) -> str:
    """Return a property of the machine's service."""
    return systemctl("show", "-p", name, "--value", UNIT)


def main_pid() -> int:
    """Return the process that the service is; 0 while there is none."""
    return int(show("MainPID"))


def drop_in(text: str) -> None:
    """Change the service as `systemctl edit` does."""
    folder = Path(f"/etc/systemd/system/{UNIT}.d")
    folder.mkdir(exist_ok=True)
    (folder / "test.conf").write_text(text)
    systemctl("daemon-reload")


def simulated() -> None:
    """Let the service run in a simulated world: this computer has no hardware of a machine."""
    drop_in(
        f"[Service]\nExecStart=\nExecStart={PROGRAM} --traceback run --simulate --eyes scripted\n"
    )


def is_serving() -> bool:
    """Say whether the machine's screen answers and its chart runs."""
    line = http.client.HTTPConnection(*_LISTENS, timeout=0.5)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def wait_until_served(by: int | None = None, limit_s: float = 30.0) -> float:
    """Wait until the machine serves, and return how long that took, in seconds.

    Args:
        by: a process that does not count.
        limit_s: how long to wait.
    """
    began = time.monotonic()
    while time.monotonic() - began < limit_s:
        if is_serving():
            served_s = time.monotonic() - began
            if main_pid() not in (0, by):
                return served_s
        time.sleep(0.02)
    raise SystemExit(f"not serving after {limit_s} s\n{journal()}")


def lose(sign: int) -> float:
    """Send the service a signal, and return how long nobody was served, in seconds."""
    pid = main_pid()
    os.kill(pid, sign)
    return wait_until_served(by=pid)


def journal() -> str:
    """Return what the service said last."""
    words = ["journalctl", "-u", UNIT, "--no-pager", "-n", "80"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def _run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stdout}{done.stderr}{journal()}")
    return done.stdout.strip()
