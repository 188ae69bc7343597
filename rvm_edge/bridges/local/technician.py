"""The technician's PIN: stored as a slow hash, tried rarely."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import trio

_LOG2_N: Final = 14
_R: Final = 8
_P: Final = 1
_SALT_BYTES: Final = 16
_KEY_BYTES: Final = 32
_STORED = re.compile(r"scrypt\$14\$8\$1\$([0-9a-f]{32})\$([0-9a-f]{64})")
_PIN = re.compile(r"[0-9]{4,12}")

FREE_TRIES: Final = 5
"""So many wrong PINs in a row cost nothing."""

FIRST_LOCK_S: Final = 60.0
LONGEST_LOCK_S: Final = 3600.0


class PinFormError(ValueError):
    """A PIN, or a stored hash of one, does not have the form it must have."""


@dataclass(frozen=True, repr=False)
class PinHash:
    """What is kept of a PIN. Its text is ``scrypt$14$8$1$<salt>$<key>``, salt and key in hex."""

    salt: bytes
    key: bytes

    @staticmethod
    def of(pin: str) -> PinHash:
        """Hash a new PIN, with a new salt. Takes some 50 ms of a processor.

        Raises:
            PinFormError: it is not 4 to 12 digits.
        """
        if not _PIN.fullmatch(pin):
            raise PinFormError("a technician's PIN has 4 to 12 digits")
        salt = secrets.token_bytes(_SALT_BYTES)
        return PinHash(salt, _derive(pin, salt))

    @staticmethod
    def parse(text: str) -> PinHash:
        """Read a stored hash.

        Raises:
            PinFormError: it is none of ours.
        """
        found = _STORED.fullmatch(text)
        if not found:
            raise PinFormError("the stored PIN is no scrypt hash of this program")
        return PinHash(bytes.fromhex(found[1]), bytes.fromhex(found[2]))

    def __str__(self) -> str:
        """The text to store."""
        return f"scrypt${_LOG2_N}${_R}${_P}${self.salt.hex()}${self.key.hex()}"

    def __repr__(self) -> str:
        """Say only that there is one."""
        return "PinHash(…)"

    def fits(self, pin: str) -> bool:
        """Say whether this is the PIN. As slow as `of`."""
        return bool(_PIN.fullmatch(pin)) and hmac.compare_digest(_derive(pin, self.salt), self.key)


class PinDesk:
    """Checks PINs one after the other, for all clients together, and less and less often."""

    def __init__(self, pin: PinHash | None, clock: Callable[[], float]) -> None:
        """Open.

        Args:
            pin: None where nobody set one: then none fits.
            clock: monotonic seconds.
        """
        self._pin = pin
        self._clock = clock
        self._one_at_a_time = trio.Lock()
        self._wrong = 0
        self._locked_until_s = clock()

    @property
    def locked_s(self) -> float:
        """How long nobody may try, in seconds; 0 if one may."""
        return max(0.0, self._locked_until_s - self._clock())

    async def check(self, pin: str) -> bool:
        """Say whether the PIN is right; wrong ones are remembered until a right one comes.

        A try counts from its beginning: giving up on the answer does not make it undone.
        """
        async with self._one_at_a_time:
            if self._pin is None or self.locked_s > 0.0:
                return False
            self._count_wrong()
            if not await trio.to_thread.run_sync(self._pin.fits, pin):
                return False
            self._wrong = 0
            self._locked_until_s = self._clock()
            return True

    def _count_wrong(self) -> None:
        self._wrong += 1
        beyond = self._wrong - FREE_TRIES
        if beyond >= 0:
            lock_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2.0 ** min(beyond, 16))
            self._locked_until_s = self._clock() + lock_s


def _derive(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        pin.encode("ascii"), salt=salt, n=2**_LOG2_N, r=_R, p=_P, dklen=_KEY_BYTES
    )
