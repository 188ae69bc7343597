"""The rule's page is written from the rule, and one can tell when it is stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.item import Reason
from rvm_edge.settings import AcceptanceSettings, Thresholds, WeightRange
from rvm_edge.vision.acceptance import CHECKS
from rvm_edge.vision.rule_table import SITUATIONS, main, render

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "acceptance-rule.md"


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert main(["--check", str(PAGE)]) == 0


def test_every_row_of_the_rule_and_every_figure_is_on_the_page() -> None:
    page = render()
    for check in CHECKS:
        assert f"| {check.condition} |" in page
    for name in (*Thresholds.__struct_fields__, *AcceptanceSettings.__struct_fields__[2:]):
        assert f"{name}` |" in page
    for name in WeightRange.__struct_fields__:
        assert f"`weights.mineral.{name}` |" in page


def test_every_reason_of_the_rule_has_an_example() -> None:
    examples = render().split("## Examples")[1]
    for reason in set(Reason) - {Reason.EYES_UNAVAILABLE}:
        assert f"`{reason.value}`" in examples, reason
    assert examples.count(" s | ") == len(SITUATIONS)


def test_another_rule_makes_another_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "deep" / "page.md"
    assert main(["--check", str(page)]) == 1
    assert main([str(page)]) == 0
    assert main(["--check", str(page)]) == 0
    page.write_text(render(AcceptanceSettings(min_weight_g=5)), encoding="utf-8")
    assert main(["--check", str(page)]) == 1
    assert f"{page} is out of date" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--check"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage:" in capsys.readouterr().err
