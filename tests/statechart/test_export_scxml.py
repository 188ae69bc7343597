"""The chart as W3C SCXML."""

# ruff: noqa: S314 - what is parsed here was written here

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
import pytest

from rvm_edge.statechart.definition import Chart, Guard, Transition, error_in
from rvm_edge.statechart.export.scxml import NAMESPACE, scxml

DIGEST = "ab" * 32
NS = {"s": NAMESPACE}

CHILDREN_AND_ATTRIBUTES = {
    "scxml": ({"state", "parallel", "datamodel"}, {"version", "name", "initial", "datamodel"}),
    "state": ({"onentry", "onexit", "transition", "state", "parallel"}, {"id", "initial"}),
    "parallel": ({"onentry", "onexit", "transition", "state", "parallel"}, {"id"}),
    "transition": (set(), {"event", "cond", "target"}),
    "onentry": ({"send"}, set()),
    "onexit": ({"cancel"}, set()),
    "send": (set(), {"id", "event", "delay"}),
    "cancel": (set(), {"sendid"}),
    "datamodel": ({"data"}, set()),
    "data": (set(), {"id", "expr"}),
}
"""What W3C SCXML 1.0 allows of what this exporter writes (sections 3, 5.2, 5.3, 6.2, 6.3)."""


@pytest.fixture
def root(pump: Chart[None]) -> ET.Element:
    return ET.fromstring(scxml(pump, DIGEST))


def test_it_keeps_to_the_vocabulary(root: ET.Element) -> None:
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        children, attributes = CHILDREN_AND_ATTRIBUTES[name]
        assert {child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element} <= children
        assert set(element.attrib) <= attributes


def test_the_root_says_what_the_standard_asks(root: ET.Element) -> None:
    assert root.tag == f"{{{NAMESPACE}}}scxml"
    assert root.attrib == {
        "version": "1.0",
        "name": "pump",
        "initial": "off",
        "datamodel": "ecmascript",
    }


def test_every_state_is_there_once_under_its_parent(pump: Chart[None], root: ET.Element) -> None:
    found = {
        child.get("id"): parent.get("id")
        for parent in root.iter()
        for child in parent
        if child.tag in {f"{{{NAMESPACE}}}state", f"{{{NAMESPACE}}}parallel"}
    }
    assert found == {path: path.rpartition(".")[0] or None for path, _ in pump.walk()}


def test_regions_are_in_a_parallel(root: ET.Element) -> None:
    [parallel] = root.findall(".//s:parallel", NS)
    assert parallel.get("id") == "running"
    assert "initial" not in parallel.attrib


def test_compound_states_name_their_initial_child_by_its_whole_id(root: ET.Element) -> None:
    flow = root.find(".//s:state[@id='running.flow']", NS)
    assert flow is not None
    assert flow.get("initial") == "running.flow.idle"


def test_every_row_is_a_transition_of_its_source_in_declared_order(
    pump: Chart[None], root: ET.Element
) -> None:
    for path, _ in pump.walk():
        element = root.find(f".//*[@id='{path}']")
        assert element is not None
        assert [
            (row.get("event"), row.get("target")) for row in element.findall("s:transition", NS)
        ] == [(row.event, row.target) for row in pump.transitions if row.source == path]


def test_guards_are_conditions_on_declared_booleans(root: ET.Element) -> None:
    conditions = [
        row.get("cond")
        for row in root.iterfind(".//s:transition", NS)
        if row.get("cond") and not row.get("event", "").startswith("error.")
    ]
    assert conditions == ["is_still", "!is_dry"]
    declared = {data.get("id"): data.get("expr") for data in root.iterfind(".//s:data", NS)}
    assert declared == {"is_still": "false", "is_dry": "false"}


def test_an_event_that_begins_another_one_is_asked_for_its_whole_name(
    pump: Chart[None], root: ET.Element
) -> None:
    conditions = {
        row.get("event"): row.get("cond")
        for row in root.iterfind(".//s:transition", NS)
        if "_event" in row.get("cond", "")
    }
    assert conditions == {"error.running": "_event.name == 'error.running'"}
    guard = Guard("is_still", "It is.", lambda _event, _now: True)
    row = Transition(error_in("running"), "running", "off", guard=guard)
    text = scxml(msgspec.structs.replace(pump, transitions=(row,)), DIGEST)
    element = ET.fromstring(text).find(".//s:transition", NS)
    assert element is not None
    assert element.get("cond") == "_event.name == 'error.running' && is_still"


def test_a_guards_name_becomes_one_variable(pump: Chart[None]) -> None:
    guard = Guard("In(running.flow)", "It is.", lambda _event, _now: True)
    row = Transition("switched.on", "off", "running", guard=guard, unless=guard)
    text = scxml(msgspec.structs.replace(pump, transitions=(row,)), DIGEST)
    element = ET.fromstring(text).find(".//s:transition", NS)
    assert element is not None
    assert element.get("cond") == "In_running_flow && !In_running_flow"


def test_a_timeout_is_a_delayed_event_that_leaving_cancels(root: ET.Element) -> None:
    [send] = root.findall(".//s:send", NS)
    assert send.attrib == {
        "id": "timeout.running.flow.pumping",
        "event": "timeout.running.flow.pumping",
        "delay": "2.5s",
    }
    [cancel] = root.findall(".//s:state[@id='running.flow.pumping']/s:onexit/s:cancel", NS)
    assert cancel.get("sendid") == send.get("id")


def test_activities_and_reasons_are_comments(pump: Chart[None]) -> None:
    text = scxml(pump, DIGEST)
    assert "<!-- starts run_motor -->" in text
    assert "<!-- never dry | ever -->" in text
    assert f"<!-- chart {DIGEST} -->" in text


def test_two_dashes_in_a_text_do_not_end_its_comment(pump: Chart[None]) -> None:
    text = scxml(pump, DIGEST)
    assert "The motor turns - - loudly." in text
    ET.fromstring(text)


def test_it_is_the_same_every_time(pump: Chart[None]) -> None:
    assert scxml(pump, DIGEST) == scxml(pump, DIGEST)
