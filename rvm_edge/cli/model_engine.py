"""`rvm-edge model engine`: a TensorRT engine of the model that serves, built on the device."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rvm_edge.cli.failures import CommandError
from rvm_edge.cli.options import json_option, locations, print_json, settings


@click.command("engine", epilog="Exit codes: 0 it is there; 1 none can be built here.")
@click.argument(
    "model", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@click.option("--full", is_flag=True, help="FP32 in place of FP16.")
@click.option("--trtexec", metavar="PATH", help="NVIDIA's builder; default: where JetPack has it.")
@click.option("--tensorrt", default="", metavar="VERSION", help="Default: that of its package.")
@click.option(
    "--minutes", type=click.IntRange(1, 600), default=60, show_default=True, help="Give up then."
)
@json_option
def engine_command(
    *,
    model: Path | None,
    full: bool,
    trtexec: str | None,
    tensorrt: str,
    minutes: int,
    as_json: bool,
) -> None:
    """Build a TensorRT engine of MODEL, an ONNX file; of the model that serves unless told.

    At the lowest priority, beside the running machine, and once for each model, device and version
    of TensorRT. Not yet run on a device.
    """
    import trio

    from rvm_edge.cli.own.models import shipped_or_chosen
    from rvm_edge.offload import in_thread
    from rvm_edge.vision.models.device import key_here
    from rvm_edge.vision.models.disk import RealDisk
    from rvm_edge.vision.models.engine import EngineCache
    from rvm_edge.vision.models.failures import UpdateError
    from rvm_edge.vision.models.store import StoreError, file_of, read_state, sha256_of

    here = locations(writes=True)
    try:
        state = read_state(here.model_store_dir)
    except StoreError as error:
        raise CommandError(str(error)) from error
    source = (
        model or file_of(here.model_store_dir, state.current, shipped_or_chosen(settings())).path
    )
    if source.suffix != ".onnx":
        raise CommandError(f"{source} is no .onnx; docs/how-to/jetson-models.md says what to do")
    builder = [sys.executable, "-m", "rvm_edge.vision.backends.trt_engine"]
    builder += ["--full"] if full else []
    builder += ["--trtexec", trtexec] if trtexec else []
    cache = EngineCache(here.data_dir / "engines", RealDisk(), in_thread(), minutes * 60.0)
    try:
        key = key_here(sha256_of(source), tensorrt=tensorrt, exactness="fp32" if full else "fp16")
        path = trio.run(cache.engine, key, source, builder)
    except UpdateError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror}") from error
    digest = sha256_of(path)
    if as_json:
        print_json({"model": path, "model_sha256": digest, "built_from": key})
    else:
        click.echo(f'model = "{path}"\nmodel_sha256 = "{digest}"')
