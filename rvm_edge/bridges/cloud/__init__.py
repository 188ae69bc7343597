"""The server, as it really is: HTTP for everything, and a WebSocket where it has one."""

from __future__ import annotations

from rvm_edge.statechart.hidden_module import hidden

# httpx imports its own command line where rich is installed: 6 MB and 50 ms for nothing in a
# process that lives for months.
with hidden("httpx._main"):
    import httpx  # noqa: F401 - see above
