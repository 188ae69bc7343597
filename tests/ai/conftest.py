"""What the tests of the heavy environment share. They run by themselves: `make test-ai`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Before anything imports Ultralytics, as `rvm_edge.vision.backends.quiet_ultralytics` does it.
os.environ.update(
    YOLO_OFFLINE="1",
    YOLO_AUTOINSTALL="0",
    ULTRALYTICS_SAFE_LOAD="1",
    YOLO_VERBOSE="0",
    YOLO_CONFIG_DIR=tempfile.mkdtemp(prefix="rvm-edge-tests-"),
    OMP_WAIT_POLICY="PASSIVE",
    MPLCONFIGDIR=tempfile.mkdtemp(prefix="rvm-edge-tests-"),
)

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import SegmenterSettings, VisionSettings
from rvm_edge.vision.model_store import MANIFEST, ModelFile, choose
from tests.ai.random_sam import settings_for, write_weights
from tests.ai.trained import write_checkpoint

Pictures = dict[str, NDArray[np.uint8]]


@pytest.fixture(scope="session", autouse=True)
def _two_threads() -> None:
    torch.set_num_threads(2)


@pytest.fixture(scope="session")
def shipped() -> ModelFile:
    return choose(VisionSettings(), model_file(MANIFEST).parent)


@pytest.fixture(scope="session")
def pictures() -> Pictures:
    """Every sample picture, blue green red."""
    found = {}
    for path in sorted((samples_dir() / "images").glob("*.jpg")):
        picture = cv2.imread(str(path))
        assert picture is not None
        found[path.stem] = np.asarray(picture, dtype=np.uint8)
    return found


@pytest.fixture(scope="session")
def samples() -> Path:
    return samples_dir()


@pytest.fixture(scope="session")
def checkpoint(shipped: ModelFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model as a `.pt`."""
    path = tmp_path_factory.mktemp("models") / "trained.pt"
    write_checkpoint(shipped.path, path)
    return path


@pytest.fixture(scope="session")
def sam(tmp_path_factory: pytest.TempPathFactory) -> SegmenterSettings:
    """A second judge with random weights."""
    path = tmp_path_factory.mktemp("sam") / "random.pt"
    return settings_for(path, write_weights(path))
