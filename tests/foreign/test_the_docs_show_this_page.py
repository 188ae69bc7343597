"""The how-to's page is the one that the tests run, and its client the one that machines serve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rvm_edge.bridges.local import client_page
from rvm_edge.bridges.local.static_files import OWN

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
REFERENCE = DOCS / "reference"


@pytest.mark.parametrize("name", ["index.html", "kiosk.js"])
def test_the_how_to_has_every_file_as_it_is(name: str) -> None:
    text = (DOCS / "how-to" / "kiosk-page-of-your-own.md").read_text()
    assert f"\n{(HERE / 'page' / name).read_text().rstrip()}\n```\n" in text


def test_what_is_published_is_what_is_served() -> None:
    for path, text in client_page.pages(REFERENCE).items():
        assert path.read_text() == text, path
    assert {one.name for one in OWN.glob("*.js")} == set(client_page.PUBLISHED)
    for name in client_page.PUBLISHED:
        assert (REFERENCE / name).read_bytes() == (OWN / name).read_bytes()


def test_the_reference_has_everything_that_a_page_can_use() -> None:
    source = (OWN / client_page.CLIENT).read_text()
    page = client_page.pages(REFERENCE)[REFERENCE / client_page.PAGE]
    exported = re.findall(r"^export \w+ (\w+)", source, re.MULTILINE)
    inside = source.partition("export class EdgeClient")[2].partition("\n}")[0]
    members = set(re.findall(r"^  (?:get )?([a-z]\w+)\(", inside, re.MULTILINE)) - {"constructor"}
    assert {"EdgeClient", "takeToken"} <= set(exported)
    assert {"request", "on", "may", "status"} <= members
    assert [one for one in exported if f"| `{one}` |" not in page] == []
    assert [one for one in members if not re.search(rf"\| `{one}[`(]", page)] == []
    assert "| `requestTimeoutMs` | `number`" in page
    assert "|  |" not in page  # nothing without a word on what it is
