"""The auditors' report."""

from __future__ import annotations

import msgspec
import pytest

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Chart, Event, Guard, Transition
from rvm_edge.statechart.explore import explore
from rvm_edge.statechart.report import report

DIGEST = "0123456789abcdef" * 4


def report_of(chart: Chart[None]) -> str:
    return report(chart, DIGEST, explore(Decider(chart)))


@pytest.fixture
def text(pump: Chart[None]) -> str:
    return report_of(pump)


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_it_opens_with_the_charts_name_and_whole_hash(text: str) -> None:
    assert text.startswith(f"# The chart `pump`\n\nChart hash: `{DIGEST}`\n")


def test_the_sections_are_in_reading_order(text: str) -> None:
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## How to read this",
        "## Picture",
        "## States",
        "## Transitions",
        "## Guards",
        "## Time-outs",
        "## Exploration",
        "## Annex: the full table",
    ]


def test_every_state_has_a_row_that_says_what_the_machine_does(
    pump: Chart[None], text: str
) -> None:
    states = section(text, "States")
    for path, state in pump.walk():
        assert f"\n| `{path}` | {state.doc} |" in states
    assert "It starts in `off`." in states


def test_a_states_row_has_its_inside_its_work_its_limit_and_its_excuse(text: str) -> None:
    states = section(text, "States")
    assert (
        "| `running.flow.pumping` | The motor turns -- loudly. |  | `run_motor` | 2.5 s |  |"
    ) in states
    assert (
        "| `running` | Ready to pump. | all of its regions at once | `watch_level` |  |  |"
    ) in states
    assert "| `off` | No power & no water. |  |  |  | until it is switched on |" in states
    assert "| starts in `idle` |" in states


def test_every_transition_is_in_the_table_of_its_kind(pump: Chart[None], text: str) -> None:
    transitions = section(text, "Transitions")
    happens, late, broken = transitions.split("\n### ")[1:]
    assert happens.startswith("What happens")
    assert late.startswith("What takes too long")
    assert broken.startswith("What breaks down")
    assert [part.count("\n| `") for part in (happens, late, broken)] == [9, 1, 8]
    assert f"{len(pump.transitions)} rows." in transitions


def test_a_transitions_row_has_its_guard_and_its_reason(text: str) -> None:
    assert "| `switched.off` | `running` | `off` | `is_still` | never dry \\| ever |" in text
    assert (
        "| `water.wanted` | `running.flow.idle` | `running.flow.idle` (again) | `else` | too much |"
    ) in text
    assert "| `tick` | `running.lamp.lit` | stays, nothing is restarted |  |  |" in text
    assert (
        "| `water.wanted` | `running.flow.idle` | `running.flow.pumping` | `not is_dry` |" in text
    )


def test_every_guard_says_what_it_asks_and_what_it_looks_at(text: str) -> None:
    guards = section(text, "Guards")
    assert "| `is_still` | nothing is moving | the configuration alone |" in guards
    assert (
        "| `is_dry` | more is wanted than <the tank> holds \\| ever | the event's data |"
    ) in guards


def test_every_timeout_says_where_it_leads(text: str) -> None:
    row = "| `running.flow.pumping` | 2.5 s | `running.flow.idle` |  |"
    assert row in section(text, "Time-outs")


def test_the_picture_is_the_calm_one(text: str) -> None:
    picture = section(text, "Picture")
    assert "```mermaid\n---\ntitle:" in picture
    assert "switched.on" in picture
    assert "after 2.5 s" not in picture


def test_the_exploration_is_summed_up(text: str) -> None:
    summary = section(text, "Exploration")
    for row in (
        "| Configurations that can be reached | 6 |",
        "| Events | 10 |",
        "| Tries | 62 |",
        "| of these, handled | 35 |",
        "| Transitions declared | 18 |",
        "| of these, fired | 18 |",
    ):
        assert row in summary
    assert "never fire" not in summary
    assert "must not happen" not in summary


def test_the_annex_holds_every_try(pump: Chart[None], text: str) -> None:
    annex = section(text, "Annex: the full table")
    parts = annex.split("\n### ")[1:]
    found = explore(Decider(pump))
    assert len(parts) == len(found.configurations)
    for before, part in zip(found.configurations, parts, strict=True):
        assert part.splitlines()[0] == " + ".join(f"`{leaf}`" for leaf in before)
        rows = [row for row in found.tries if row.before == before]
        assert part.count("\n| `") == sum(row.after is not None for row in rows)
        for row in rows:
            assert f"`{row.event}`" in part


def test_the_annex_shows_the_answers_to_guards(text: str) -> None:
    annex = section(text, "Annex: the full table")
    both = "`running.flow.idle` + `running.lamp.dark`"
    assert f"| `water.wanted` | `is_dry`: yes | {both} |" in annex
    assert "`switched.off` (`is_still`: no)" in annex


def test_a_transition_that_never_fires_is_named(pump: Chart[None]) -> None:
    never = Guard("never", "Never.", lambda _event, _now: False, configuration_only=True)
    row = Transition("tick", "off", "broken", guard=never)
    text = report_of(msgspec.structs.replace(pump, transitions=(*pump.transitions, row)))
    assert "**These transitions never fire:**\n\n- `tick`: `off` to `broken`\n" in text


def test_what_must_not_happen_is_named(pump: Chart[None]) -> None:
    def breaks(_event: Event, _now: tuple[str, ...]) -> bool:
        raise LookupError("gone")

    guard = Guard("breaks", "Breaks.", breaks, configuration_only=True)
    row = Transition("tick", "off", "broken", guard=guard)
    text = report_of(msgspec.structs.replace(pump, transitions=(*pump.transitions, row)))
    assert "**This must not happen:**\n\n- tick in off: guard breaks raised" in text


def test_a_chart_without_guards_and_timeouts_says_so(pump: Chart[None]) -> None:
    chart = msgspec.structs.replace(pump, states=(pump.states[0],), transitions=())
    text = report_of(chart)
    assert section(text, "Guards").strip() == "None."
    assert section(text, "Time-outs").strip().endswith("None.")


def test_tables_are_set_apart_from_the_text_around_them(text: str) -> None:
    # Markdown needs an empty line before a table and after it.
    lines = text.splitlines()
    for place, line in enumerate(lines[1:], start=1):
        if line.startswith("|") and not lines[place - 1].startswith("|"):
            assert lines[place - 1] == ""
        if lines[place - 1].startswith("|") and not line.startswith("|"):
            assert line == ""


def test_it_is_the_same_every_time(pump: Chart[None]) -> None:
    assert report_of(pump) == report_of(pump)
