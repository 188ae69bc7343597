"""A model file is somebody else's bytes, and Ultralytics is a guest: neither may do as it likes."""

from __future__ import annotations

import ast
import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import torch

from rvm_edge.settings import VisionSettings
from rvm_edge.vision.backends.choosing import load_chosen
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_store import ModelFile
from tests.ai.conftest import Pictures

ULTRALYTICS = VisionSettings(backend="ultralytics")


class _Bomb:
    """Runs a command when it is unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self.command,)


def load(path: Path, sha256: str = "", settings: VisionSettings = ULTRALYTICS) -> None:
    load_chosen(ModelFile(path, sha256), settings)


def test_what_is_in_a_pickle_does_not_run(tmp_path: Path) -> None:
    went_off, file = tmp_path / "went_off", tmp_path / "bomb.pt"
    torch.save({"model": _Bomb(f"touch {went_off}")}, file)
    torch.load(file, weights_only=False)
    assert went_off.exists(), "it is no bomb"
    went_off.unlink()
    with pytest.raises(ModelError, match=rf"{file} cannot be loaded by Ultralytics"):
        load(file)
    file.write_bytes(pickle.dumps(_Bomb(f"touch {went_off}")))
    with pytest.raises(ModelError, match=rf"{file} cannot be loaded by Ultralytics"):
        load(file)
    assert not went_off.exists()


def test_a_pickle_is_refused_where_torch_cannot_restrict_it(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(torch.serialization, "get_unsafe_globals_in_checkpoint")
    with pytest.raises(
        ModelError, match=r"is a pickle, and torch .* by running it; use torch 2\.6"
    ):
        load(checkpoint)


def test_the_bytes_that_are_hashed_are_the_bytes_that_run(checkpoint: Path, tmp_path: Path) -> None:
    right = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    detector = load_chosen(ModelFile(checkpoint, right), ULTRALYTICS)
    assert detector.model_hash == right
    with pytest.raises(ModelError, match=f"SHA-256 {right}, not {'0' * 64}"):
        load(checkpoint, "0" * 64)


def test_nothing_is_left_lying_about(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pictures: Pictures
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    detector = load_chosen(ModelFile(checkpoint, ""), ULTRALYTICS)
    assert list(tmp_path.iterdir()) == []
    assert detector.detect(pictures["syn_00012"])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("none.pt", None, "there is no model at"),
        ("empty.pt", b"", "is no model: 0 bytes"),
        ("text.pt", b"not a model" * 100, "cannot be loaded by Ultralytics"),
        ("text.onnx", b"not a model" * 100, "cannot be loaded by Ultralytics"),
        ("some.engine", b"\0" * 100, "TensorRT engine, and here is no GPU"),
        ("some.tflite", b"\0" * 100, r"is no \.onnx, \.pt or \.engine file"),
    ],
)
def test_what_is_no_model_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError, match=why) as refused:
        load(file)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("share", [*(tenth / 10 for tenth in range(1, 10)), 0.99])
def test_a_cut_off_file_is_refused(checkpoint: Path, tmp_path: Path, share: float) -> None:
    content = checkpoint.read_bytes()
    (tmp_path / "cut.pt").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError, match="cannot be loaded by Ultralytics"):
        load(tmp_path / "cut.pt")


def test_a_network_of_other_classes_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    saved = torch.load(checkpoint, weights_only=False)
    saved["model"].names = {0: "person", 1: "bus"}
    torch.save(saved, tmp_path / "coco.pt")
    with pytest.raises(ModelError, match="the model does not know dishwasher, milk"):
        load(tmp_path / "coco.pt")


def test_a_network_of_no_known_input_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    saved = torch.load(checkpoint, weights_only=False)
    saved["model"].args = {}
    saved["train_args"] = {"imgsz": [320, 640]}
    torch.save(saved, tmp_path / "wide.pt")
    with pytest.raises(ModelError, match="input is said to be"):
        load(tmp_path / "wide.pt")


def test_a_gpu_that_is_not_there_is_named(checkpoint: Path) -> None:
    with pytest.raises(ModelError, match=r"vision\.device is cuda:7, and torch finds \d GPUs"):
        load(checkpoint, settings=VisionSettings(device="cuda:7"))


def test_one_look_uses_as_many_threads_as_it_may(checkpoint: Path) -> None:
    before = torch.get_num_threads()
    try:
        load(checkpoint, settings=VisionSettings(threads=1))
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_it_asks_no_host_and_starts_no_program(checkpoint: Path, shipped: ModelFile) -> None:
    program = (
        "import sys\n"
        "watched = ('socket.connect', 'socket.getaddrinfo', 'socket.sendto', 'subprocess.Popen',\n"
        "           'os.system', 'os.exec', 'os.posix_spawn', 'os.fork')\n"
        "said = []\n"
        "def hook(event, args):\n"
        "    if event in watched and 'ldconfig' not in repr(args):\n"
        "        said.append((event, repr(args)))\n"
        "sys.addaudithook(hook)\n"
        "import numpy\n"
        "from pathlib import Path\n"
        "from rvm_edge.settings import VisionSettings\n"
        "from rvm_edge.vision.backends.choosing import load_chosen\n"
        "from rvm_edge.vision.model_store import ModelFile\n"
        "for path in sys.argv[1:]:\n"
        "    settings = VisionSettings(backend='ultralytics')\n"
        "    detector = load_chosen(ModelFile(Path(path), ''), settings)\n"
        "    detector.detect(numpy.zeros((240, 320, 3), numpy.uint8))\n"
        "print(repr(said))\n"
    )
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("YOLO_", "ULTRALYTICS_"))
    }
    told = subprocess.run(
        [sys.executable, "-c", program, str(checkpoint), str(shipped.path)],
        capture_output=True,
        text=True,
        check=True,
        env=clean,
    )
    assert ast.literal_eval(told.stdout) == []


def test_switches_that_come_too_late_are_noticed(checkpoint: Path) -> None:
    program = (
        "import sys, ultralytics.utils\n"
        "from pathlib import Path\n"
        "from rvm_edge.settings import VisionSettings\n"
        "from rvm_edge.vision.backends.choosing import load_chosen\n"
        "from rvm_edge.vision.model_store import ModelFile\n"
        "load_chosen(ModelFile(Path(sys.argv[1]), ''), VisionSettings())\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(checkpoint)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ULTRALYTICS_SAFE_LOAD": "0"},
    )
    assert "Ultralytics was imported before its switches were set" in told.stderr
