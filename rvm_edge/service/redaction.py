"""Keeps secrets out of what is written down for people, whoever put them there.

Nothing in this program writes a secret on purpose. This is for the address that a library quotes
in its error, and for the header that somebody prints while looking for something else.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from rvm_edge.identity import Secret

HIDDEN: Final = "[hidden]"
SHORTEST: Final = 6
"""A shorter secret would hide half of what is written."""

_IS: Final = r"""\\{0,3}["']?\s*[:=]\s*\\{0,3}["']?\s*"""
"""Between a name and its value; quotes are escaped where an object lies in the text of another."""

_NAMED: Final = re.compile(
    rf"""(?ix)
    (?P<before>
        (?: x-rvm-api-key | api[_-]?key | sync[_-]?token | access[_-]?token | token | signature
          | secret | password | passphrase | psk | ssid | pin[_-]?hash | csrf
          | authorization (?: {_IS} (?: bearer | basic ) )?
        )
        {_IS} (?: (?: bearer | basic ) \s+ )?
      | bearer\s+ | (?: cookie ) {_IS} (?: [^\s"'=;]{{1,64}} = )?
    )
    (?P<value> [^\s"'&,;}}\]]* [^\s"'&,;}}\]\\] )
    """
)
_CODES: Final = re.compile(
    r"""(?ix) (?P<before> \b(?: pin | pairing[ _-]?code )\b (?: [^a-z0-9\n]{1,8} | [ ]is[ ] ) )
    (?P<value> [0-9]{4,12} )"""
)
"""A technician's PIN has more digits than any pin of a computer's header."""

_IN_ADDRESS: Final = re.compile(
    r"""(?i)(?P<before>[a-z]://[^\s/:@"']{0,64}:)(?P<value>[^\s/@"']{1,256})(?=@)"""
)
_LOG_IN: Final = re.compile(r"(?P<before>myrvm://session/)(?P<value>[^\s/?\"'\\]+)")
"""What a user's phone reads from the screen."""


class Redaction:
    """Knows this machine's secrets, and the names under which others travel."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def hide(self, *secrets: Secret) -> None:
        """Hide these from now on, wherever they stand and in whatever form."""
        forms = (form for one in secrets for form in _forms(one.reveal()))
        self._known |= {form for form in forms if len(form) >= SHORTEST}

    def clean(self, text: str) -> str:
        """Return the text without any secret in it."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        for pattern in (_NAMED, _CODES, _IN_ADDRESS, _LOG_IN):
            text = pattern.sub(_hide_value, text)
        return text


def _hide_value(found: re.Match[str]) -> str:
    return f"{found['before']}{HIDDEN}"


def _forms(secret: str) -> Iterator[str]:
    """Yield every form in which this program or a library may write a secret."""
    if len(secret) < SHORTEST:
        return
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield json.dumps(secret)[1:-1]
    yield quote(secret, safe="", errors="replace")
    yield raw.hex()
    yield raw.hex().upper()
    for before in range(3):
        told = _of_base64(raw, before)
        yield told
        yield told.translate(str.maketrans("+/", "-_"))


def _of_base64(raw: bytes, before: int) -> str:
    """Return the characters that tell of nothing but these bytes, after so many other ones."""
    told = base64.b64encode(bytes(before) + raw).decode()
    whole = 4 * ((before + len(raw)) // 3)
    return told[(0, 2, 3)[before] : whole + (before + len(raw)) % 3]
