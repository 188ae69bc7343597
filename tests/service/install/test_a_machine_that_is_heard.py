"""The sound card is the machine's where its owner wants it heard, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rvm_edge.cli import main
from rvm_edge.packaged import config_file
from rvm_edge.service.install.files import SOUND
from rvm_edge.service.unit_file import unit_texts, words_of

DROP_IN = f"etc/systemd/system/{SOUND}"


@pytest.fixture(name="image")
def an_empty_system(tmp_path: Path) -> Path:
    (tmp_path / "etc/rvm-edge").mkdir(parents=True)
    for name in ("passwd", "group", "shadow", "gshadow"):
        (tmp_path / "etc" / name).touch()
    return tmp_path


def _heard(image: Path, *, on: bool) -> None:
    (image / "etc/rvm-edge/settings.toml").write_text(f"[sound]\nenabled = {str(on).lower()}\n")


def _install(image: Path, *more: str) -> str:
    words = ["install", "--root", str(image), "--program", "/opt/rvm-edge/bin/rvm-edge", *more]
    done = CliRunner().invoke(main, words, standalone_mode=False)
    assert done.exception is None, done.output
    return done.output


def test_nothing_is_heard_of_a_machine_by_default(image: Path) -> None:
    _install(image, "--apply")

    assert not (image / DROP_IN).parent.exists()


def test_the_plan_shows_the_sound_card_and_a_second_plan_does_not(image: Path) -> None:
    _heard(image, on=True)

    assert f"add           {image / DROP_IN}" in _install(image)
    _install(image, "--apply")

    steps = json.loads(_install(image, "--json"))["steps"]
    assert {step["need"] for step in steps} == {"already there", "run"}


def test_the_service_may_then_use_it_and_its_user_is_in_the_group(image: Path) -> None:
    _heard(image, on=True)
    _install(image, "--apply")

    texts = unit_texts(image / "etc/systemd/system/rvm-edge.service")
    assert "audio" in words_of(texts, "SupplementaryGroups")
    assert "video" in words_of(texts, "SupplementaryGroups")
    assert "char-alsa" in words_of(texts, "DeviceAllow")
    groups = (image / "etc/group").read_text().splitlines()
    assert [line.split(":")[3] for line in groups if line.startswith("audio:")] == ["rvm"]


@pytest.mark.parametrize("words", [(), ("--uninstall",)])
def test_it_is_taken_away_where_the_settings_say_so_and_by_an_uninstall(
    image: Path, words: tuple[str, ...]
) -> None:
    _heard(image, on=True)
    _install(image, "--apply")

    _heard(image, on=bool(words))
    assert f"remove        {image / DROP_IN}" in _install(image, *words)
    _install(image, "--apply", *words)

    assert not (image / DROP_IN).parent.exists()


def test_the_unit_without_it_sees_no_sound_card() -> None:
    texts = [config_file("systemd/rvm-edge.service").read_text()]
    assert words_of(texts, "DevicePolicy") == ("closed",)
    assert "char-alsa" not in words_of(texts, "DeviceAllow")
