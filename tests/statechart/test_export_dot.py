"""The chart as Graphviz source."""

from __future__ import annotations

import re

import msgspec

from rvm_edge.statechart.definition import Chart, State, Transition
from rvm_edge.statechart.export.arrows import CALM
from rvm_edge.statechart.export.dot import ACTIVE, ACTIVE_LINE, FIRED, PARTLY, UNFIRED, Paint, dot

DIGEST = "0123456789abcdef" * 4


def lines_with(text: str, *parts: str) -> list[str]:
    return [line for line in text.splitlines() if all(part in line for part in parts)]


def test_every_state_is_a_box_or_a_frame(pump: Chart[None]) -> None:
    text = dot(pump, DIGEST)
    for path, state in pump.walk():
        if state.children:
            assert len(lines_with(text, f'subgraph "cluster_{path}" {{')) == 1
        else:
            assert len(lines_with(text, f'"{path}" [label=<')) == 1


def test_regions_have_dashed_frames_and_nothing_else_has(pump: Chart[None]) -> None:
    text = dot(pump, DIGEST)
    frames = re.findall(r'subgraph "cluster_([\w.]+)".*?style="([^"]*)"', text, re.DOTALL)
    assert dict(frames) == {
        "running": "rounded,filled",
        "running.flow": "rounded,filled,dashed",
        "running.lamp": "rounded,filled,dashed",
    }


def test_a_frame_inside_an_ordinary_frame_is_not_dashed() -> None:
    inner: State[None] = State("b", "B.", children=(State("c", "C."),), initial="c")
    chart = Chart("x", (State("a", "A.", children=(inner,), initial="b"),), "a", (), ())
    assert "dashed" not in dot(chart, DIGEST)


def test_the_title_names_the_chart_and_its_hash(pump: Chart[None]) -> None:
    [title] = lines_with(dot(pump, DIGEST), "<b>pump</b>")
    assert "chart 0123456789abcdef<" in title


def test_braces_and_brackets_are_balanced(pump: Chart[None]) -> None:
    text = dot(pump, DIGEST)
    assert text.count("{") == text.count("}")
    assert text.count("<font") == text.count("</font>")


def test_an_arrow_to_a_frame_ends_at_the_frame(pump: Chart[None]) -> None:
    [arrow] = lines_with(dot(pump, DIGEST), '"off" -> "running/in"', "switched.on")
    assert 'lhead="cluster_running"' in arrow


def test_an_arrow_against_the_order_of_declaration_is_drawn_backwards(pump: Chart[None]) -> None:
    # The states keep their declared order from top to bottom, whatever the arrows do.
    [arrow] = lines_with(
        dot(pump, DIGEST), '"running.flow.idle" -> "running.flow.pumping"', "after 2.5 s"
    )
    assert "dir=back" in arrow
    assert "style=dashed" in arrow


def test_rows_that_lead_nowhere_else_are_written_in_their_box(pump: Chart[None]) -> None:
    text = dot(pump, DIGEST)
    [lit] = lines_with(text, '"running.lamp.lit" [label=')
    assert "tick: stays" in lit
    [idle] = lines_with(text, '"running.flow.idle" [label=')
    assert "water.wanted [else]: again" in idle


def test_errors_are_written_in_their_box_and_never_drawn(pump: Chart[None]) -> None:
    text = dot(pump, DIGEST)
    [pumping] = lines_with(text, '"running.flow.pumping" [label=')
    assert "error → idle" in pumping
    [frame] = lines_with(text, "<b>running</b>")
    assert re.sub(r"<[^>]*>", "", frame).count("error, error.cleanup, error.guard → broken") == 1
    assert not [line for line in lines_with(text, " -> ") if "error" in line]


def test_every_row_is_in_the_picture(pump: Chart[None]) -> None:
    text = re.sub(r"<[^>]*>", "", dot(pump, DIGEST))
    for words in ("switched.on", "switched.off [is_still]", "lamp.toggled", "after 2.5 s", "tick"):
        assert words in text


def test_the_calm_picture_has_no_errors_and_no_timeouts(pump: Chart[None]) -> None:
    calm = dot(pump, DIGEST, kinds=CALM)
    assert "error" not in calm
    assert "time-out" not in calm
    assert "after 2.5 s" not in calm
    assert "water.wanted" in calm


def test_what_is_active_is_lit_with_everything_around_it(pump: Chart[None]) -> None:
    paint = Paint(active=("running.flow.pumping", "running.lamp.dark"))
    text = dot(pump, DIGEST, paint=paint)
    assert ACTIVE in lines_with(text, '"running.flow.pumping" [label=')[0]
    assert ACTIVE in lines_with(text, '"running.lamp.dark" [label=')[0]
    assert ACTIVE not in lines_with(text, '"running.lamp.lit" [label=')[0]
    assert text.count(f'fillcolor="{ACTIVE}"') == 2
    assert text.count(f'color="{ACTIVE_LINE}"') == 3
    assert "yellow: active" in text
    assert ACTIVE not in dot(pump, DIGEST)


def test_coverage_paints_what_fired_and_what_did_not(pump: Chart[None]) -> None:
    on = pump.transitions[0]
    text = dot(pump, DIGEST, paint=Paint(fired={on: 12}))
    [fired] = lines_with(text, '"off" -> "running/in"', "switched.on")
    assert FIRED in fired
    assert UNFIRED not in fired
    assert "switched.on&#160;×12<" in fired
    [never] = lines_with(text, '"running.lamp.dark" -> "running.lamp.lit"', "dir=back")
    assert UNFIRED in never
    assert FIRED not in never
    assert "×" not in never
    assert "fired, and how often" in text


def test_a_row_that_is_written_in_its_box_is_painted_and_counted_there(pump: Chart[None]) -> None:
    note = next(row for row in pump.transitions if row.target is None)
    text = dot(pump, DIGEST, paint=Paint(fired={note: 3}))
    [box] = lines_with(text, "&#160;×3")
    assert FIRED in box
    assert "×" not in dot(pump, DIGEST, paint=Paint(fired={note: 0}))


def test_an_arrow_of_which_only_some_rows_fired_is_told_apart(pump: Chart[None]) -> None:
    second = Transition("tick", "off", "running")
    chart = msgspec.structs.replace(pump, transitions=(*pump.transitions, second))
    text = dot(chart, DIGEST, paint=Paint(fired=dict.fromkeys(pump.transitions, 1)))
    [arrow] = lines_with(text, '"off" -> "running/in"', "switched.on")
    assert f'color="{PARTLY}", label' in arrow
    assert FIRED in arrow
    assert UNFIRED in arrow


def test_names_are_escaped(pump: Chart[None]) -> None:
    states: tuple[State[None], ...] = (State('a<b>&"', "Odd."),)
    chart = Chart('x<y>"', states, 'a<b>&"', (), ())
    text = dot(chart, DIGEST)
    assert "<b>a&lt;b&gt;&amp;&quot;</b>" in text
    assert '"a<b>&\\"" [' in text


def test_an_arrow_out_of_a_frame_into_itself_is_a_note(pump: Chart[None]) -> None:
    row = Transition("tick", "running", "running.flow.idle")
    text = dot(msgspec.structs.replace(pump, transitions=(row,)), DIGEST)
    [frame] = lines_with(text, "<b>running</b>")
    assert "tick → idle" in frame


def test_it_is_the_same_every_time(pump: Chart[None]) -> None:
    assert dot(pump, DIGEST) == dot(pump, DIGEST)
