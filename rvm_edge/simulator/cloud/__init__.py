"""A MyRVM server to develop and test against, in both published versions.

`CloudServer` is the server; `InProcessTransport` and `serving` are the two ways to reach it;
`Misbehaviour`, `Reach` and `Certificate` are how it goes wrong.
"""

from __future__ import annotations

from rvm_edge.simulator.cloud.books import DONATION_USER, Books
from rvm_edge.simulator.cloud.broadcasting import Broadcaster
from rvm_edge.simulator.cloud.certificates import Authority
from rvm_edge.simulator.cloud.clock import ServerClock
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.exchange import Exchange, Json, Request, Response
from rvm_edge.simulator.cloud.misbehaviour import Certificate, Misbehaviour, Mishap, Reach
from rvm_edge.simulator.cloud.records import (
    Assignment,
    Command,
    DatasetPicture,
    Item,
    Machine,
    Model,
    Receipt,
    Status,
    Transaction,
    User,
)
from rvm_edge.simulator.cloud.server import CloudServer
from rvm_edge.simulator.cloud.serving import serving
from rvm_edge.simulator.cloud.site import Policy, Site
from rvm_edge.simulator.cloud.transport import InProcessTransport

__all__ = [
    "DONATION_USER",
    "Assignment",
    "Authority",
    "Books",
    "Broadcaster",
    "Certificate",
    "CloudServer",
    "Command",
    "DatasetPicture",
    "Dialect",
    "Exchange",
    "InProcessTransport",
    "Item",
    "Json",
    "Machine",
    "Misbehaviour",
    "Mishap",
    "Model",
    "Policy",
    "Reach",
    "Receipt",
    "Request",
    "Response",
    "ServerClock",
    "Site",
    "Status",
    "Transaction",
    "User",
    "serving",
]
