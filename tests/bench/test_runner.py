import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHES, TooLongError, bounded, main
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
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["ratios"] == {"fake.over": 1.5}
    for name, one in zip(("fake", "again"), last["results"], strict=True):
        noted, around, again = one.pop("notes")
        assert one == {
            "name": "fake",
            "figures": {"ours_us": 30.0, "floor_us": 20.0},
            "ratios": {"over": 1.5},
        }
        assert noted == "in a note"
        assert "load average" in around
        assert again == f"repeat with: make bench ONLY={name}"


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


def test_several_are_measured_in_the_order_that_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = replace(fake(), name="one")
    for spelled in ("one,fake", "one fake"):
        main(["--only", spelled, "--json"], {"never": never, "fake": fake, "one": lambda: one})
        found = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert [result["name"] for result in found["results"]] == ["one", "fake"]


def test_one_that_fails_leaves_the_others_their_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--json"], {"never": never, "fake": fake})
    assert ended.value.code == 1
    failed, measured = json.loads(capsys.readouterr().out.splitlines()[-1])["results"]
    assert failed["notes"] == ["not measured: AssertionError: nobody asked for this one"]
    assert measured["ratios"] == {"over": 1.5}


def test_one_that_never_ends_is_given_up() -> None:
    with pytest.raises(TooLongError), bounded(1):
        signal.pause()


def test_an_unknown_name_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "nonsense"], {"never": never})
    assert refused.value.code == 2
    assert "never" in capsys.readouterr().err
