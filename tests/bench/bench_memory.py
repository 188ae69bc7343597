"""What the machine keeps in memory: its own process, and beside it the eyes' worker.

The main process is measured together with the simulated world, which lives in it. Its peer is an
interpreter that imported trio and transitions; the worker's is a bare ONNX Runtime session that
has judged once with the same model.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from rvm_edge.packaged import model_file
from rvm_edge.settings import VisionSettings
from rvm_edge.vision.model_store import MANIFEST, choose
from tests.bench.processes import SilentError, python_at_rest, simulated_machine
from tests.bench.result import BenchResult

AIM_MB = 60.0
"""What the main process may keep on a small board that also runs a screen."""

WORKER = "rvm_edge.vision.worker"
_SETTLED_SAMPLES = 5
_SAMPLE_S = 0.1
_LIMIT_S = 20.0
_SMALL_BYTES = 256 * 1024


def run(starts: int = 3) -> BenchResult:
    """Measure; takes about ten seconds."""
    bare_session = _bare_session()
    main, worker, peer, session = [], [], [], []
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as folder, simulated_machine(Path(folder)) as machine:
            process = psutil.Process(machine.pid)
            main.append(_settled_mb(process))
            worker.append(_settled_mb(_worker_of(process)))
        with python_at_rest("import trio, transitions") as pid:
            peer.append(_settled_mb(psutil.Process(pid)))
        with python_at_rest(bare_session) as pid:
            session.append(_settled_mb(psutil.Process(pid)))
    return BenchResult(
        name="memory",
        figures={
            "main_mb": median(main),
            "main_aim_mb": AIM_MB,
            "worker_mb": median(worker),
            "import_trio_transitions_mb": median(peer),
            "bare_session_mb": median(session),
        },
        ratios={
            "main_over_aim": median(main) / AIM_MB,
            "main_over_import_trio_transitions": median(main) / median(peer),
            "worker_over_bare_session": median(worker) / median(session),
        },
        notes=(
            f"resident, MB of 10^6 bytes, medians of {starts} starts, once they no longer grow",
            "the machine is idle; its main process holds the simulated world too",
        ),
    )


def _worker_of(process: psutil.Process) -> psutil.Process:
    """Return the eyes' worker among the children of `process`.

    Raises:
        SilentError: there is none.
    """
    for child in process.children(recursive=True):
        if WORKER in child.cmdline():
            return child
    raise SilentError("the machine runs without a worker for its eyes")


def _settled_mb(process: psutil.Process) -> float:
    """Return the resident memory once it has stayed the same for half a second.

    Raises:
        SilentError: it grows on and on.
    """
    deadline = time.monotonic() + _LIMIT_S
    samples: list[int] = []
    while time.monotonic() < deadline:
        samples.append(process.memory_info().rss)
        last = samples[-_SETTLED_SAMPLES:]
        if len(last) == _SETTLED_SAMPLES and max(last) - min(last) < _SMALL_BYTES:
            return last[-1] / 1e6
        time.sleep(_SAMPLE_S)
    raise SilentError(f"the memory of process {process.pid} did not settle")


def _bare_session() -> str:
    """Write the program of four lines that loads the model and judges once."""
    settings = VisionSettings()
    model = str(choose(settings, model_file(MANIFEST).parent).path)
    return (
        "import numpy, onnxruntime\n"
        "options = onnxruntime.SessionOptions()\n"
        f"options.intra_op_num_threads = {settings.threads}\n"
        f"session = onnxruntime.InferenceSession({model!r}, options, "
        "providers=['CPUExecutionProvider'])\n"
        "name = session.get_inputs()[0].name\n"
        "session.run(None, {name: numpy.zeros((1, 3, 320, 320), numpy.float32)})"
    )
