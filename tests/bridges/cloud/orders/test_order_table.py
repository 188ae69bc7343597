"""The orders' page is written from the tables, and one can tell when it is stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.bridges.cloud.orders.allow_list import ALLOW_LIST, Allowed
from rvm_edge.bridges.cloud.orders.components import COMPONENTS
from rvm_edge.bridges.cloud.orders.order_table import CarriedOutIn, main, render
from rvm_edge.orders import Action
from rvm_edge.settings import OrderSettings
from states.obeying import MOVES_IN, OBEYED_IN, PICTURES_IN

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "orders.md"
NOT_YET = {Action.DOWNLOAD_MODEL, Action.CHECK_MODEL_UPDATE}
ONLY_IN = {
    Action.TRIGGER_ACTUATOR: MOVES_IN,
    Action.CAPTURE_IMAGE: PICTURES_IN,
    **dict.fromkeys(NOT_YET, frozenset[str]()),
}


def carried_out_in() -> CarriedOutIn:
    return {
        action: [
            state
            for state, taken in OBEYED_IN.items()
            if action in taken and state in ONLY_IN.get(action, OBEYED_IN)
        ]
        for action in Action
    }


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert main(["--check", str(PAGE)], carried_out_in()) == 0


def test_every_word_every_part_and_every_bound_is_on_the_page() -> None:
    page = render(carried_out_in())
    for row in ALLOW_LIST:
        assert f"| `{row.word}` | {row.via.value} |" in page
    for name in (*COMPONENTS, *OrderSettings.__struct_fields__):
        assert f"`{name}`" in page


def test_every_order_can_be_given_by_some_word() -> None:
    given = {row.means.action for row in ALLOW_LIST if isinstance(row.means, Allowed)}
    assert given == set(Action)


def test_the_page_says_in_which_states_an_order_is_carried_out() -> None:
    page = render({Action.RESTART: ["here", "there"]})
    assert "| `RESTART` | heartbeat | – | `restart` | `here`, `there` |" in page
    assert "| `REBOOT` | heartbeat | – | `reboot` | no state: refused |" in page
    assert "| `test_motor` | socket | – | `trigger_actuator`: sorter, trigger |" in page


def test_another_table_makes_another_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "deep" / "page.md"
    assert main(["--check", str(page)], {}) == 1
    assert main([str(page)], {}) == 0
    assert main(["--check", str(page)], {}) == 0
    assert main(["--check", str(page)], {Action.RESTART: ["idle"]}) == 1
    assert f"{page} is out of date" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--check"]])
def test_wrong_usage_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments, {}) == 2
    assert "usage:" in capsys.readouterr().err
