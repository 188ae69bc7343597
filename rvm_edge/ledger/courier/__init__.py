"""Brings what waits in the ledger, and the pictures, to the server."""

from rvm_edge.ledger.courier.courier import Courier
from rvm_edge.ledger.courier.status import DeliveryStatus

__all__ = ["Courier", "DeliveryStatus"]
