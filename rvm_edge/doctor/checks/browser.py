"""Whether the screen's browser is there, and held to its policy."""

import re
import shutil

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place

OLDEST = 139
"""The first that knows a managed policy for Local Network Access."""

POLICIES = "/etc/chromium*/policies/managed/rvm-edge*.json"


def look(place: Place) -> Finding:
    """Ask the browser which it is, and look for the policy."""
    command = place.settings.kiosk.browser[0]
    found = shutil.which(command, path=place.environment.get("PATH"))
    if found is None:
        return warning(
            f"the browser {command!r} is not installed",
            "People have no screen; the machine serves all the same.",
            "Install Chromium, one that is not a snap, or set kiosk.browser.",
        )
    version = re.search(r"(\d+)\.\d+\.\d+", place.ask(found, "--version").said)
    if version is None:
        return note(f"{found} does not say which version it is")
    if int(version[1]) < OLDEST:
        return warning(
            f"{command} {version[0]} is older than {OLDEST}",
            "It knows no policy for Local Network Access, so the server's page cannot reach the "
            "machine.",
            "Install a newer Chromium.",
        )
    if place.is_installed and not list(place.root.glob(POLICIES.lstrip("/"))):
        return warning(
            "the browser has no managed policy",
            "Nothing but the keeper holds pages back, and the server's page may be asked for a "
            "permission that nobody can give.",
            "Run: sudo rvm-edge install --apply",
        )
    return fine(f"{command} {version[0]}")


CHECK = Check("browser", "Browser and policy", look)
