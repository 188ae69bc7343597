"""POST /dataset/upload: the picture that the server ordered, as a multipart form.

What follows it is ``capture_complete`` in the next heartbeat.
"""

from __future__ import annotations

from rvm_edge.bridges.cloud.form import Form, Picture

MOST_BYTES = 900_000
"""The call takes 10 MiB, but the web server in front of it takes 1 MiB with everything around."""


def dataset_form(jpeg: bytes) -> Form:
    """Put a picture into the server's words, as one of camera 0: the machine has no other."""
    return Form((("camera_port", "0"),), Picture("capture.jpg", jpeg))
