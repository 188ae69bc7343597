"""Whether a machine that is to be heard may use a sound card, has one, and a program for it."""

import shutil

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.service.install.files import SOUND

_MATTERS = "People see what becomes of their item, but do not hear it."
_CARDS = "/proc/asound/cards"


def look(place: Place) -> Finding:
    """Compare the settings with what is installed; nothing is played."""
    wanted, allowed = place.settings.sound.enabled, _is_allowed(place)
    if not wanted:
        if place.is_installed and allowed:
            return warning(
                "off by the settings, and the service may use the sound card",
                "It needs no more of the computer than it uses.",
                "Run: sudo rvm-edge install --apply",
            )
        return note("off; see [sound] in settings.toml")
    if place.is_installed and not allowed:
        return warning(
            "on by the settings, and the service may not use the sound card",
            _MATTERS,
            "Run: sudo rvm-edge install --apply",
        )
    program = place.settings.sound.command[0]
    if shutil.which(program, path=place.environment.get("PATH")) is None:
        return warning(
            f"the program {program!r} is not installed",
            _MATTERS,
            "Install it (aplay: apt install alsa-utils), or set sound.command.",
        )
    if not _has_card(place):
        return warning("there is no sound card", _MATTERS, "Plug one in, or turn [sound] off.")
    return fine(f"played by {program}")


def _is_allowed(place: Place) -> bool:
    return place.at(f"/etc/systemd/system/{SOUND}").exists()


def _has_card(place: Place) -> bool:
    """Say whether the kernel lists a card; a kernel without sound has no list."""
    try:
        return place.at(_CARDS).read_text(encoding="utf-8").lstrip()[:1].isdigit()
    except OSError:
        return False


CHECK = Check("sound", "Sound", look)
