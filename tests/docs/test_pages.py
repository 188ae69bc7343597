"""The documentation holds together: every link leads somewhere, every decision is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rvm_edge.locations import checkout_dir

ROOT = checkout_dir() or Path()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [page.parent / link for link in LINK.findall(page.read_text())]
    docs = {page.resolve() for page in (ROOT / "docs").rglob("*.md")}
    assert {name_of(page) for page in docs - seen} == set()


def test_every_decision_is_in_the_index_under_its_own_title() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    pages = sorted(folder.glob("[0-9]*.md"))
    assert pages
    for page in pages:
        title = re.match(r"# (\d+)\. (.+)\n", page.read_text())
        assert title is not None
        assert int(title[1]) == int(page.name[:4])
        assert f"| [{page.name[:4]}]({page.name}) | {title[2]} |" in index
