"""Who stands in front of the machine can read its screen: that is what the pairing code proves."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rvm_edge.provisioning.wizard.tries import WrongTries

DIGITS: Final = 8
LASTS_S: Final = 600.0
IDLE_S: Final = 1800.0
"""A technician who has not been heard of for so long has to pair again."""

_CODE: Final = re.compile(rf"[0-9]{{{DIGITS}}}")


class NotPairedError(Exception):
    """The code was not taken.

    Attributes:
        wait_s: how long nobody may try now; 0 if one may.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__("this is not the code on the machine's screen")
        self.wait_s = wait_s


@dataclass(frozen=True, repr=False)
class Session:
    """A technician who has paired.

    Attributes:
        cookie: what their browser shows again.
        csrf: what their page says with everything that changes anything.
    """

    cookie: str
    csrf: str

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "Session(…)"


class PairingDesk:
    """Keeps one code and one session at a time; comparing takes as long whether right or wrong.

    A code is good for one pairing, for ten minutes and for five tries; after those nobody may try
    for a while, longer each time: see `WrongTries`.
    """

    def __init__(self, clock: Callable[[], float], tries: WrongTries | None = None) -> None:
        """Open with a first code.

        Args:
            clock: monotonic seconds.
            tries: what was guessed before; None for nothing.
        """
        self._clock = clock
        self._tries = WrongTries(clock) if tries is None else tries
        self._session: Session | None = None
        self._seen_s = 0.0
        self._renew()

    @property
    def code(self) -> str:
        """The code that is good now."""
        if self._clock() >= self._ends_s:
            self._renew()
        return self._code

    @property
    def lasts_s(self) -> float:
        """For how long it still is."""
        return max(0.0, self._ends_s - self._clock())

    def another_code(self) -> str:
        """Change the code, and return it."""
        self._renew()
        return self._code

    def pair(self, typed: str) -> Session:
        """Take a code for a session; the one before ends.

        Raises:
            NotPairedError: it is another one, or nobody may try now.
        """
        if wait_s := self._tries.wait_s:
            raise NotPairedError(wait_s)
        good = self.code
        given = typed if _CODE.fullmatch(typed) else "-" * DIGITS
        if not hmac.compare_digest(given.encode(), good.encode()):
            if self._tries.count():
                self._renew()
            raise NotPairedError(self._tries.wait_s)
        self._tries.forget()
        self._renew()
        self._session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
        self._seen_s = self._clock()
        return self._session

    def session(self, cookie: str) -> Session | None:
        """Return the session of a cookie, if it is a good one."""
        session = self._session
        if session is None or not _same(cookie, session.cookie):
            return None
        if self._clock() - self._seen_s > IDLE_S:
            self._session = None
            return None
        self._seen_s = self._clock()
        return session

    def _renew(self) -> None:
        self._code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self._ends_s = self._clock() + LASTS_S


def is_csrf(session: Session, said: str) -> bool:
    """Say whether a page said its session's word."""
    return _same(said, session.csrf)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
