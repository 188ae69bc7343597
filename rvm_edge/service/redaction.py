"""Keeps secrets out of what is written down for people, whoever put them there.

Nothing in this program writes a secret on purpose. This is for the address that a library quotes
in its error, and for the header that somebody prints while looking for something else.
"""

from __future__ import annotations

import re
from typing import Final

from rvm_edge.identity import Secret

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 6
"""A shorter secret would hide half of what is written."""

_NAMED: Final = re.compile(
    r"""(?ix)
    (?P<before>
        (?: x-rvm-api-key | api[_-]?key | sync[_-]?token | access[_-]?token | token | signature
          | secret | password | pin[_-]?hash | authorization (?:["']?\s*[:=]\s*["']?\s*bearer)? )
        ["']?\s*[:=]\s*["']?\s* (?:bearer\s+)?
      | bearer\s+
    )
    (?P<value> [^\s"'&,;}\]]+ )
    """
)


class Redaction:
    """Knows this machine's secrets, and the names under which others travel."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def hide(self, *secrets: Secret) -> None:
        """Hide these from now on, wherever they stand."""
        self._known |= {text for text in (one.reveal() for one in secrets) if len(text) >= SHORTEST}

    def clean(self, text: str) -> str:
        """Return the text without any secret in it."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return _NAMED.sub(_hide_value, text)


def _hide_value(found: re.Match[str]) -> str:
    return f"{found['before']}{HIDDEN}"
