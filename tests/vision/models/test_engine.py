"""An engine is built once for each model, device and TensorRT, and never left half made.

A script stands for the builder: no device is at hand.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
import trio

from rvm_edge.offload import inline
from rvm_edge.vision.models.disk import RealDisk
from rvm_edge.vision.models.engine import EngineCache, EngineKey
from rvm_edge.vision.models.failures import TroubleError, UnfitError

KEY = EngineKey("a" * 64, "Orin", "10.3.0")
COPY = "import sys; open(sys.argv[2], 'wb').write(b'engine of ' + open(sys.argv[1], 'rb').read())"


def builder(script: str) -> tuple[str, ...]:
    return (sys.executable, "-S", "-c", script)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"model")
    return path


@pytest.fixture
def cache(tmp_path: Path) -> EngineCache:
    return EngineCache(tmp_path / "engines", RealDisk(), inline, build_s=30)


async def test_it_is_built_once(cache: EngineCache, model: Path) -> None:
    path = await cache.engine(KEY, model, builder(COPY))
    assert path.read_bytes() == b"engine of model"
    assert await cache.engine(KEY, model, ("/bin/false",)) == path
    assert cache.kept(KEY) == path


@pytest.mark.parametrize(
    "other",
    [
        EngineKey("b" * 64, "Orin", "10.3.0"),
        EngineKey("a" * 64, "Xavier", "10.3.0"),
        EngineKey("a" * 64, "Orin", "10.4.0"),
        EngineKey("a" * 64, "Orin/", "10.3.0"),
        EngineKey("a" * 64, "../Orin", "10.3.0"),
    ],
)
async def test_another_model_device_or_version_has_an_engine_of_its_own(
    cache: EngineCache, model: Path, other: EngineKey
) -> None:
    path = await cache.engine(KEY, model, builder(COPY))
    assert cache.kept(other) is None
    different = await cache.engine(other, model, builder(COPY))
    assert different != path
    assert different.parent == path.parent


async def test_two_that_ask_at_once_build_it_once(
    cache: EngineCache, model: Path, tmp_path: Path
) -> None:
    script = f"open({str(tmp_path / 'log')!r}, 'a').write('x'); {COPY}"
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(cache.engine, KEY, model, builder(script))
    assert (tmp_path / "log").read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import sys; sys.exit('out of memory')", "out of memory"),
        ("import sys; sys.exit(3)", "exit 3"),
        ("pass", "left no engine"),
        ("import sys; open(sys.argv[2], 'wb')", "left no engine"),
    ],
)
async def test_a_builder_that_fails_leaves_nothing(
    cache: EngineCache, model: Path, script: str, why: str
) -> None:
    with pytest.raises(UnfitError, match=why):
        await cache.engine(KEY, model, builder(script))
    assert list((model.parent / "engines").iterdir()) == []


async def test_a_builder_that_never_ends_is_ended_with_all_its_children(
    tmp_path: Path, model: Path
) -> None:
    before = set(psutil.Process().children(recursive=True))
    cache = EngineCache(tmp_path / "engines", RealDisk(), inline, build_s=0.5)
    script = (
        "import subprocess, sys, time; open(sys.argv[2], 'wb').write(b'half');"
        "subprocess.Popen(['sleep', '60']).wait()"
    )
    with pytest.raises(TroubleError, match="within"):
        await cache.engine(KEY, model, builder(script))
    assert set(psutil.Process().children(recursive=True)) == before
    assert list((tmp_path / "engines").iterdir()) == []


async def test_only_the_newest_two_are_kept(cache: EngineCache, model: Path) -> None:
    for digit in "abc":
        await cache.engine(EngineKey(digit * 64, "Orin", "10"), model, builder(COPY))
    kept = {path.name[0] for path in (model.parent / "engines").iterdir()}
    assert len(kept) == 2
    assert "c" in kept
