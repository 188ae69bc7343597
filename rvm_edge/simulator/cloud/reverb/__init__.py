"""The server's WebSocket as Laravel Reverb v1.9.0 was seen to behave, and to misbehave.

It speaks the Pusher protocol, version 7
(https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol/). Presence and
cache channels are not simulated: the server uses neither.
"""

from rvm_edge.simulator.cloud.reverb.client import Client
from rvm_edge.simulator.cloud.reverb.quirks import Quirks
from rvm_edge.simulator.cloud.reverb.server import ReverbServer

__all__ = ["Client", "Quirks", "ReverbServer"]
