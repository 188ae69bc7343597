"""Builds a TensorRT engine of an ONNX model with NVIDIA's `trtexec`, which JetPack brings.

    python -m rvm_edge.vision.backends.trt_engine model.onnx model.engine [--full]

What the ONNX file says of itself goes before the engine, as Ultralytics writes and reads it
(`BaseBackend.engine_header`, 8.4): the length of a JSON object in four bytes, little endian, the
object, then the engine. So classes, input and thresholds come along.

It was run with a stand-in for `trtexec`, and never on a device.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import onnxruntime

from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.onnx_detector import OnnxDetector

TRTEXEC = "/usr/src/tensorrt/bin/trtexec"
"""Where JetPack installs it."""

_INPUT = "images"
_LENGTH_BYTES = 4
_LAST_WORDS = 300


def build(model: Path, target: Path, trtexec: str = TRTEXEC, *, full: bool = False) -> None:
    """Build an engine for the GPU of this computer; takes minutes.

    Args:
        model: an ONNX file.
        target: where the engine goes; it is there whole or not at all.
        trtexec: the program.
        full: FP32 in place of FP16.

    Raises:
        ModelError: the file is no model of ours, or no engine can be built of it here.
    """
    header = header_of(model)
    with TemporaryDirectory(prefix="rvm-edge-engine-", dir=target.parent) as folder:
        made, whole = Path(folder, "made"), Path(folder, "whole")
        _run(trtexec, [f"--onnx={model}", f"--saveEngine={made}", *([] if full else ["--fp16"])])
        engine = made.read_bytes() if made.is_file() else b""
        if not engine:
            raise ModelError(f"{trtexec} left no engine behind")
        whole.write_bytes(len(header).to_bytes(_LENGTH_BYTES, "little") + header + engine)
        whole.replace(target)


def header_of(model: Path) -> bytes:
    """Return what an ONNX file says of itself as an engine's header.

    Raises:
        ModelError: the file is no model of ours.
    """
    OnnxDetector.load(model)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    if name != _INPUT:
        raise ModelError(f"{model}: its input is called {name}, and an engine's {_INPUT}")
    said = session.get_modelmeta().custom_metadata_map
    return msgspec.json.encode({str(key): str(value) for key, value in said.items()})


def main(arguments: Sequence[str]) -> int:
    """Build an engine.

    Returns:
        0; 1 where none can be built.
    """
    parser = argparse.ArgumentParser(prog="python -m rvm_edge.vision.backends.trt_engine")
    parser.add_argument("model", type=Path, help="an .onnx")
    parser.add_argument("engine", type=Path, help="where it goes")
    parser.add_argument("--full", action="store_true", help="FP32 in place of FP16")
    parser.add_argument("--trtexec", default=TRTEXEC, help=f"default: {TRTEXEC}")
    asked = parser.parse_args(arguments)
    try:
        build(asked.model, asked.engine, asked.trtexec, full=asked.full)
    except (ModelError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _run(trtexec: str, arguments: Sequence[str]) -> None:
    """Run the program to its end; whoever started this process bounds its time.

    Raises:
        ModelError: it is not there, or it failed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the owner of the machine names the program
            [trtexec, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise ModelError(f"{trtexec}: {error.strerror}") from error
    if done.returncode:
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        # It ends with its own command line; what went wrong is marked [E].
        wrong = next((line for line in lines if "[E]" in line), (lines or ["no word"])[-1])
        raise ModelError(f"trtexec failed ({done.returncode}): {wrong.strip()[:_LAST_WORDS]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
