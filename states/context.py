"""The engine's generic words, bound to this machine."""

from rvm_edge.machine import Machine
from rvm_edge.statechart.definition import Context, State

Ctx = Context[Machine]
MachineState = State[Machine]
