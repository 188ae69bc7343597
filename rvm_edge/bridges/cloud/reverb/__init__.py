"""The client of the server's Reverb: a faster way for its commands, where it has one."""

from rvm_edge.bridges.cloud.reverb.address import ReverbAddress
from rvm_edge.bridges.cloud.reverb.listener import ReverbListener
from rvm_edge.bridges.cloud.reverb.payloads import AuthorizedFrame, CommandFrame
from rvm_edge.bridges.cloud.reverb.state import ReverbCounts, ReverbState

__all__ = [
    "AuthorizedFrame",
    "CommandFrame",
    "ReverbAddress",
    "ReverbCounts",
    "ReverbListener",
    "ReverbState",
]
