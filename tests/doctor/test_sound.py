"""What a machine needs to be heard: the right to the sound card, a card, and a program."""

from __future__ import annotations

import pytest

from rvm_edge.doctor.checks import CHECKS, installed_files, people, sound
from rvm_edge.doctor.finding import Level
from rvm_edge.packaged import config_file
from rvm_edge.service.install.files import SOUND
from rvm_edge.settings import Settings
from rvm_edge.settings.sound import SoundSettings
from tests.doctor.conftest import Computer

ON = Settings(sound=SoundSettings(enabled=True))
OFF = Settings()
CARDS = (
    " 0 [Device         ]: USB-Audio - USB Audio Device\n                      USB Audio Device\n"
)


def _install(computer: Computer, *, allowed: bool) -> None:
    computer.install()
    if allowed:
        drop_in = config_file(f"systemd/{SOUND}").read_text()
        computer.write(f"etc/systemd/system/{SOUND}", drop_in)


def _ready(computer: Computer, cards: str = CARDS) -> None:
    computer.write("bin/aplay", "#!/bin/sh\n", 0o755)
    computer.write("proc/asound/cards", cards)


def test_a_machine_that_is_not_to_be_heard_is_no_complaint(computer: Computer) -> None:
    assert sound.look(computer.place(OFF)).level is Level.NOTE
    _install(computer, allowed=False)
    assert sound.look(computer.place(OFF)).level is Level.NOTE


@pytest.mark.parametrize("settings", [ON, OFF])
def test_settings_and_unit_must_say_the_same(computer: Computer, settings: Settings) -> None:
    _ready(computer)
    _install(computer, allowed=settings is OFF)

    found = sound.look(computer.place(settings))

    assert (found.level, found.todo) == (Level.WARNING, "Run: sudo rvm-edge install --apply")


def test_what_it_needs_is_there(computer: Computer) -> None:
    _ready(computer)
    _install(computer, allowed=True)
    computer.write("etc/passwd", "rvm:x:1:1::/:/bin/false\nrvm-kiosk:x:2:2::/:/bin/false\n")
    computer.write("etc/group", "".join(f"{one}:x:1:rvm,rvm-kiosk\n" for one in _groups()))

    assert sound.look(computer.place(ON)).what == "played by aplay"
    assert people.look(computer.place(ON)).level is Level.FINE
    assert installed_files.look(computer.place(ON)).level is Level.FINE


def test_a_drop_in_of_another_version_is_told(computer: Computer) -> None:
    _install(computer, allowed=True)
    computer.write(f"etc/systemd/system/{SOUND}", "[Service]\n")

    assert SOUND in installed_files.look(computer.place(ON)).what


def test_without_a_program_people_hear_nothing(computer: Computer) -> None:
    assert "alsa-utils" in sound.look(computer.place(ON)).todo


@pytest.mark.parametrize("cards", ["--- no soundcards ---\n", ""])
def test_without_a_card_neither(computer: Computer, cards: str) -> None:
    _ready(computer, cards)

    assert sound.look(computer.place(ON)).what == "there is no sound card"


def test_the_doctor_asks_it() -> None:
    assert sound.CHECK in CHECKS


def _groups() -> tuple[str, ...]:
    return ("audio", "video", "render", "gpio", "dialout", "i2c", "rvm", "input")
