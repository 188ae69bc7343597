"""Whether units, rules and the technician's command are those of this version."""

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.packaged import PackagedFileError, config_file
from rvm_edge.service.install.display import DISPLAY_UNIT, XORG_CONFIG
from rvm_edge.service.install.files import (
    COMMAND,
    REBOOT_PATH,
    REBOOT_UNITS,
    SHIPPED_PROGRAM,
    SOUND,
    TEMPLATES,
    UDEV_RULES,
    UNIT_FOLDER,
    UNITS,
)

SHIPPED = {
    **{
        f"{UNIT_FOLDER}/{name}": f"systemd/{name}"
        for name in (*UNITS, *TEMPLATES, *REBOOT_UNITS, DISPLAY_UNIT, SOUND)
    },
    f"/etc/X11/xorg.conf.d/{XORG_CONFIG}": f"xorg/{XORG_CONFIG}",
    UDEV_RULES: "udev/99-rvm-edge.rules",
    COMMAND: "bin/rvm-edge",
}
OPTIONAL = ("rvm-kiosk.service", DISPLAY_UNIT, XORG_CONFIG, *REBOOT_UNITS, SOUND)
"""A machine without a screen has no services for it; reboots and sound are settings."""


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
            "Run: sudo rvm-edge install --apply (and systemctl edit for changes of your own)",
        )
    return _reboot_as_wanted(place) or fine("units and rules are those of this version")


def _reboot_as_wanted(place: Place) -> Finding | None:
    may = place.settings.cloud.orders.may_reboot
    if may == place.at(f"{UNIT_FOLDER}/{REBOOT_PATH}").exists():
        return None
    says = "lets" if may else "does not let"
    return warning(
        f"may_reboot {says} the server restart the computer, and the installed units differ",
        "The right to it is a unit, which is installed as the settings say.",
        "Run: sudo rvm-edge install --apply",
    )


def _differs(place: Place, where: str, name: str) -> bool:
    path = place.at(where)
    if not path.exists():
        return not where.endswith(OPTIONAL)
    return _without_program(path.read_text()) != _without_program(config_file(name).read_text())


def _without_program(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith("ExecStart=")]
    return "\n".join(lines).replace(SHIPPED_PROGRAM, "")


CHECK = Check("installed-files", "Units and rules", look)
