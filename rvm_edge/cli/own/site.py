"""The place where this computer's machine stands, as it was chosen when it was set up."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rvm_edge.provisioning.bin_depth import keep_depth_of
from rvm_edge.provisioning.local_time import keep_time_of
from rvm_edge.provisioning.site import Site, SiteError, read_site

if TYPE_CHECKING:
    from rvm_edge.daemon import Parts
    from rvm_edge.locations import Locations

_LOG = logging.getLogger(__name__)


def go_by_site(here: Locations) -> Site:
    """Keep the time of the place from now on, and return what was chosen for it.

    A file that cannot be used holds nobody up: it costs a time zone and a language.
    """
    try:
        site = read_site(here.site_path)
    except SiteError as error:
        _LOG.warning("%s", error)
        site = Site()
    keep_time_of(site)
    return site


def with_measured_bin(site: Site, parts: Parts) -> Parts:
    """Let the bin be as deep as it was measured when the machine was set up."""
    keep_depth_of(site, parts.hardware)
    return parts
