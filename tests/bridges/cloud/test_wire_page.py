"""The wire's page is written from the code, and one can tell when it is stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.bridges.cloud import receipts, standings
from rvm_edge.bridges.cloud.wire_page import main, render

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cloud-wire.md"


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert main(["--check", str(PAGE)]) == 0


def test_every_call_and_every_row_is_on_the_page() -> None:
    page = render()
    for endpoint in (*standings.TABLES, *receipts.TABLES):
        assert page.count(f"`{endpoint.value}`") == 1
    for stand in [row for table in standings.TABLES.values() for row in table]:
        assert f"| {stand.when} | `{stand.means.value}` | {stand.advice} |" in page
    for proof in [row for table in receipts.TABLES.values() for row in table]:
        assert f"| {proof.when} | `{proof.means.value}` | {proof.advice} |" in page


def test_another_page_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    assert main(["--check", str(page)]) == 1
    assert f"{page} is out of date" in capsys.readouterr().out
    assert main([str(page)]) == 0
    assert main(["--check", str(page)]) == 0


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--check"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage:" in capsys.readouterr().err
