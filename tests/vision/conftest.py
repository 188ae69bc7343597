"""What the vision tests share: the sample pictures, the model, and workers that misbehave."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from drivers.ports import Encoding, Frame
from rvm_edge.packaged import model_file, samples_dir
from rvm_edge.settings import VisionSettings
from rvm_edge.simulator.noise import as_taken
from rvm_edge.vision.model_store import MANIFEST, ModelFile, choose

_PREAMBLE = """
import json, os, socket, struct, sys, time
connection = socket.socket(fileno=int(sys.argv[1]))
def say(message):
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    connection.sendall(struct.pack(">I", len(body)) + body)
def hear():
    length = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL) or sys.exit(0))[0]
    return json.loads(connection.recv(length, socket.MSG_WAITALL))
def load():
    hear()
    say({"type": "loaded", "names": ["mineral"], "model_hash": "0" * 64})
BOTTLE = {"found": [["mineral", 0.9, [10.0, 10.0, 200.0, 100.0]]]}
def answer(request, **changes):
    pictures = [BOTTLE for _ in request["pictures"]]
    say({"type": "looked", "number": request["number"], "pictures": pictures, **changes})
"""


@pytest.fixture
def fake_worker(tmp_path: Path) -> Callable[[str], Sequence[str]]:
    """Return a function that turns a script into a worker's command."""

    def make(script: str) -> Sequence[str]:
        path = tmp_path / f"worker_{len(list(tmp_path.iterdir()))}.py"
        path.write_text(_PREAMBLE + script, encoding="utf-8")
        return (sys.executable, "-S", str(path))

    return make


@pytest.fixture(scope="session")
def samples() -> Path:
    return samples_dir() / "images"


@pytest.fixture(scope="session")
def jpeg(samples: Path) -> bytes:
    return (samples / "syn_00012.jpg").read_bytes()


@pytest.fixture(scope="session")
def bottle(jpeg: bytes) -> Frame:
    """A picture of an empty PET bottle that the shipped model accepts."""
    return Frame(jpeg, Encoding.JPEG, 0, 0, 0.0, 1)


@pytest.fixture(scope="session")
def again(jpeg: bytes) -> Frame:
    """The same bottle, as a live camera sees it a moment later."""
    return Frame(as_taken(jpeg, 2), Encoding.JPEG, 0, 0, 0.1, 2)


@pytest.fixture(scope="session")
def model() -> ModelFile:
    return choose(VisionSettings(), model_file(MANIFEST).parent)
