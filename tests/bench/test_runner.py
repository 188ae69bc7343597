import json
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHES, main
from tests.bench.result import BenchResult


def fake() -> BenchResult:
    return BenchResult("fake", {"ours_us": 30.0, "floor_us": 20.0}, {"over": 1.5}, ("in a note",))


def never() -> BenchResult:
    raise AssertionError("nobody asked for this one")


def test_every_benchmark_is_registered_under_the_name_of_its_file() -> None:
    files = {path.stem for path in Path(__file__).parent.glob("bench_*.py")}
    assert {f"bench_{name}" for name in BENCHES} == files
    for name, run in BENCHES.items():
        assert run.__module__ == f"tests.bench.bench_{name}"


def test_json_ends_the_output_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--json"], {"fake": fake, "again": fake})
    last = capsys.readouterr().out.splitlines()[-1]
    one, again = (
        {
            "name": "fake",
            "figures": {"ours_us": 30.0, "floor_us": 20.0},
            "ratios": {"over": 1.5},
            "notes": ["in a note", f"repeat with: make bench ONLY={name}"],
        }
        for name in ("fake", "again")
    )
    assert json.loads(last) == {"results": [one, again], "ratios": {"fake.over": 1.5}}


def test_people_see_a_table_and_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    main([], {"fake": fake})
    shown = capsys.readouterr().out
    for part in ("ours_us", "30.000", "ratio: over", "1.50", "in a note", "make bench ONLY=fake"):
        assert part in shown
    assert "{" not in shown


def test_only_measures_one_thing(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--only", "fake", "--json"], {"never": never, "fake": fake})
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [one["name"] for one in found["results"]] == ["fake"]


def test_an_unknown_name_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "nonsense"], {"never": never})
    assert refused.value.code == 2
    assert "never" in capsys.readouterr().err
