"""MyRVM-Edge: the controller of a reverse vending machine."""

__version__ = "0.1.0"
