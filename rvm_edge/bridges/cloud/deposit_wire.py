"""POST /edge/deposit: one item's picture, as a multipart form.

The server keeps the picture and echoes ``data``; it awards nothing and recognises no repetition.
Its authors published two shapes of ``data``, both opaque to it: here are the keys of both, so that
whatever comes to read them finds what it looks for.
"""

from __future__ import annotations

import re

import msgspec

from rvm_edge.bridges.cloud.form import Form, Picture
from rvm_edge.delivery import Parcel

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_MOST_SEGMENT = 64


class DetectedObject(msgspec.Struct, frozen=True):
    """What the eyes took the item for."""

    class_: str = msgspec.field(name="class")
    conf: float


class AiMetadata(msgspec.Struct, frozen=True):
    """How the verdict came about."""

    model_hash: str
    processing_time_ms: float


class DepositData(msgspec.Struct, frozen=True):
    """The form's ``data``: the first eight keys of one author's page, the next of another's."""

    client_uuid: str
    classification: str
    confidence: float
    brand: str | None
    weight_g: float | None
    reason: str
    session_id: str
    session_token: str
    status: str
    detected_objects: tuple[DetectedObject, ...]
    ai_metadata: AiMetadata


def deposit_form(parcel: Parcel) -> Form:
    """Put a picture and its verdict into the server's words."""
    session = path_segment(parcel.session_id) or path_segment(parcel.client_uuid)
    status = "ACCEPTED" if parcel.accepted else "REJECTED"
    found = (DetectedObject(parcel.label, parcel.confidence),) if parcel.label else ()
    data = DepositData(
        client_uuid=parcel.client_uuid,
        classification=parcel.label,
        confidence=parcel.confidence,
        brand=None,
        weight_g=parcel.weight_g,
        reason=parcel.reason,
        session_id=session,
        session_token=session,
        status=status,
        detected_objects=found,
        ai_metadata=AiMetadata(parcel.model_hash, parcel.elapsed_ms),
    )
    fields = (
        ("status", status),
        ("session_id", session),
        ("data", msgspec.json.encode(data).decode("utf-8")),
    )
    return Form(fields, Picture(f"{path_segment(parcel.client_uuid)}.jpg", parcel.jpeg))


def path_segment(text: str) -> str:
    """Return a text that is safe as a folder's name: the server makes one of ``session_id``."""
    return _UNSAFE.sub("_", text)[:_MOST_SEGMENT]
