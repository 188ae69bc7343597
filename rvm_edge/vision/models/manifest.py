"""What whoever signs a model says of it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.settings import Thresholds
from rvm_edge.vision.models.state import Kind, Sha256
from rvm_edge.vision.models.version import parts_of

MOST_ENVELOPE_BYTES = 64 * 1024
"""Of a signed manifest as it comes."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is signed of a model.

    Attributes:
        version: rises with every release.
        sha256: of the file.
        size: of the file, in bytes.
        kind: of the file.
        issued: when it was signed.
        expires: when it is worth nothing any more.
        thresholds: for the acceptance rule, where the file cannot bring its own, as a `.pt` cannot;
            they count before what the file brings. None for no word on them.
    """

    version: Annotated[str, Meta(max_length=100)]
    sha256: Sha256
    size: Annotated[int, Meta(ge=1)]
    kind: Kind
    issued: datetime
    expires: datetime
    thresholds: Thresholds | None = None

    def __post_init__(self) -> None:
        """Refuse a manifest that cannot be compared with another one."""
        if parts_of(self.version) is None:
            raise ValueError(f"version {self.version!r} is no version such as 1.2.0")
        if self.issued.tzinfo is None or self.expires.tzinfo is None:
            raise ValueError("issued and expires must name their offset, such as Z")
        if self.issued >= self.expires:
            raise ValueError("expires must be after issued")


def seconds(moment: datetime) -> float:
    """Return a moment in seconds of the Unix epoch, never below 0."""
    return max(0.0, moment.astimezone(timezone.utc).timestamp())
