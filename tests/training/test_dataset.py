"""A data folder is read as it is meant, or refused in one line that says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.training.dataset import (
    CLASSES,
    CONTAINERS,
    DatasetError,
    LabelledPicture,
    Thing,
    format_labels,
    parse_labels,
    read_split,
)
from tests.training.labelled import CAN, EMPTY, FULL, NAMES_LINE, picture, write_folder


@st.composite
def things(draw: st.DrawFn) -> tuple[Thing, ...]:
    """Containers in cells of their own, so that no second label could be meant for another one."""
    cells = draw(st.lists(st.integers(0, 8), unique=True, max_size=5))
    return tuple(
        Thing(
            draw(st.sampled_from(CONTAINERS)),
            ((cell % 3 + 0.5) / 3, (cell // 3 + 0.5) / 3, 0.25, 0.3),
            draw(st.booleans()),
        )
        for cell in cells
    )


@given(things())
def test_what_is_written_is_read_back(labelled: tuple[Thing, ...]) -> None:
    read = parse_labels(format_labels(labelled))
    assert [(one.label, one.not_empty) for one in read] == [
        (one.label, one.not_empty) for one in labelled
    ]
    for one, other in zip(read, labelled, strict=True):
        assert one.box == pytest.approx(other.box, abs=1e-5)


@given(st.text(max_size=200))
def test_whatever_a_label_file_says_it_is_read_or_refused_with_its_line(text: str) -> None:
    try:
        read = parse_labels(text)
    except ValueError as error:
        refused = str(error)
    else:
        assert all(one.label in CONTAINERS for one in read)
        assert all(0 <= value <= 1 for one in read for value in one.box)
        return
    assert refused.startswith("line ")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 0.5 0.5 0.2", "line 1: 4 fields, not class, x, y, width, height"),
        ("\n0 a 0.5 0.2 0.2", "line 2: not five numbers"),
        ("7 0.5 0.5 0.2 0.2", "line 1: class 7 is not 0 to 6"),
        ("-1 0.5 0.5 0.2 0.2", "line 1: class -1 is not 0 to 6"),
        ("0 0.5 0.5 0 0.2", "line 1: the box does not lie in the picture"),
        ("0 nan 0.5 0.2 0.2", "line 1: the box does not lie in the picture"),
        ("0 0.5 0.5 0.2 1.2", "line 1: the box does not lie in the picture"),
        ("6 0.5 0.5 0.2 0.2", "line 1: not_empty lies on no container's box"),
        ("0 0.2 0.2 0.2 0.2\n6 0.8 0.8 0.2 0.2", "line 2: not_empty lies on no container's box"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_labels(text)


def test_of_two_containers_the_one_in_whose_box_it_lies_is_not_empty() -> None:
    read = parse_labels("0 0.2 0.5 0.2 0.9\n1 0.7 0.5 0.2 0.9\n6 0.7 0.5 0.2 0.9\n")
    assert [(one.label, one.not_empty) for one in read] == [("mineral", False), ("soda", True)]


@pytest.mark.parametrize(
    ("labelled", "cause", "should_accept"),
    [
        (EMPTY, "pet_empty", True),
        (FULL, "pet_not_empty", False),
        (CAN, "soda", False),
        ((), "no_container", False),
        (EMPTY + EMPTY, "several_items", False),
        (EMPTY + CAN, "several_items", False),
    ],
)
def test_one_empty_bottle_alone_should_be_accepted(
    labelled: tuple[Thing, ...], cause: str, should_accept: bool
) -> None:
    assert picture(labelled).cause == cause
    assert picture(labelled).should_accept is should_accept


def test_a_folder_with_splits_is_read_split_by_split(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": EMPTY, "b": ()}, ("train", "val"))
    read = read_split(tmp_path, "val")
    assert [(one.path.name, len(one.things)) for one in read] == [("a.jpg", 1), ("b.jpg", 0)]


def test_a_folder_without_splits_is_read_whole(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": FULL}, ("",))
    (read,) = read_split(tmp_path, "val")
    assert isinstance(read, LabelledPicture)
    assert read.things[0].not_empty


@pytest.mark.parametrize(
    "names",
    [
        NAMES_LINE,
        "names:\n" + "".join(f"  - {one}\n" for one in CLASSES),
        "names:\n" + "".join(f"  {index}: {one}\n" for index, one in enumerate(CLASSES)),
    ],
)
def test_the_classes_may_be_named_in_each_of_the_ways_of_yaml(tmp_path: Path, names: str) -> None:
    write_folder(tmp_path, {"a": EMPTY}, ("val",))
    (tmp_path / "data.yaml").write_text(f"path: .\nval: images/val\n{names}")
    assert len(read_split(tmp_path, "val")) == 1


def test_classes_in_another_order_are_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": EMPTY}, ("val",))
    (tmp_path / "data.yaml").write_text(f"names: [{', '.join(reversed(CLASSES))}]\n")
    with pytest.raises(DatasetError, match=r"data\.yaml must say names: \[mineral, soda"):
        read_split(tmp_path, "val")


def test_a_picture_without_its_label_file_is_refused_by_name(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": EMPTY}, ("val",))
    (tmp_path / "labels" / "val" / "a.txt").unlink()
    with pytest.raises(DatasetError, match=r"a\.txt cannot be read: No such file"):
        read_split(tmp_path, "val")


def test_a_wrong_label_file_is_refused_by_name_and_line(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a": EMPTY}, ("val",))
    (tmp_path / "labels" / "val" / "a.txt").write_bytes(b"\xff\n")
    with pytest.raises(DatasetError, match=r"a\.txt: "):
        read_split(tmp_path, "val")


@pytest.mark.parametrize("missing", ["data.yaml", "images/val"])
def test_a_folder_that_lacks_something_is_refused(tmp_path: Path, missing: str) -> None:
    write_folder(tmp_path, {"a": EMPTY}, ("val", "train"))
    (tmp_path / missing).rename(tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match=missing):
        read_split(tmp_path, "val")
