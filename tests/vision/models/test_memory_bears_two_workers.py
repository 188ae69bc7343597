"""A second worker is started only where the memory bears two: else somebody's process is ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rvm_edge.vision.models.failures import TroubleError
from rvm_edge.vision.models.memory import THIS_COMPUTER, Memory, require_room

SERVING = 321
ONNX = Path("/store/model.onnx")


def computer(
    folder: Path, *, available_mb: int | str | None, serving_mb: int | None = None
) -> Memory:
    """Return what the kernel of a computer says; nothing of what is None."""
    if available_mb is not None:
        kilobytes = available_mb * 1000 if isinstance(available_mb, int) else available_mb
        words = f"MemTotal:  8000000 kB\nMemFree:  1 kB\nMemAvailable:  {kilobytes} kB\n"
        (folder / "meminfo").write_text(words, encoding="ascii")
    if serving_mb is not None:
        (folder / str(SERVING)).mkdir()
        words = f"Name:\tpython\nVmPeak:\t 9000000 kB\nVmRSS:\t  {serving_mb * 1000} kB\n"
        (folder / str(SERVING) / "status").write_text(words, encoding="ascii")
    return Memory(folder)


def require(memory: Memory, model: Path = ONNX, spare_mb: int = 300) -> None:
    require_room(memory, model, SERVING, spare_mb * 1_000_000)


def test_room_for_another_one_like_the_serving_one_is_enough(tmp_path: Path) -> None:
    require(computer(tmp_path, available_mb=1800, serving_mb=1400))


def test_less_is_refused_in_one_line_that_names_the_figures(tmp_path: Path) -> None:
    short = computer(tmp_path, available_mb=1500, serving_mb=1400)
    with pytest.raises(TroubleError) as refused:
        require(short)
    assert str(refused.value) == (
        "a second worker would take about 1433 MB of memory, and 300 MB are to stay free "
        "(models.spare_memory_mb); 1536 MB are available"
    )
    require(short, spare_mb=50)


@pytest.mark.parametrize(
    ("model", "available_mb"), [("model.onnx", 400), ("model.pt", 1000), ("model.engine", 1000)]
)
def test_where_none_serves_a_worker_takes_what_its_kind_does_at_least(
    tmp_path: Path, model: str, available_mb: int
) -> None:
    with pytest.raises(TroubleError, match=r"models\.spare_memory_mb"):
        require(computer(tmp_path, available_mb=available_mb), Path(model))
    require(computer(tmp_path, available_mb=available_mb + 150), Path(model))


@pytest.mark.parametrize("said", [None, "", "many", "-5"])
def test_a_kernel_that_does_not_say_holds_nothing_up(tmp_path: Path, said: str | None) -> None:
    memory = computer(tmp_path, available_mb=said)
    assert memory.available_bytes() is None
    require(memory)


def test_this_computer_says_what_it_has_and_what_this_process_takes() -> None:
    available, resident = (
        THIS_COMPUTER.available_bytes(),
        THIS_COMPUTER.resident_bytes(os.getpid()),
    )
    assert available is not None
    assert resident is not None
    assert available > 0
    assert resident > 10_000_000
    assert THIS_COMPUTER.resident_bytes(2**22 + 1) is None
