"""What the page draws as a QR code, a reader that is not ours reads."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

from tests.node_packages import run_node

HERE = Path(__file__).parent

MOST_BYTES = 180


def _texts() -> list[str]:
    """Return a text of every length, and what really stands in our codes."""
    chance = random.Random(4)  # noqa: S311 - the same texts at every run
    letters = [chr(code) for code in range(0x20, 0x7F)]
    texts = ["".join(chance.choices(letters, k=length)) for length in range(1, MOST_BYTES + 1)]
    return [
        *texts,
        "https://192.168.1.40:8443/",
        "myrvm://session/4f1c0d9e-aaaa-bbbb-cccc-0123456789ab?m=7a0f8e52-51c5-4f0a-8a3e-6d1c2b3a4f5e",
        "kode: é ü 瓶",
    ]


def test_a_reader_finds_every_text_of_every_length_again(workshop: Path) -> None:
    shutil.copy(HERE / "qr_reader.mjs", workshop)
    texts = _texts()
    said = run_node(workshop, "qr_reader.mjs", json.dumps(texts))
    assert json.loads(said.stdout) == {"read": len(texts), "wrong": []}


def test_a_text_that_people_could_not_scan_is_refused(workshop: Path) -> None:
    longer = f'import("./qr/code.js").then((code) => code.modulesOf("x".repeat({MOST_BYTES + 1})))'
    said = run_node(workshop, "--eval", longer)
    assert said.returncode != 0
    assert f"RangeError: {MOST_BYTES + 1} bytes are too many" in said.stdout
