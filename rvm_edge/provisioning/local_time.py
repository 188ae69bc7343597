"""The time of day where the machine stands, for everything that goes by it."""

from __future__ import annotations

import os
import time

from rvm_edge.provisioning.site import Site


def zone_kept() -> str:
    """Return the zone by whose time this process lives, by its name; "" for the computer's own."""
    return os.environ.get("TZ", "")


def keep_time_of(site: Site) -> None:
    """Let local time be the site's in this whole process, and in those that it starts.

    The computer's own zone is an administrator's to change; the service may not.
    """
    if site.time_zone:
        os.environ["TZ"] = site.time_zone
        time.tzset()
