"""`rvm-edge evaluate`: the rule's figures over labelled pictures, without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.packaged import samples_dir


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    answer = evaluate("--data", samples_dir(), "--json")
    assert answer.exit_code == 0, answer.output
    said: dict[str, object] = json.loads(answer.stdout)
    return said


def test_the_samples_are_counted_as_their_labels_say(told: dict[str, object]) -> None:
    assert (told["should_accept"], told["should_reject"]) == (20, 44)
    causes = told["by_cause"]
    assert isinstance(causes, dict)
    counts = {name: one["should_accept"] + one["should_reject"] for name, one in causes.items()}
    assert counts == {
        "dishwasher": 4,
        "milk": 4,
        "no_container": 7,
        "non_mineral": 5,
        "pet_empty": 20,
        "pet_not_empty": 12,
        "several_items": 4,
        "soda": 4,
        "yogurt": 4,
    }


def test_the_model_that_the_project_ships_is_worth_showing(told: dict[str, object]) -> None:
    accepts, fooled = told["accepts"], told["false_accepts"]
    assert isinstance(accepts, int)
    assert isinstance(fooled, int)
    assert accepts >= 7
    assert fooled <= 1


def test_every_wrong_rejection_has_its_reason(told: dict[str, object]) -> None:
    reasons = told["false_rejects_by_reason"]
    assert isinstance(reasons, dict)
    assert isinstance(told["accepts"], int)
    assert sum(reasons.values()) == 20 - told["accepts"]


def test_the_thresholds_in_force_are_told(told: dict[str, object]) -> None:
    thresholds = told["thresholds"]
    assert isinstance(thresholds, dict)
    assert set(thresholds) >= {"mineral", "mineral_seen", "not_empty", "other"}


def test_people_get_lines(told: dict[str, object]) -> None:
    lines = evaluate("--data", samples_dir()).stdout.splitlines()
    assert lines[0].split() == f"accepted of those that should be {told['accepts']} of 20".split()
    assert any(line.split()[:3] == ["pet", "not", "empty"] for line in lines)


def test_the_settings_thresholds_count_before_the_models(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[vision.acceptance.thresholds]\nmineral = 1.0\n")
    arguments = ["--config-dir", str(tmp_path), "evaluate", "--data", str(samples_dir()), "--json"]
    told = json.loads(CliRunner().invoke(main, arguments).stdout)
    assert told["thresholds"]["mineral"] == 1.0
    assert told["accepts"] == 0


def test_a_folder_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    answer = evaluate("--data", tmp_path)
    assert answer.exit_code == 1
    assert answer.stderr == f"rvm-edge: {tmp_path / 'data.yaml'} cannot be read\n"


def test_it_runs_without_torch_and_ultralytics() -> None:
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from rvm_edge.cli import main\n"
        f"done = CliRunner().invoke(main, ['evaluate', '--data', {str(samples_dir())!r}])\n"
        "assert done.exit_code == 0, done.output\n"
        "assert not {'torch', 'ultralytics', 'matplotlib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
