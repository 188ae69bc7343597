"""The screen's bridge stays quick to load: a machine that was killed shall serve again in 2 s."""

from __future__ import annotations

from tests.loaded import loaded


def test_the_bridge_loads_no_web_framework_and_no_client() -> None:
    code = "import rvm_edge.bridges.local.bridge"
    assert loaded(code, "quart", "flask", "jinja2", "httpx", "structlog") == []
