"""The zone that was chosen for the site is the one by which the whole process goes."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASKED = """
import sys
from datetime import datetime, timezone
from rvm_edge.display.moments import local_text
from rvm_edge.health.computer import read_computer
from rvm_edge.ledger.courier.quiet_hours import QuietHours
from rvm_edge.provisioning.local_time import keep_time_of, zone_kept
from rvm_edge.provisioning.site import Site
from rvm_edge.settings import EvidenceSettings
from pathlib import Path
keep_time_of(Site(sys.argv[1]))
night = datetime(2026, 3, 1, 17, 30, tzinfo=timezone.utc).astimezone()
quiet = QuietHours(EvidenceSettings(), lambda: 0.0)
is_night = quiet.wait_s(night) == 0
print(night.strftime("%H:%M"), read_computer(Path("/")).timezone, is_night, zone_kept())
print(datetime(2026, 3, 1, 17, 30, tzinfo=timezone.utc).isoformat())
print(local_text("2026-03-01T17:30:00.250+00:00"), local_text("no moment"))
"""


@pytest.mark.parametrize(
    ("zone", "told", "shown"),
    [
        ("Asia/Jakarta", "00:30 Asia/Jakarta True Asia/Jakarta", "2026-03-02T00:30:00.250+07:00"),
        (
            "Asia/Jayapura",
            "02:30 Asia/Jayapura True Asia/Jayapura",
            "2026-03-02T02:30:00.250+09:00",
        ),
        ("Etc/UTC", "17:30 Etc/UTC False Etc/UTC", "2026-03-01T17:30:00.250+00:00"),
    ],
)
def test_nights_and_shown_times_are_the_sites_the_server_hears_its_zone_and_has_utc(
    zone: str, told: str, shown: str
) -> None:
    # in a process of its own: the zone is the process's
    done = subprocess.run(
        [sys.executable, "-c", ASKED, zone], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        told,
        "2026-03-01T17:30:00+00:00",
        f"{shown} no moment",
    ]
