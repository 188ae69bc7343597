"""Many machines and their one server, in virtual time: what a server feels when it comes back.

A discrete-event simulation without sockets and without arrays. The machines' loops are those of the
chart's `offline_guest` and `online`, written as processes of this simulation; waits come from the
real `Backoff`, figures from the real settings.
"""

from rvm_edge.simulator.fleet.account import Account, Second
from rvm_edge.simulator.fleet.scenario import Fault, Manner, Scenario
from rvm_edge.simulator.fleet.simulation import simulate

__all__ = ["Account", "Fault", "Manner", "Scenario", "Second", "simulate"]
