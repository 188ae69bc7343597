"""The link to the server stays small: what it does not need is not loaded."""

from __future__ import annotations

from tests.loaded import loaded


def test_the_link_loads_no_command_line_and_no_websocket_before_somebody_needs_them() -> None:
    code = "import rvm_edge.uplink.server, httpx"
    assert loaded(code, "rich", "pygments", "trio_websocket", "quart") == []
