"""The orders' page is written from the tables, and the page in the docs is what they say."""

from __future__ import annotations

from pathlib import Path

from rvm_edge.bridges.cloud.orders.allow_list import ALLOW_LIST, Allowed
from rvm_edge.bridges.cloud.orders.components import COMPONENTS
from rvm_edge.bridges.cloud.orders.order_table import render
from rvm_edge.orders import LOCAL_ONLY, Action
from rvm_edge.settings import OrderSettings
from states.obeying import CARRIED_OUT_IN

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "orders.md"


def test_the_page_in_the_docs_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(CARRIED_OUT_IN)


def test_every_word_every_part_and_every_bound_is_on_the_page() -> None:
    page = render(CARRIED_OUT_IN)
    for row in ALLOW_LIST:
        assert f"| `{row.word}` | {row.via.value} |" in page
    for name in (*COMPONENTS, *OrderSettings.__struct_fields__):
        assert f"`{name}`" in page


def test_every_order_but_the_local_ones_can_be_given_by_some_word() -> None:
    given = {row.means.action for row in ALLOW_LIST if isinstance(row.means, Allowed)}
    assert given == set(Action) - LOCAL_ONLY


def test_the_page_says_in_which_states_an_order_is_carried_out() -> None:
    page = render({Action.RESTART: ["here", "there"]})
    assert "| `RESTART` | heartbeat | – | `restart` | `here`, `there` |" in page
    assert "| `REBOOT` | heartbeat | – | `reboot` | no state: refused |" in page
    assert "| `test_motor` | socket | – | `trigger_actuator`: sorter, trigger |" in page
