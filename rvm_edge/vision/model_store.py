"""Which models there are: a folder with a manifest that pins each one by its hash."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.settings import Thresholds, VisionSettings
from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.classes import REQUIRED

MANIFEST = "models.json"
_MAX_MANIFEST_BYTES = 1024 * 1024


class ManifestError(Exception):
    """The manifest is missing or wrong. The message says where and why."""


class ModelFile(msgspec.Struct, frozen=True):
    """A model that may be loaded.

    Attributes:
        path: its file.
        sha256: what it must hash to, in hex, or "" where nobody has pinned it.
        version: of the release that it is; "" for a model of one's own.
        thresholds: what a manifest names for the acceptance rule; None for what the file brings.
    """

    path: Path
    sha256: str
    version: str = ""
    thresholds: Thresholds | None = None


class ModelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of a manifest.

    Attributes:
        name: how people call it.
        version: rises with every release of it.
        file: the file's name, in the manifest's own folder.
        sha256: what the file must hash to, in hex.
        imgsz: the edge of the square that it takes, in pixels.
        classes: in the model's order; at least the seven that the acceptance rule asks for.
        licence: its SPDX expression.
        thresholds: for the acceptance rule, where the file cannot bring its own, as a `.pt` cannot.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    version: Annotated[int, Meta(ge=1)]
    file: Annotated[str, Meta(min_length=1, max_length=200)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    imgsz: Annotated[int, Meta(ge=32, le=2048)]
    classes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]
    licence: Annotated[str, Meta(min_length=1, max_length=100)]
    thresholds: Thresholds | None = None

    def __post_init__(self) -> None:
        """Refuse an entry that points out of its folder or lacks a class."""
        if PurePath(self.file).name != self.file or self.file in (".", ".."):
            raise ValueError(f"file {self.file!r} is not a plain file name")
        missing = sorted(REQUIRED - set(self.classes))
        if missing:
            raise ValueError(f"classes lack {', '.join(missing)}")


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The models of one folder.

    Attributes:
        default: the name of the one to use.
        models: all of them.
    """

    default: str
    models: Annotated[tuple[ModelEntry, ...], Meta(min_length=1, max_length=100)]

    def __post_init__(self) -> None:
        """Refuse names that mean two models or none."""
        names = [model.name for model in self.models]
        if len(set(names)) != len(names):
            raise ValueError("two models have the same name")
        if self.default not in names:
            raise ValueError(f"default {self.default!r} is none of the models")


def read_manifest(folder: Path) -> Manifest:
    """Read and check a folder's manifest.

    Raises:
        ManifestError: missing, unreadable or wrong.
    """
    path = folder / MANIFEST
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _MAX_MANIFEST_BYTES:
        raise ManifestError(f"{path} is too long for a manifest")
    try:
        return read_json(content, Manifest)
    except UnreadableError as error:
        raise ManifestError(f"{path} is wrong: {error}") from error


def choose(settings: VisionSettings, folder: Path) -> ModelFile:
    """Return the model that the settings name, else the default of a folder's manifest.

    Whether the file is there and hashes to what it must is checked by whoever loads it, on the
    very bytes that are loaded.

    Raises:
        ManifestError: the settings name none, and the manifest is missing or wrong.
    """
    if settings.model:
        return ModelFile(Path(settings.model).absolute(), settings.model_sha256)
    manifest = read_manifest(folder)
    entry = next(model for model in manifest.models if model.name == manifest.default)
    return ModelFile(
        (folder / entry.file).absolute(), entry.sha256, f"v{entry.version}", entry.thresholds
    )
