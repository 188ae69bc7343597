"""What the server, or a technician at the screen, ordered."""

from __future__ import annotations

from typing import ClassVar

from rvm_edge.statechart.definition import Event


class PictureOrdered(Event, frozen=True):
    """The server asked for a picture of the chamber.

    Attributes:
        order_id: the order's identity.
    """

    order_id: str

    name: ClassVar[str] = "picture.ordered"


class InspectionDone(Event, frozen=True):
    """The chamber was looked at, and is dark again.

    Attributes:
        order_id: the order's identity.
        result: what became of the picture, in a few words.
    """

    order_id: str
    result: str

    name: ClassVar[str] = "inspection.done"


class RestartOrdered(Event, frozen=True):
    """The machine is to start anew: the server ordered it, or it is to be set up anew.

    Attributes:
        order_id: the order's identity.
        reboot: the whole computer, not only this program.
    """

    order_id: str
    reboot: bool

    name: ClassVar[str] = "restart.ordered"


class OrderDone(Event, frozen=True):
    """An order was carried out. It changes no state; the journal keeps it.

    Attributes:
        order_id: its identity.
        action: what was ordered.
        result: in a few words.
    """

    order_id: str
    action: str
    result: str

    name: ClassVar[str] = "order.done"


class OrderRefused(Event, frozen=True):
    """An order was not carried out. It changes no state; the journal keeps it.

    Attributes:
        order_id: its identity, as far as one can be made out.
        action: the word for it, as whoever gave it used it.
        why: in words for a technician.
    """

    order_id: str
    action: str
    why: str

    name: ClassVar[str] = "order.refused"
