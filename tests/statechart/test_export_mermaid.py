"""The chart as a Mermaid diagram."""

from __future__ import annotations

import re

import msgspec

from rvm_edge.statechart.definition import Chart, State, Transition
from rvm_edge.statechart.export.arrows import CALM
from rvm_edge.statechart.export.mermaid import mermaid

DIGEST = "0123456789abcdef" * 4

GOLDEN = """\
---
title: "pump (chart 0123456789abcdef)"
---
stateDiagram-v2
  [*] --> off
  state "off" as off
  state "running" as running
  state running {
    state "flow" as running__flow
    state running__flow {
      [*] --> running__flow__idle
      state "idle" as running__flow__idle
      state "pumping" as running__flow__pumping
      running__flow__idle --> running__flow__pumping : water.wanted [not is_dry]
      running__flow__idle --> running__flow__idle : water.wanted [else]
      running__flow__pumping --> running__flow__idle : after 2.5 s<br/>error
    }
    --
    state "lamp" as running__lamp
    state running__lamp {
      [*] --> running__lamp__dark
      state "dark" as running__lamp__dark
      state "lit" as running__lamp__lit
      running__lamp__dark --> running__lamp__lit : lamp.toggled
      running__lamp__lit --> running__lamp__dark : lamp.toggled
      running__lamp__lit --> running__lamp__lit : tick (stays)
    }
  }
  state "broken" as broken
  off --> running : switched.on
  running --> off : switched.off [is_still]
  broken --> off : switched.off
  broken --> running : switched.on
  running --> broken : error<br/>error.cleanup<br/>error.guard
  off --> off : error.cleanup<br/>error.guard
  broken --> broken : error.cleanup<br/>error.guard
"""


def test_the_whole_diagram(pump: Chart[None]) -> None:
    assert mermaid(pump, DIGEST) == GOLDEN


def test_the_calm_diagram_has_no_errors_and_no_timeouts(pump: Chart[None]) -> None:
    calm = mermaid(pump, DIGEST, kinds=CALM)
    assert "error" not in calm
    assert "after" not in calm
    assert calm.count("-->") == GOLDEN.count("-->") - 4


def test_an_arrow_between_distant_states_is_written_at_the_top() -> None:
    # Written in an inner block, it would pull both states into that block.
    inner: State[None] = State("b", "B.", children=(State("c", "C."),), initial="c")
    outer: State[None] = State("a", "A.", children=(inner, State("d", "D.")), initial="b")
    chart = Chart("x", (outer,), "a", (), (Transition("e", "a.b.c", "a.d"),))
    assert "\n  a__b__c --> a__d : e\n" in mermaid(chart, DIGEST)


def test_every_block_is_closed_and_every_name_is_declared_once(pump: Chart[None]) -> None:
    text = mermaid(pump, DIGEST)
    assert text.count("{") == text.count("}")
    declared = re.findall(r'state "[^"]*" as (\w+)', text)
    assert len(declared) == len(set(declared)) == len(list(pump.walk()))
    used = set(re.findall(r"(\w+) -->", text)) | set(re.findall(r"--> (\w+)", text))
    assert used <= set(declared)


def test_characters_that_end_a_label_are_written_as_entities(pump: Chart[None]) -> None:
    row = msgspec.structs.replace(pump.transitions[0], event="a:b;c")
    chart = msgspec.structs.replace(pump, transitions=(row,))
    assert "off --> running : a#58;b#59;c\n" in mermaid(chart, DIGEST)


def test_a_title_with_quotes_stays_one_yaml_string(pump: Chart[None]) -> None:
    chart = msgspec.structs.replace(pump, name='the "pump": v2')
    second = mermaid(chart, DIGEST).splitlines()[1]
    assert second == 'title: "the \\"pump\\": v2 (chart 0123456789abcdef)"'


def test_it_is_the_same_every_time(pump: Chart[None]) -> None:
    assert mermaid(pump, DIGEST) == mermaid(pump, DIGEST)
