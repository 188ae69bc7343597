"""The server, as it really is: HTTP for everything, and a WebSocket where it has one."""

from __future__ import annotations

import sys

# httpx imports its own command line where rich is installed: 6 MB and 50 ms for nothing in a
# process that lives for months. None in `sys.modules` is Python's documented way to make an import
# fail, and httpx goes on without.
if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment] # None blocks the import
    import httpx  # noqa: F401 - see above

    del sys.modules["httpx._main"]
