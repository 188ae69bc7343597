import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

KEYS = {
    "items",
    "accepted",
    "rejected",
    "returned",
    "in_doubt",
    "lost",
    "duplicated",
    "journal_rows",
    "journal_ok",
    "chart_hash",
    "verdict_ms_p50",
    "verdict_ms_p99",
    "wall_s",
}


def rvm_edge(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rvm_edge", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def account(*arguments: str) -> dict[str, object]:
    done = rvm_edge("demo", "--headless", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_virtual_time_accounts_for_every_item_the_same_way_each_time() -> None:
    first, second = (account("--virtual", "--items", "40", "--seed", "7") for _ in range(2))
    assert set(first) >= KEYS
    assert (first["items"], first["lost"], first["duplicated"]) == (40, 0, 0)
    assert first["journal_ok"] is True
    for measured in ("wall_s", "verdict_ms_p50", "verdict_ms_p99"):
        del first[measured], second[measured]
    assert first == second


def test_the_same_people_may_come_again_to_a_machine_that_remembers_them(tmp_path: Path) -> None:
    for _ in range(2):
        done = rvm_edge(
            *("--data-dir", str(tmp_path), "demo"),
            *("--headless", "--virtual", "--items", "5", "--json"),
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["records"] == 5


@pytest.mark.parametrize("seed", ["1", "2"])
def test_parts_that_fail_lose_nothing_and_double_nothing(seed: str) -> None:
    found = account("--virtual", "--faults", "--items", "200", "--seed", seed)
    assert (found["lost"], found["duplicated"], found["in_doubt"]) == (0, 0, 0)
    assert found["hazards"] == 0
    assert isinstance(found["faults"], int)
    assert found["faults"] > 20


def test_real_time_judges_with_the_real_worker_over_a_real_serial_port() -> None:
    found = account("--items", "6", "--seed", "3")
    assert (found["items"], found["lost"], found["duplicated"]) == (6, 0, 0)
    took = found["verdict_ms_p50"]
    assert isinstance(took, float)
    assert took > 0


def test_the_screen_can_be_drawn_for_a_page(tmp_path: Path) -> None:
    picture = tmp_path / "demo.svg"
    done = rvm_edge("demo", "--snapshot", str(picture), "--items", "3")
    assert done.returncode == 0, done.stderr
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_without_a_terminal_the_live_view_says_what_to_do() -> None:
    done = rvm_edge("demo")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].endswith("say rvm-edge demo --headless")


def test_run_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "rvm_edge", "--data-dir", str(tmp_path), "run", "--simulate"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.rstrip().endswith("intake.idle"):
                break
        os.kill(process.pid, signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == 0
    proof = rvm_edge("--data-dir", str(tmp_path), "journal", "verify", "--json")
    assert json.loads(proof.stdout)["ok"] is True
