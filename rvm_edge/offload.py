"""Where blocking work runs, for every room; the engine, which knows nothing of ours, brings it."""

from rvm_edge.statechart.offload import Offload, in_thread, inline

__all__ = ["Offload", "in_thread", "inline"]
