"""Keeps secrets out of what is written down for people, whoever put them there.

Nothing in this program writes a secret on purpose. This is for the address that a library quotes
in its error, and for the header that somebody prints while looking for something else.
"""

from __future__ import annotations

import base64
import heapq
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


_AS_LOWER: Final = {"\u0130": "i", "\u0131": "i", "\u017f": "s"}
"""What `re` takes for these letters, and `lower` does not; the first one's is two characters."""

_PECULIAR: Final = re.compile(f"[{''.join(_AS_LOWER)}]")


class _Named:
    """A pattern whose matches begin with one of a few words.

    Looking for the words first takes a tenth of the time: `re` would try every branch at every
    character, and what is written here is megabytes.
    """

    def __init__(self, pattern: str, *words: str, before: int = 0) -> None:
        """Compile it.

        Args:
            pattern: with the groups ``before`` and ``value``, of which the latter is hidden.
            words: in lower-case ASCII; every match holds one of them.
            before: how many characters of the match come before that word.
        """
        self.pattern: Final = re.compile(pattern, re.IGNORECASE | re.VERBOSE)
        self._words = words
        self._before = before

    def hide_in(self, text: str) -> str:
        """Return the text without the values; the same as ``pattern.sub`` would."""
        lower = text if text.isascii() else _PECULIAR.sub(lambda found: _AS_LOWER[found[0]], text)
        lower = lower.lower()
        pieces, done = [], 0
        for at in heapq.merge(*(_places(lower, word) for word in self._words)):
            begin = at - self._before
            if begin < done or (found := self.pattern.match(text, begin)) is None:
                continue
            pieces += [text[done : found.start("value")], HIDDEN]
            done = found.end()
        return "".join([*pieces, text[done:]]) if pieces else text


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


_BY_NAME: Final = _Named(
    rf"""
    (?P<before>
        (?: api[_-]?key | token | signature | secret | password | passphrase | psk | ssid
          | pin[_-]?hash | csrf | authorization (?: {_IS} (?: bearer | basic ) )?
        )
        {_IS} (?: (?: bearer | basic ) \s+ )?
      | bearer\s+ | (?: cookie ) {_IS} (?: [^\s"'=;]{{1,64}} = )?
    )
    (?P<value> [^\s"'&,;}}\]]* [^\s"'&,;}}\]\\] )
    """,
    *("api", "token", "signature", "secret", "passw", "passphrase", "psk", "ssid", "pin", "csrf"),
    *("authorization", "bearer", "cookie"),
)
_CODES: Final = _Named(
    r"""
    (?P<before> \b(?: pin | pairing[ _-]?code )\b (?: [^a-z0-9\n]{1,8} | [ ]is[ ] ) )
    (?P<value> [0-9]{4,12} )
    """,
    *("pin", "pairing"),
)
"""A technician's PIN has more digits than any pin of a computer's header."""

_IN_ADDRESS: Final = _Named(
    r"""(?P<before> [a-z]://[^\s/:@"']{0,64}: ) (?P<value> [^\s/@"']{1,256} ) (?=@)""",
    "://",
    before=1,
)
_LOG_IN: Final = _Named(
    r"""(?P<before> myrvm://session/ ) (?P<value> [^\s/?"'\\]+ )""", "myrvm://session/"
)
"""What a user's phone reads from the screen."""

NAMED: Final = (_BY_NAME, _CODES, _IN_ADDRESS, _LOG_IN)


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
        for named in NAMED:
            text = named.hide_in(text)
        return text


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
