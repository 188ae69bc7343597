"""`rvm-edge settings`: whether the configuration can be used, and what applies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main


def ask(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--config-dir", str(folder), "settings", *arguments])


def test_an_empty_folder_can_be_used_with_the_shipped_hardware_map(tmp_path: Path) -> None:
    answer = ask(tmp_path, "check", "--json")
    told = json.loads(answer.output)
    assert (answer.exit_code, told["ok"]) == (0, True)
    assert "camera" in told["simulated_ports"]


def test_simulated_ports_are_named_to_people_too(tmp_path: Path) -> None:
    answer = ask(tmp_path, "check")
    assert answer.output.startswith(f"{tmp_path}: can be used\nsimulated ports: camera, ")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("settings.toml", "[polcy]", "polcy is unknown; did you mean policy?"),
        ("hardware_map.json", '{"portz": {}}', "portz is unknown; did you mean ports?"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_78(
    file: str, text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(text)
    answer = ask(tmp_path, "check")
    assert (answer.exit_code, answer.stderr) == (78, f"rvm-edge: {tmp_path / file}: {said}\n")


def test_show_prints_what_applies(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("policy.frames_per_item = 7")
    assert "policy.frames_per_item = 7\n" in ask(tmp_path, "show").output
    assert json.loads(ask(tmp_path, "show", "--json").output)["policy"]["frames_per_item"] == 7
