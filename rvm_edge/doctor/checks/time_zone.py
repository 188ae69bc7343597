"""Whether the computer goes by the time zone that was chosen for the machine's site."""

import subprocess
from functools import partial

from rvm_edge.doctor.finding import Check, DoctorError, Finding, fine, for_root, note, warning
from rvm_edge.doctor.place import PATIENCE_S, Place
from rvm_edge.health.computer import read_computer
from rvm_edge.provisioning.site import SiteError, read_site


def look(place: Place) -> Finding:
    """Compare the site's zone with the computer's own."""
    own = read_computer(place.root, {}).timezone
    try:
        chosen = read_site(place.locations.site_path).time_zone
    except SiteError as error:
        return warning(
            str(error),
            "The machine goes by the computer's time zone and the settings' language instead.",
            f"Look at it: sudo cat {place.locations.site_path}; without it the computer's zone and "
            "the settings' language count.",
        )
    if not chosen:
        return note(f"{own or 'unknown'}, the computer's own; none was chosen for the site")
    if chosen != own:
        return warning(
            f"the site's is {chosen}, the computer's {own or 'unknown'}",
            "The machine goes by the site's, and its pages show it. The screen's service does not: "
            "by the computer's it loads the page anew at night.",
            f"Run: sudo timedatectl set-timezone {chosen}",
            for_root(f"set the computer's time zone to {chosen}", partial(_set, chosen)),
        )
    return fine(f"{chosen}, for the site and the computer")


def _set(zone: str) -> None:
    words = ("timedatectl", "--no-ask-password", "set-timezone", zone)
    try:
        done = subprocess.run(  # noqa: S603 - the zone is one that this computer knows
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DoctorError(f"timedatectl did not answer within {PATIENCE_S:g} s") from error
    if done.returncode:
        raise DoctorError(" ".join(done.stderr.split()) or "timedatectl refused")


CHECK = Check("time-zone", "Time zone", look)
