"""Which files the server takes for pictures."""

from __future__ import annotations

from collections.abc import Sequence

from rvm_edge.simulator.cloud.bodies import Form, Upload
from rvm_edge.simulator.cloud.fields import Fields


def picture(
    sent: Form, fields: Fields, name: str, most_kib: int, *, kinds: Sequence[str] = ()
) -> Upload | None:
    """Take a picture from a form, and write down what is wrong with it.

    Args:
        sent: the form.
        fields: where it is written down.
        name: the file's field.
        most_kib: how large it may be.
        kinds: what it must be by its content; () for anything at all.
    """
    image = sent.files.get(name)
    if image is None:
        fields.refuse(name, "is required")
        return None
    if kinds and not image.kind:
        fields.refuse(name, "must be an image")
    if kinds and image.kind not in kinds:
        fields.refuse(name, f"must be a file of type: {', '.join(kinds)}")
    if image.kib > most_kib:
        fields.refuse(name, f"must not be greater than {most_kib} kilobytes")
    return image
