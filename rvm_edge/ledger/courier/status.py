"""How the delivery stands, for a technician's screen."""

from __future__ import annotations

import msgspec


class DeliveryStatus(msgspec.Struct, frozen=True):
    """A snapshot of what is on its way to the server.

    Attributes:
        waiting: records still to be delivered, the ambiguous ones among them.
        ambiguous: waiting after a request whose outcome nobody knows; sent again, and counted.
        held: taken as somebody else, and kept for when the machine is that one again.
        dead: given up with a reason, until somebody lets them be tried again.
        delivered: records delivered since the start of this process.
        in_progress: records and pictures in the requests that are under way.
        pictures_waiting: accepted and rejected items' pictures that are still to go up.
        hint: what a technician should know, in one line; "" while all is well.
    """

    waiting: int
    ambiguous: int
    dead: int
    delivered: int
    in_progress: int
    pictures_waiting: int
    hint: str
    held: int = 0
