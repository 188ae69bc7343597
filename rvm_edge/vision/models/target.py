"""The words for a model that a machine shall have, and where it learns of one."""

from __future__ import annotations

from typing import Protocol

import msgspec


class Target(msgspec.Struct, frozen=True):
    """A model that this machine shall have, as somebody outside says.

    Attributes:
        url: where its file lies.
        sha256: what the file must hash to, in lower-case hex; "" where only a signed manifest says.
        version: such as ``v1.2.0``; "" where nobody said.
        size: of the file, in bytes; None where nobody said.
        manifest_url: where its signed manifest lies, if one is asked for.
    """

    url: str
    sha256: str = ""
    version: str = ""
    size: int | None = None
    manifest_url: str = ""


class Source(Protocol):
    """A place that says which model machines shall have."""

    @property
    def is_near(self) -> bool:
        """Whether asking costs nobody anything."""
        ...

    async def target(self) -> Target | None:
        """Return what is wanted; None for no model in particular.

        Raises:
            UpdateError: it cannot be learnt.
        """
        ...


def beside(url: str) -> str:
    """Return where a model's manifest lies unless it is said: beside the model."""
    return f"{url}.manifest.json"
