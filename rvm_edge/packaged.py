"""What the project ships: default configuration, the model, sample pictures.

In a checkout these are the folders `config/` and `data/` themselves; in a wheel they travel as
`rvm_edge/_packaged/config` and `rvm_edge/_packaged/data`. They are only ever read.
"""

from __future__ import annotations

from pathlib import Path

from rvm_edge.locations import checkout_dir


class PackagedFileError(Exception):
    """A file that the project ships is not there: the installation is damaged."""


def config_file(name: str) -> Path:
    """Return a shipped configuration file, such as `settings.toml`.

    Raises:
        PackagedFileError: the installation lacks it.
    """
    return _existing("config", name)


def model_file(name: str) -> Path:
    """Return a shipped model's file, such as `rvm_yolo11n_320_v3.onnx`.

    Raises:
        PackagedFileError: the installation lacks it.
    """
    return _existing("data", "models", name)


def samples_dir() -> Path:
    """Return the folder of the sample pictures.

    Raises:
        PackagedFileError: the installation lacks it.
    """
    return _existing("data", "samples")


def _existing(*parts: str) -> Path:
    root = checkout_dir() or Path(__file__).resolve().parent / "_packaged"
    path = root.joinpath(*parts)
    if not path.exists():
        raise PackagedFileError(f"{path} is missing; install rvm-edge again")
    return path
