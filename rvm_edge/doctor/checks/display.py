"""Whether there is a display for the screen's browser to draw on."""

from typing import Final

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.service.install.display import BRING_THEIR_OWN, DISPLAY_UNIT, desktop

_MATTERS: Final = "People have no screen; the machine serves all the same."
_SOCKET: Final = "/tmp/.X11-unix/X0"  # noqa: S108 - the place that X11 prescribes for display :0


def look(place: Place) -> Finding:
    """Look who listens as display `:0`. A service with a folder /tmp of its own may ask, too."""
    if not place.at("/etc/systemd/system/rvm-kiosk.service").exists():
        return note("the screen's service is not installed")
    command = place.settings.kiosk.browser[0]
    if command in BRING_THEIR_OWN:
        return note(f"{command} starts one with the browser")
    ours = place.at(f"/etc/systemd/system/{DISPLAY_UNIT}").exists()
    if not _is_there(place):
        return _missing(place) if ours else _none(place)
    if ours and place.at("/run/rvm-display").exists():
        return fine(f":0, of {DISPLAY_UNIT}")
    holder = desktop(place.root) or "a desktop"
    if ours:
        return warning(f"{holder} still has :0", _MATTERS, "Restart the computer.")
    return note(
        f":0 belongs to {holder}",
        "The browser is seen only while somebody is logged in there who lets rvm-kiosk in.",
        "For a display of its own run: sudo rvm-edge install --display --apply",
    )


def _is_there(place: Place) -> bool:
    """Ask the kernel, whose list shows a socket wherever it lies (proc(5), /proc/net/unix)."""
    try:
        lines = place.at("/proc/net/unix").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(line.split()[-1:] in ([_SOCKET], [f"@{_SOCKET}"]) for line in lines.splitlines())


def _none(place: Place) -> Finding:
    manager = desktop(place.root)
    if manager:
        return warning(
            f"none; {manager} does not run",
            _MATTERS,
            "Start it, or run: sudo rvm-edge install --display --apply",
        )
    return warning("none", _MATTERS, "Run: sudo rvm-edge install --apply")


def _missing(place: Place) -> Finding:
    if not place.at("/usr/bin/Xorg").exists():
        return warning(
            "none: no X server is installed",
            _MATTERS,
            "Run: apt install xserver-xorg-core xserver-xorg-input-libinput; "
            f"then: systemctl start {DISPLAY_UNIT}",
        )
    return warning(
        f"none: {DISPLAY_UNIT} does not come up",
        _MATTERS,
        "Is a screen plugged in? Read why: /var/log/rvm-display/Xorg.log, or "
        f"journalctl -u {DISPLAY_UNIT} -n 50",
    )


CHECK = Check("display", "Display", look)
