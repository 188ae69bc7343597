"""`rvm-edge collect`: what a machine kept becomes a folder to be labelled."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
import trio
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.item import SessionMode
from rvm_edge.ledger import list_items, read_only
from rvm_edge.packaged import samples_dir
from rvm_edge.training.dataset import read_split
from tests.ledger.scenes import bring_to, close, new_session, open_now

BOTTLE = samples_dir() / "images" / "syn_00012.jpg"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A ledger with one item taken and one handed back; a picture is kept of each."""
    folder = tmp_path / "machine"
    folder.mkdir()
    ledger = open_now(folder / "ledger.sqlite")
    trio.run(ledger.open_session, new_session(SessionMode.GUEST))
    for situation in ("accepted dropped delivered", "refused given_back returned"):
        trio.run(partial(bring_to, ledger, situation))
    close(ledger)
    evidence = folder / "evidence"
    evidence.mkdir()
    with read_only(folder / "ledger.sqlite") as connection:
        for record in list_items(connection):
            shutil.copy(BOTTLE, evidence / f"{record.item.client_uuid}.jpg")
    return folder


def collect(data_dir: Path, *words: object) -> Result:
    arguments = ["--data-dir", str(data_dir), "collect", *map(str, words)]
    return CliRunner().invoke(main, arguments)


def test_pictures_are_copied_with_labels_to_be_corrected(data_dir: Path, tmp_path: Path) -> None:
    answer = collect(data_dir, "--out", tmp_path / "own", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    assert told["train"] + told["val"] == 2
    split = "train" if told["train"] else "val"
    (first, *_) = read_split(tmp_path / "own", split)
    assert first.path.read_bytes() == BOTTLE.read_bytes()
    assert [one.label for one in first.things] == ["mineral"]


def test_a_second_time_adds_nothing_and_overwrites_nothing(data_dir: Path, tmp_path: Path) -> None:
    collect(data_dir, "--out", tmp_path / "own")
    answer = collect(data_dir, "--out", tmp_path / "own")
    assert answer.stdout.splitlines()[1] == "2 were there already; their labels were left alone"


def test_only_what_was_handed_back_is_taken_where_asked(data_dir: Path, tmp_path: Path) -> None:
    answer = collect(data_dir, "--out", tmp_path / "own", "--rejected", "--json")
    told = json.loads(answer.stdout)
    assert told["train"] + told["val"] == 1


def test_people_are_told_that_labels_must_be_corrected(data_dir: Path, tmp_path: Path) -> None:
    answer = collect(data_dir, "--out", tmp_path / "own")
    assert answer.stdout.splitlines()[-1].startswith("correct every label before you train")


def test_a_machine_without_a_ledger_is_said_in_one_line(tmp_path: Path) -> None:
    answer = collect(tmp_path, "--out", tmp_path / "own")
    assert answer.exit_code == 1
    assert answer.stderr.count("\n") == 1
    assert "ledger.sqlite" in answer.stderr
