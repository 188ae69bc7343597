"""What runs as a foreign client is exactly what the lock names, or the test fails."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.node_packages import FAILED, install

HERE = Path(__file__).parent


def test_every_package_is_pinned_with_its_hash_and_no_mirror_is_named() -> None:
    text = (HERE / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    pinned = [package for path, package in packages.items() if path]
    assert {"pusher-js", "laravel-echo", "vue"} <= packages[""]["dependencies"].keys()
    assert [package for package in pinned if not package["integrity"].startswith("sha512-")] == []
    assert set(re.findall(r'"(\w+)": "[^"]*://', text)) <= {"url"}  # of "funding", no source


def test_a_registry_that_is_not_reached_fails_in_clear_words(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=FAILED.split(";")[0]):
        install(
            HERE,
            tmp_path / "packages",
            registry="http://127.0.0.1:1/",
            cache=str(tmp_path / "cache"),
            fetch_retries="0",
        )
