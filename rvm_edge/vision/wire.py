"""What the daemon and its vision worker say to each other.

One JSON message per request and per answer, each behind its length in four bytes (big endian), over
a socket pair. Pictures do not travel here: they lie in shared memory and are named by offset.
"""

from __future__ import annotations

import struct
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from drivers.ports import Encoding
from rvm_edge.decision import Dhash, PictureFigures
from rvm_edge.item import Detection
from rvm_edge.settings import Backend, SegmenterSettings, Thresholds, VisionSettings
from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.model_store import ModelFile
from rvm_edge.vision.segmenter.opinion import MaskFigures

MAX_MESSAGE_BYTES = 1024 * 1024
MAX_PICTURES = 16
_LENGTH = struct.Struct(">I")

M = TypeVar("M")

Coordinate = Annotated[float, Meta(ge=0, le=1_000_000)]
Confidence = Annotated[float, Meta(ge=0, le=1)]


class WireError(Exception):
    """The other side sent something that is no message of ours."""


class Load(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first message to a worker: which model, and how.

    Attributes:
        model: the file's path.
        sha256: what it must hash to, in hex, or "" to take it as it is.
        threads: how many threads one look may use.
        floor: detections below this confidence are not reported.
        nms_iou: two boxes of one class that overlap more are one thing.
        backend: which library runs it.
        device: where Ultralytics and the second judge run.
        half: compute with half precision where a GPU does it.
        segmenter: the second judge; None for none.
        thresholds: what a manifest names for the rule; None for what the file itself brings.
    """

    model: str
    sha256: str
    threads: int
    floor: float
    nms_iou: float
    backend: Backend = "auto"
    device: str = "auto"
    half: bool = True
    segmenter: SegmenterSettings | None = None
    thresholds: Thresholds | None = None

    @classmethod
    def of(cls, model: ModelFile, settings: VisionSettings) -> Load:
        """Say how a model is to be loaded according to the settings."""
        return cls(
            model=str(model.path),
            sha256=model.sha256,
            threads=settings.threads,
            floor=settings.confidence_floor,
            nms_iou=settings.nms_iou,
            backend=settings.backend,
            device=settings.device,
            half=settings.half,
            segmenter=settings.segmenter if settings.segmenter.enabled else None,
            thresholds=model.thresholds,
        )


class Loaded(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="loaded"):
    """The worker is ready.

    Attributes:
        names: the model's classes.
        model_hash: SHA-256 of the model's file, in hex.
        second_judge: which one is there, or "".
        judge_trouble: why the one that was asked for is not, or "".
        thresholds: what the model brings for the rule; None for one that brings none.
    """

    names: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]
    model_hash: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    second_judge: Annotated[str, Meta(max_length=200)] = ""
    judge_trouble: Annotated[str, Meta(max_length=1000)] = ""
    thresholds: Thresholds | None = None


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="refused"):
    """The worker cannot do what it was asked; it ends after a refused `Load`."""

    why: Annotated[str, Meta(max_length=2000)]


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one picture lies in the shared memory, and how to read it; see `Frame`."""

    offset: Annotated[int, Meta(ge=0)]
    length: Annotated[int, Meta(ge=0)]
    encoding: Encoding
    width: int
    height: int


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="look"):
    """A request: find things in these pictures.

    Attributes:
        number: rises by one with every request; the answer repeats it.
        pictures: of one item.
        dark: one of it with the lamp off, to be measured alone.
    """

    number: int
    pictures: Annotated[tuple[Picture, ...], Meta(max_length=MAX_PICTURES)]
    dark: Picture | None = None


class Compress(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="compress"):
    """A request: make a JPEG of this picture, and leave it at the start of the shared memory.

    Attributes:
        number: as in `Look`.
        picture: which.
        most_bytes: how long the JPEG may be.
    """

    number: int
    picture: Picture
    most_bytes: int


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="measure"):
    """A request: have the second judge measure the item in this picture, and cut it out.

    Attributes:
        number: as in `Look`.
        picture: which.
        box: where the detector saw the item, in the picture's pixels.
        most_bytes: how long the JPEG of the cut-out may be; 0 for none.
    """

    number: int
    picture: Picture
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate]
    most_bytes: int = 0


Request = Look | Compress | Measure
"""What a worker is asked once it has loaded its model."""


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One detection; see `rvm_edge.item.Detection`."""

    label: Annotated[str, Meta(max_length=100)]
    confidence: Confidence
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate]

    def as_detection(self) -> Detection:
        """Return it in the machine's own words."""
        return Detection(self.label, self.confidence, self.box)


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one picture showed.

    Attributes:
        found: the detections.
        unreadable: why the picture could not be read, or "".
        figures: what it is like; None for one that could not be read.
        dhash: how the surest bottle in it looks; "" without one.
    """

    found: Annotated[tuple[Found, ...], Meta(max_length=1000)] = ()
    unreadable: Annotated[str, Meta(max_length=500)] = ""
    figures: PictureFigures | None = None
    dhash: Dhash = ""


class Looked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="looked"):
    """The answer to `Look`.

    Attributes:
        number: of the request.
        pictures: one `Seen` per picture, in order.
        dark: what the picture with the lamp off is like; None if there is none or it is unreadable.
    """

    number: int
    pictures: Annotated[tuple[Seen, ...], Meta(max_length=MAX_PICTURES)]
    dark: PictureFigures | None = None


class Compressed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="compressed"):
    """The answer to `Compress`.

    Attributes:
        number: of the request.
        length: of the JPEG in the shared memory, in bytes.
        failed: why there is none, or "".
    """

    number: int
    length: Annotated[int, Meta(ge=0)] = 0
    failed: Annotated[str, Meta(max_length=500)] = ""


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="measured"):
    """The answer to `Measure`.

    Attributes:
        number: of the request.
        figures: of the item's mask.
        length: of the cut-out's JPEG in the shared memory, in bytes; 0 without one.
        failed: why there are no figures, or "".
    """

    number: int
    figures: MaskFigures = MaskFigures()
    length: Annotated[int, Meta(ge=0)] = 0
    failed: Annotated[str, Meta(max_length=500)] = ""


Answer = Loaded | Refused | Looked | Compressed | Measured
"""What a worker says."""


def encode(message: msgspec.Struct) -> bytes:
    """Return a message as it goes over the wire.

    Raises:
        WireError: it is longer than the other side accepts.
    """
    body = msgspec.json.encode(message)
    if len(body) > MAX_MESSAGE_BYTES:
        raise WireError(f"a message of {len(body)} bytes is too long")
    return _LENGTH.pack(len(body)) + body


def decode(body: bytes, kind: type[M]) -> M:
    """Read a message's body as `kind`.

    Raises:
        WireError: it is something else.
    """
    try:
        return read_json(body, kind)
    except UnreadableError as error:
        raise WireError(f"not a message: {error}") from error


class Splitter:
    """Cuts a stream of bytes into message bodies. Nothing is lost when a read is cancelled."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Add bytes as they came."""
        self._buffer += data

    def take(self) -> bytes | None:
        """Return the next whole message's body, or None until more bytes come.

        Raises:
            WireError: the message announces more bytes than any of ours has.
        """
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > MAX_MESSAGE_BYTES:
            raise WireError(f"a message of {length} bytes is too long")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        return body
