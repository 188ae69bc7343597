"""What the tests of new models share: a web, a store, and something that looks like a model."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from rvm_edge.packaged import model_file
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.model_store import MANIFEST, ModelFile, choose
from rvm_edge.vision.models.store import ModelStore, open_store
from tests.vision.models.shelf import Shelf


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(scope="session")
def content() -> bytes:
    """Bytes that begin as an ONNX model does."""
    return b"\x08\x07" + random.Random(1).randbytes(50_000)  # noqa: S311 - any bytes do


@pytest.fixture(scope="session")
def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="session")
def shipped() -> ModelFile:
    return choose(VisionSettings(), model_file(MANIFEST).parent)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "model-store"


@pytest.fixture
def store(folder: Path, shipped: ModelFile) -> Iterator[ModelStore]:
    with open_store(folder, shipped) as opened:
        yield opened
