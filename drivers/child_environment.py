"""What a program that this one starts may know of the service that started it."""

from __future__ import annotations

import os
from typing import Final

_PRIVATE: Final = ("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "CREDENTIALS_DIRECTORY")
"""What lets a process speak to the service manager, and read its secrets."""


def child_environment() -> dict[str, str]:
    """Return this process's environment, without what is the service's alone."""
    return {name: text for name, text in os.environ.items() if name not in _PRIVATE}
