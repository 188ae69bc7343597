"""Whether units, rules and policy are those of this version."""

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.packaged import PackagedFileError, config_file
from rvm_edge.service.install.plan import SHIPPED_PROGRAM

SHIPPED = {
    "/etc/systemd/system/rvm-edge.service": "systemd/rvm-edge.service",
    "/etc/systemd/system/rvm-edge-usb@.service": "systemd/rvm-edge-usb@.service",
    "/etc/systemd/system/rvm-kiosk.service": "systemd/rvm-kiosk.service",
    "/etc/udev/rules.d/99-rvm-edge.rules": "udev/99-rvm-edge.rules",
}


def look(place: Place) -> Finding:
    """Compare what is installed with what this version ships."""
    if not place.is_installed:
        return note("not installed as a service")
    try:
        other = [where for where, name in SHIPPED.items() if _differs(place, where, name)]
    except PackagedFileError as error:
        return warning(str(error), "The installation is damaged.", "Install the program again.")
    if other:
        return warning(
            f"of another version: {', '.join(other)}",
            "Units and rules belong to the program that they start.",
            "Run: rvm-edge install --apply (and systemctl edit for changes of your own)",
        )
    return fine("units and rules are those of this version")


def _differs(place: Place, where: str, name: str) -> bool:
    path = place.at(where)
    if not path.exists():  # a machine without a screen has no service for it
        return "kiosk" not in where
    return _without_program(path.read_text()) != _without_program(config_file(name).read_text())


def _without_program(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("ExecStart=")]
    return "\n".join(lines).replace(SHIPPED_PROGRAM, "")


CHECK = Check("installed-files", "Units and rules", look)
