r"""The words between a simulated world and its remote users: one JSON object a line.

``{"id": 7, "verb": "gate.open", "arguments": {}}`` is answered by ``{"id": 7, "answer": null}`` or
``{"id": 7, "error": "NoAnswerError", "message": "…"}``. A picture's bytes travel as base64.
"""

from __future__ import annotations

import msgspec

from drivers.sim.link import Scalar

REQUEST_MAX = 16_384
RESPONSE_MAX = 16 << 20
"""Bytes of a line. An account of 10,000 items takes about 4 MiB."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question.

    Attributes:
        id: comes back with the answer.
        verb: a `drivers.sim.link.Verb`, or one of the people's verbs.
        arguments: by name.
    """

    id: int
    verb: str
    arguments: dict[str, Scalar] = {}


class Response(msgspec.Struct, frozen=True):
    """An answer.

    Attributes:
        id: the question's.
        answer: what the verb answers, where there was no error.
        error: the name of an exception, or "".
        message: its message.
    """

    id: int
    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
    message: str = ""
