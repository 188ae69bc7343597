"""The bin's depth, measured on a technician's word: several readings, and the one in the middle."""

from __future__ import annotations

import statistics
from typing import Final

from rvm_edge.provisioning.wizard.draft import NotEnteredError
from rvm_edge.provisioning.wizard.premises import NotReadError, Premises

READINGS: Final = 5
STEADY_CM: Final = 3.0
"""So far may readings of something that lies still be apart: Linux alone costs centimetres."""


async def bin_distance_cm(premises: Premises) -> float:
    """Return how far away the bin's bottom, or the topmost item in it, is, to a millimetre.

    Raises:
        NotEnteredError: the sensor gives nothing, or something else each time.
    """
    try:
        read = [await premises.bin_distance_cm() for _ in range(READINGS)]
    except NotReadError as error:
        raise NotEnteredError("not_measured", str(error)) from error
    if max(read) - min(read) > STEADY_CM:
        raise NotEnteredError(
            "unsteady", f"the readings lie from {min(read):.1f} to {max(read):.1f} cm"
        )
    return round(statistics.median(read), 1)
