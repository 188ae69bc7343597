"""Another engine runs the machine's chart from its SCXML, and decides everything alike."""

# ruff: noqa: S314 - what is parsed here was written here

from __future__ import annotations

from xml.etree import ElementTree as ET

from statemachine.io import load
from statemachine.orderedset import OrderedSet

from rvm_edge.statechart.build import build
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.explore import explore
from rvm_edge.statechart.export.scxml import NAMESPACE, scxml
from states.chart import CHART


class Taken:
    """Notes which rows the other engine took: the event and the state that it was declared in."""

    def __init__(self) -> None:
        self.rows: set[tuple[str, str]] = set()

    def on_transition(self, event: object, source: object) -> None:
        self.rows.add((str(event), source.id))  # type: ignore[attr-defined] # a state of that engine


def without_delays(document: str) -> str:
    """Leave out what is sent later: time-outs are tried as events, like everything else."""
    root = ET.fromstring(document)
    for state in root.iter():
        for part in ("onentry", "onexit"):
            for element in state.findall(f"{{{NAMESPACE}}}{part}"):
                state.remove(element)
    ET.register_namespace("", NAMESPACE)
    return ET.tostring(root, encoding="unicode")


def test_every_configuration_takes_every_event_as_here() -> None:
    decider = build(CHART)
    document = without_delays(scxml(CHART, chart_hash(CHART)))
    taken = Taken()
    machine = load(document, format="scxml", name="rvm")(listeners=[taken])
    leaves = {path for path, state in CHART.walk() if not state.children}
    tries = explore(decider).tries
    assert len(tries) > 1000
    for one in tries:
        active = decider.active(one.before)
        machine.current_state_value = OrderedSet(active) if len(active) > 1 else active[0]
        for guard, answer in one.guards:
            setattr(machine.model, guard, answer)
        taken.rows.clear()
        machine.send(one.event)
        after = {state.id for state in machine.configuration} & leaves
        assert after == set(one.before if one.after is None else one.after), one
        assert taken.rows == {(row.event, row.source) for row in one.taken}, one
