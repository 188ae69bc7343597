"""The bin as deep as it was measured where the machine stands, for everything that goes by it."""

from __future__ import annotations

from rvm_edge.machine import Hardware
from rvm_edge.provisioning.site import Site


def keep_depth_of(site: Site, hardware: Hardware) -> None:
    """Let the bin's level go by what a technician measured, where its sensor can and somebody did.

    Otherwise it goes by the hardware map.
    """
    gauge = hardware.bin_gauge
    if gauge is None:
        return
    if site.bin is None:
        gauge.forget_depth()
    else:
        gauge.set_depth(empty_cm=site.bin.empty_cm, full_cm=site.bin.full_cm)
