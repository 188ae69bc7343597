"""The chart as plain data, and the hash that the journal knows it by."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import ClassVar

import pytest
from msgspec.structs import replace

from rvm_edge.statechart.definition import Chart, Event, Guard, Timeout, Transition
from rvm_edge.statechart.document import (
    canonical,
    chart_document,
    chart_hash,
    guards_of,
    label,
)
from tests.statechart import charts
from tests.statechart.charts import BUSY, CELL, FAST, OFF, PUT, READY, TAKE, Bench


def test_the_document_holds_states_time_outs_rows_guards_events_and_activities() -> None:
    document = chart_document(CELL)
    text = canonical(document)
    assert document["name"] == "cell"
    assert document["initial"] == "off"
    by_path = {state["path"]: state for state in json.loads(text)["states"]}
    assert list(by_path) == [path for path, _ in CELL.walk()]
    assert by_path[TAKE] == {
        "path": TAKE,
        "doc": f"The cell is in {TAKE}.",
        "activities": ["work_in_work_tool_busy_take"],
        "children": [],
        "initial": None,
        "parallel": False,
        "timeout_s": 10.0,
        "rests": "",
    }
    assert by_path[BUSY]["initial"] == "take"
    assert by_path["work"]["parallel"] is True
    assert json.loads(text)["guards"][0] == {
        "name": "is_fast",
        "doc": "the belt is fast",
        "configuration_only": True,
    }
    assert {
        "event": "part",
        "source": READY,
        "target": BUSY,
        "guard": None,
        "unless": "is_heavy",
        "doc": "",
    } in json.loads(text)["transitions"]
    events = {event["name"]: event for event in json.loads(text)["events"]}
    assert list(events) == sorted(events)
    assert events["done"]["fields"] == {"ok": "bool", "note": "str"}
    assert events["ping"]["doc"] == "Heard without moving anything."


def test_guards_are_listed_once_in_the_order_of_the_rows() -> None:
    assert [guard.name for guard in guards_of(CELL)] == ["is_heavy", "is_fast", "is_ok"]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (Transition("e", "a", "b"), "a -> b"),
        (Transition("e", "a", None), "a stays"),
        (Transition("e", "a", "b", guard=charts.IS_OK), "a -> b [is_ok]"),
        (
            Transition("e", "a", "b", guard=charts.IS_OK, unless=charts.IS_FAST),
            "a -> b [is_ok] [not is_fast]",
        ),
    ],
)
def test_a_label_names_a_row_without_its_event(row: Transition, text: str) -> None:
    assert label(row) == text


def test_canonical_json_is_one_form_in_ascii() -> None:
    assert canonical({"b": 1, "a": ["é"]}) == '{"a":["\\u00e9"],"b":1}'
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(float("nan"))


def test_the_hash_is_64_hex_digits_and_the_same_every_time() -> None:
    assert chart_hash(CELL) == chart_hash(replace(CELL))
    assert len(chart_hash(CELL)) == 64
    assert int(chart_hash(CELL), 16)


@pytest.mark.parametrize(
    "reworded",
    [
        charts.with_state(CELL, TAKE, doc="Better words."),
        charts.with_state(CELL, READY, rests="because we say so"),
        replace(
            CELL,
            transitions=tuple(replace(row, doc="reworded") for row in CELL.transitions),
        ),
    ],
)
def test_prose_does_not_change_the_hash(reworded: Chart[Bench]) -> None:
    assert chart_document(reworded) != chart_document(CELL)
    assert chart_hash(reworded) == chart_hash(CELL)


class Ping(Event, frozen=True):
    loud: bool

    name: ClassVar[str] = "ping"


def _renamed_guard(row: Transition) -> Transition:
    if row.guard is None:
        return row
    return replace(row, guard=Guard("renamed", row.guard.doc, row.guard.holds))


CHANGES: list[Callable[[], Chart[Bench]]] = [
    lambda: replace(CELL, name="another"),
    lambda: replace(CELL, initial="broken"),
    lambda: replace(CELL, transitions=CELL.transitions[::-1]),
    lambda: replace(CELL, transitions=CELL.transitions[1:]),
    lambda: replace(CELL, transitions=tuple(map(_renamed_guard, CELL.transitions))),
    lambda: replace(CELL, events=(*(e for e in CELL.events if e is not charts.Ping), Ping)),
    lambda: charts.with_state(CELL, TAKE, timeout=Timeout(11.0)),
    lambda: charts.with_state(CELL, OFF, activities=()),
    lambda: charts.with_state(CELL, FAST, name="quick"),
    lambda: charts.with_state(CELL, BUSY, initial="put"),
    lambda: charts.with_rows(CELL, Transition("ping", PUT, None)),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_the_machine_would_do_otherwise_changes_the_hash(
    change: Callable[[], Chart[Bench]],
) -> None:
    assert chart_hash(change()) != chart_hash(CELL)


def test_the_order_of_the_declared_events_means_nothing() -> None:
    assert chart_hash(replace(CELL, events=CELL.events[::-1])) == chart_hash(CELL)
