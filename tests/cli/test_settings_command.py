"""`rvm-edge settings`: whether the configuration can be used, and what applies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main


def ask(folder: Path, *arguments: str, data: Path | None = None) -> Result:
    folders = ["--config-dir", str(folder), "--data-dir", str(data or folder / "data")]
    return CliRunner().invoke(main, [*folders, "settings", *arguments])


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
    assert "policy.frames_per_item = 7  # settings.toml\n" in ask(tmp_path, "show").output
    told = json.loads(ask(tmp_path, "show", "--json").output)
    assert told["policy"]["frames_per_item"] == 7
    assert told["said_by"] == {"policy.frames_per_item": "settings.toml"}
    assert "written" not in told


def test_show_tells_whether_the_bins_depth_was_measured_at_the_set_up_page(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text('{"bin": {"empty_cm": 61.1, "full_cm": 12.5}}')
    answer = ask(tmp_path, "show", data=tmp_path)
    assert "bin.empty_cm = 61.1  # site.json\nbin.full_cm = 12.5  # site.json\n" in answer.output
    (tmp_path / "site.json").unlink()
    told = json.loads(ask(tmp_path, "show", "--json", data=tmp_path).output)
    assert (told["bin"], told["said_by"]) == ({"empty_cm": 50.0, "full_cm": 5.0}, {})


def test_show_goes_on_without_a_site_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "site.json").write_text('{"bin": {"empty_cm": 20, "full_cm": 16}}')
    answer = ask(tmp_path, "show", data=tmp_path)
    assert answer.exit_code == 0
    assert "bin: full_cm must be less than empty_cm by 5 or more" in answer.stderr
    assert "bin.empty_cm = 50.0\n" in answer.stdout


SAID = """{"version": 1, "server_url": "https://rvm.example.org", "hardware_id": "RVM-1",
"policy": {"bin_full_pct": 70.0}}"""


def test_show_names_the_server_behind_what_it_said_last(tmp_path: Path) -> None:
    (tmp_path / "server-policy.json").write_text(SAID)
    answer = ask(tmp_path, "show", "--json", data=tmp_path)
    told = json.loads(answer.output)
    assert (told["policy"]["bin_full_pct"], told["policy"]["bin_free_pct"]) == (70.0, 60.0)
    assert told["said_by"] == {"policy.bin_full_pct": "server", "policy.bin_free_pct": "server"}


def test_show_leaves_aside_what_was_said_to_another_machine(tmp_path: Path) -> None:
    (tmp_path / "server-policy.json").write_text(SAID)
    (tmp_path / "rvm-credentials.json").write_text(
        json.dumps(
            {
                "server_url": "https://rvm.example.org",
                "serial_number": "RVM-2",
                "name": "Test",
                "api_key": "a" * 64,
            }
        )
    )
    told = json.loads(ask(tmp_path, "show", "--json", data=tmp_path).output)
    assert (told["policy"]["bin_full_pct"], told["said_by"]) == (90.0, {})
