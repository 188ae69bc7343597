"""`rvm-edge classify`: verdicts for pictures, one clear line for what is no picture."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from click.testing import CliRunner, Result

from rvm_edge.cli import main
from rvm_edge.packaged import samples_dir

BOTTLE, CAN, FULL = "syn_00012.jpg", "syn_00093.jpg", "syn_00090.jpg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "pictures"
    place.mkdir()
    for name in (BOTTLE, CAN, FULL):
        shutil.copy(samples_dir() / "images" / name, place)
    return place


def classify(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["classify", *map(str, arguments)])


def as_json(*arguments: object, exit_code: int = 0) -> dict[str, object]:
    answer = classify(*arguments, "--json")
    assert answer.exit_code == exit_code, answer.output
    told: dict[str, object] = json.loads(answer.stdout)
    return told


def reasons(told: dict[str, object]) -> list[str]:
    items = told["items"]
    assert isinstance(items, list)
    return [item["reason"] for item in items]


def test_each_picture_gets_a_line_and_the_sum_comes_last(folder: Path) -> None:
    answer = classify(folder / BOTTLE, folder / CAN)
    lines = answer.stdout.splitlines()
    assert lines[0].split()[:3] == ["ACCEPT", "empty_pet", "mineral"]
    assert lines[0].split()[4] == str(folder / BOTTLE)
    assert lines[1].split()[:2] == ["REJECT", "forbidden_class"]
    assert lines[2] == "1 accepted, 1 rejected"
    assert answer.exit_code == 0


def test_a_folder_stands_for_its_pictures_in_order(folder: Path) -> None:
    (folder / "notes.txt").write_text("no picture")
    (folder / "below").mkdir()
    shutil.copy(folder / CAN, folder / "below" / "UPPER.JPG")
    told = as_json(folder)
    assert reasons(told) == ["forbidden_class", "empty_pet", "not_empty", "forbidden_class"]
    assert (told["accepted"], told["rejected"], told["unreadable"]) == (1, 3, [])


def test_a_pattern_is_expanded_and_nothing_is_judged_twice(folder: Path) -> None:
    assert reasons(as_json(f"{folder}/syn_0001*.jpg", folder / BOTTLE)) == ["empty_pet"]


def test_json_tells_what_was_found_where(folder: Path) -> None:
    told = as_json(folder / BOTTLE)
    items = told["items"]
    assert isinstance(items, list)
    (item,) = items
    assert item["pictures"] == [str(folder / BOTTLE)]
    assert (item["accepted"], item["label"]) == (True, "mineral")
    assert item["message"] == "Empty PET bottle accepted"
    (frame,) = item["frames"]
    assert frame[0]["label"] == "mineral"
    assert len(frame[0]["box"]) == 4
    assert len(str(told["model_hash"])) == 64


def test_together_makes_one_item_of_all_pictures(folder: Path) -> None:
    assert reasons(as_json(folder / BOTTLE, folder / CAN, "--together")) == ["forbidden_class"]


def test_an_unreadable_frame_of_an_item_counts_against_it(folder: Path) -> None:
    (folder / "empty.jpg").touch()
    told = as_json(folder / BOTTLE, folder / "empty.jpg", "--together", exit_code=1)
    assert reasons(told) == ["frames_disagree"]


def test_what_is_no_picture_gets_a_line_and_the_rest_is_judged(folder: Path) -> None:
    whole = (folder / BOTTLE).read_bytes()
    (folder / "cut.jpg").write_bytes(whole[:5000])
    (folder / "empty.jpg").touch()
    (folder / "text.png").write_text("hello")
    os.mkfifo(folder / "pipe.jpg")
    answer = classify(folder / "missing.jpg", "/dev/zero", folder)
    assert answer.exit_code == 1
    told = answer.stderr.splitlines()
    assert sorted(told) == sorted(
        [
            f"rvm-edge: {folder}/missing.jpg: unreadable: no such file or directory",
            "rvm-edge: /dev/zero: unreadable: it is not a regular file",
            f"rvm-edge: {folder}/cut.jpg: unreadable: it ends early",
            f"rvm-edge: {folder}/empty.jpg: unreadable: it is empty",
            f"rvm-edge: {folder}/pipe.jpg: unreadable: it is not a regular file",
            f"rvm-edge: {folder}/text.png: unreadable: it is neither JPEG nor PNG",
        ]
    )
    assert answer.stdout.splitlines()[-1] == "1 accepted, 2 rejected, 6 unreadable"


def test_annotated_pictures_are_written_and_keep_apart(folder: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    twin.mkdir()
    shutil.copy(folder / BOTTLE, twin)
    out = tmp_path / "deep" / "out"
    answer = classify(folder / BOTTLE, twin / BOTTLE, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == [
        "syn_00012.2.judged.jpg",
        "syn_00012.judged.jpg",
    ]
    assert answer.stdout.splitlines()[-1] == f"annotated pictures: {out}"
    picture = cv2.imread(str(out / "syn_00012.judged.jpg"))
    assert picture is not None
    assert picture.shape[1] == 1024


def test_a_folder_that_cannot_be_made_is_named(folder: Path) -> None:
    answer = classify(folder / BOTTLE, "--out", folder / BOTTLE / "below")
    assert answer.exit_code == 1
    assert answer.stderr.startswith(f"rvm-edge: cannot create {folder / BOTTLE}/below: ")


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    answer = classify(tmp_path)
    assert (answer.exit_code, answer.stderr) == (
        1,
        f"rvm-edge: {tmp_path}: no JPEG or PNG files there\n",
    )


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "is no model: 0 bytes"), (b"x" * 50, "cannot be loaded as ONNX")]
)
def test_a_file_that_is_no_model_is_told(
    folder: Path, tmp_path: Path, content: bytes, message: str
) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(content)
    answer = classify(folder / BOTTLE, "--model", model)
    assert answer.exit_code == 1
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_the_owners_thresholds_decide_here_too(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.toml").write_text("[vision.acceptance.thresholds]\nmineral = 0.9\n")
    answer = CliRunner().invoke(
        main, ["--config-dir", str(config), "classify", str(folder / BOTTLE)]
    )
    assert "low_confidence" in answer.stdout


def test_help_tells_the_exit_codes_and_loads_no_model_library() -> None:
    program = (
        "import sys\nfrom rvm_edge.cli import main\n"
        "try: main(['classify', '--help'])\n"
        "finally: print(sorted({'numpy', 'cv2', 'onnxruntime'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "Exit codes: 0" in told.stdout
    assert told.stdout.splitlines()[-1] == "[]"
