"""Whether this computer's memory bears a second worker beside the one that serves.

Linux gives memory out before it has it, and ends somebody's process when it has none. On a Jetson
the GPU's memory is the computer's: what a worker holds there is missing from what is available,
but no part of what the kernel says of the worker. The room to spare must make up for that.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from rvm_edge.vision.models.failures import TroubleError

_MEGABYTE = 1_000_000
_MOST_BYTES = 16_384
_LEAST_BYTES = {".onnx": 170 * _MEGABYTE, ".pt": 800 * _MEGABYTE, ".engine": 800 * _MEGABYTE}
"""What a worker took at least, as measured on a PC without a GPU, by its model's file."""


class Memory(msgspec.Struct, frozen=True):
    """What the kernel says of this computer's memory.

    Attributes:
        proc: where it says so.
    """

    proc: Path = Path("/proc")

    def available_bytes(self) -> int | None:
        """Return what could be given out without swapping; None where it does not say."""
        return self._kilobytes(self.proc / "meminfo", "MemAvailable:")

    def resident_bytes(self, pid: int) -> int | None:
        """Return what a process has in memory; None where it does not say, or it is gone."""
        return self._kilobytes(self.proc / str(pid) / "status", "VmRSS:")

    def _kilobytes(self, path: Path, key: str) -> int | None:
        try:
            with path.open("rb", buffering=0) as file:
                lines = (file.read(_MOST_BYTES) or b"").decode("ascii", "replace").splitlines()
        except OSError:
            return None
        words = next((line.split() for line in lines if line.startswith(key)), [])
        number = words[1] if len(words) > 1 else ""
        return int(number) * 1024 if number.isascii() and number.isdigit() else None


THIS_COMPUTER = Memory()


def require_room(memory: Memory, model: Path, serving_pid: int | None, spare_bytes: int) -> None:
    """Require memory for a second worker, as much as the serving one takes, and some to spare.

    Args:
        memory: of this computer; what it does not say holds nothing up.
        model: which one the second worker is to load.
        serving_pid: the worker that serves; None while there is none.
        spare_bytes: what must stay available then.

    Raises:
        TroubleError: there is less. That is not the model's fault, and may pass.
    """
    available = memory.available_bytes()
    if available is None:
        return
    serving = memory.resident_bytes(serving_pid) if serving_pid is not None else None
    worker = max(serving or 0, _LEAST_BYTES.get(model.suffix, 0))
    if available < worker + spare_bytes:
        raise TroubleError(
            f"a second worker would take about {worker // _MEGABYTE} MB of memory, and "
            f"{spare_bytes // _MEGABYTE} MB are to stay free (models.spare_memory_mb); "
            f"{available // _MEGABYTE} MB are available"
        )
