"""`rvm-edge fleet`: figures for people, for programs and for plots."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main

SMALL = ("--machines", "50", "--outage", "60", "--after", "120")


def fleet(*options: str) -> Result:
    return CliRunner().invoke(main, ["fleet", *SMALL, *options])


def test_people_see_both_manners_side_by_side_and_a_bar_for_each_stretch() -> None:
    answer = fleet()
    assert (answer.exit_code, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0].split() == ["ours", "naive"]
    assert any(re.fullmatch(r"fleet and server recover +yes +yes", line) for line in lines)
    bars = [line for line in lines if re.match(r" +[+-]\d+ s ", line)]
    assert [line.split()[0] for line in bars] == [f"{at_s:+}" for at_s in range(-120, 120, 10)]
    assert [line.split()[0] for line in bars if "×" in line] == [
        f"{at_s:+}" for at_s in range(-60, 0, 10)
    ]
    assert max(len(line) for line in lines) <= 100


def test_one_manner_alone_has_one_column() -> None:
    lines = fleet("--policy", "naive").stdout.splitlines()
    assert lines[0].split() == ["naive"]


def test_json_is_one_object_with_the_scenario_and_the_figures() -> None:
    answer = fleet(
        "--json", "--capacity", "2.5", "--queue", "7", "--fault", "silent", "--seed", "3"
    )
    assert answer.exit_code == 0
    assert answer.stdout.count("\n") == 1
    found = json.loads(answer.stdout)
    assert found["scenario"] == {
        "machines": 50,
        "outage_s": 60,
        "fault": "silent",
        "items_per_hour": 30.0,
        "capacity_rps": 2.5,
        "queue": 7,
        "before_s": 60,
        "after_s": 120,
        "seed": 3,
    }
    ours, naive = found["accounts"]
    assert (ours["policy"], naive["policy"]) == ("ours", "naive")
    assert ours["peak_back_rps"] > 0
    assert ours["heard_50_s"] < ours["heard_99_s"]


def test_csv_is_a_line_for_every_second_of_every_manner() -> None:
    rows = list(csv.DictReader(fleet("--csv").stdout.splitlines()))
    assert len(rows) == 2 * 240
    assert [row["policy"] for row in rows[::240]] == ["ours", "naive"]
    assert [int(row["at_s"]) for row in rows[:240]] == list(range(-120, 120))
    assert all(int(row["online"]) <= 50 for row in rows)


def test_the_same_options_give_the_same_figures() -> None:
    assert fleet("--csv").stdout == fleet("--csv").stdout


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--json", "--csv"], "Give either --json or --csv."),
        (["--machines", "0"], "0 is not in the range"),
        (["--capacity", "0"], "0.0 is not in the range"),
        (["--policy", "brave"], "'brave' is not one of"),
    ],
)
def test_wrong_usage_is_told(options: list[str], complaint: str) -> None:
    answer = fleet(*options)
    assert answer.exit_code == 2
    assert complaint in answer.stderr


def test_the_settings_of_this_machine_are_used(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[policy]\nheartbeat_s = 5.0\n")
    answer = CliRunner().invoke(
        main, ["--config-dir", str(tmp_path), "fleet", *SMALL, "--items", "0", "--json"]
    )
    ours, naive = json.loads(answer.stdout)["accounts"]
    assert ours["usual_rps"] == pytest.approx(50 / 5, rel=0.1)
    assert naive["usual_rps"] == pytest.approx(50 / 35, rel=0.2)
