"""A machine's pictures become a data folder that a person can correct, time and again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rvm_edge.item import Detection
from rvm_edge.training.collecting import CollectError, Kept, collect, propose, split_of
from rvm_edge.training.dataset import read_split

PICTURE = (100, 100)
LEFT, RIGHT = (0.0, 10.0, 40.0, 90.0), (55.0, 10.0, 95.0, 90.0)


class SeesABottle:
    names = ("mineral",)
    model_hash = ""
    thresholds = None

    def detect(self, picture: NDArray[np.uint8]) -> tuple[Detection, ...]:  # noqa: ARG002 - a protocol
        return (Detection("mineral", 0.8, (10.0, 10.0, 50.0, 60.0)),)


def kept(folder: Path, name: str) -> Kept:
    path = folder / f"{name}.jpg"
    cv2.imwrite(str(path), np.full((64, 96, 3), 90, dtype=np.uint8))
    return Kept(name, path, "2026-11-28T10:00:00Z", True, "empty_pet", "mineral", 0.8)


def test_what_a_model_found_is_proposed() -> None:
    found = (
        Detection("mineral", 0.9, LEFT),
        Detection("soda", 0.4, LEFT),
        Detection("not_empty", 0.3, LEFT),
        Detection("milk", 0.3, RIGHT),
        Detection("yogurt", 0.1, RIGHT),
    )
    things = propose(found, PICTURE)
    assert [(one.label, one.not_empty) for one in things] == [("mineral", True), ("milk", False)]
    assert things[0].box == pytest.approx((0.2, 0.5, 0.4, 0.8))


def test_a_box_without_area_is_not_proposed() -> None:
    assert propose((Detection("mineral", 0.9, (10.0, 10.0, 10.0, 60.0)),), PICTURE) == ()


def test_the_folder_is_one_that_training_reads(tmp_path: Path) -> None:
    pictures = [kept(tmp_path, f"item-{number}") for number in range(12)]
    done = collect(pictures, SeesABottle(), tmp_path / "data")
    assert (done.train + done.val, done.already, done.unreadable) == (12, 0, 0)
    read = [one for split in ("train", "val") for one in read_split(tmp_path / "data", split)]
    assert {one.path.stem for one in read} == {one.name for one in pictures}
    assert all(one.things[0].label == "mineral" for one in read)
    assert (tmp_path / "data" / "classes.txt").read_text().split()[0] == "mineral"


def test_a_label_that_a_person_corrected_is_left_alone(tmp_path: Path) -> None:
    picture = kept(tmp_path, "item")
    out = tmp_path / "data"
    collect([picture], SeesABottle(), out)
    labels = out / "labels" / split_of("item") / "item.txt"
    labels.write_text("1 0.5 0.5 0.1 0.1\n")
    assert collect([picture], SeesABottle(), out).already == 1
    assert labels.read_text() == "1 0.5 0.5 0.1 0.1\n"
    assert len((out / "manifest.tsv").read_text().splitlines()) == 2


def test_a_picture_keeps_its_split_and_one_in_five_is_held_back() -> None:
    names = [f"item-{number}" for number in range(1000)]
    assert [split_of(one) for one in names] == [split_of(one) for one in names]
    assert 150 < sum(split_of(one) == "val" for one in names) < 250


def test_a_file_that_is_no_picture_is_counted_and_left_out(tmp_path: Path) -> None:
    broken = kept(tmp_path, "broken")
    broken.path.write_bytes(b"no picture")
    done = collect([broken, kept(tmp_path, "whole")], SeesABottle(), tmp_path / "data")
    assert (done.unreadable, done.train + done.val) == (1, 1)


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(CollectError, match="data cannot be written: Not a directory"):
        collect([], SeesABottle(), tmp_path / "data")
