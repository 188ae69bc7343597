"""Everything between the machine and its server, put together: see `to_server`."""

from rvm_edge.uplink.server import MakeTelemetry, Uplink, to_server

__all__ = ["MakeTelemetry", "Uplink", "to_server"]
