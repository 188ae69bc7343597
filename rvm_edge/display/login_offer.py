"""The code by which users log in: had from the server while somebody could be let in by it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import trio

from rvm_edge.backoff import Backoff
from rvm_edge.bridges.cloud.login_wire import LoginCode
from rvm_edge.bridges.local.view import Login
from rvm_edge.daemon import Daemon
from rvm_edge.display.moments import utc
from rvm_edge.uplink import Uplink
from states import paths

LOOK_S: Final = 0.5
"""Between two looks at whether a code is wanted."""

RENEW_S: Final = 60.0
"""So long before a code's end the next one is asked for: a scan takes a while, too."""

HIDE_S: Final = 5.0
"""So long before its end a code is shown no more."""

BETWEEN_S: Final = 15.0
"""Between two codes at least: the server counts the calls of all machines behind one address."""

RETRY_FIRST_S: Final = 5.0
RETRY_CAP_S: Final = 300.0


class LoginOffer:
    """Keeps a code that is fresh, and of one session at most.

    There is none where nobody could be let in: a code that leads nowhere is worse than none.
    """

    def __init__(
        self,
        ask: Callable[[], Awaitable[LoginCode | None]],
        is_of_use: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        """Prepare; nothing is asked before `keep`.

        Args:
            ask: has the server make a code; None where it makes none.
            is_of_use: whether a user could be let in by it now.
            now: in UTC, by the machine's own clock.
        """
        self._ask = ask
        self._is_of_use = is_of_use
        self._now = now
        self._login: Login | None = None
        self._ends_s = 0.0

    @property
    def current(self) -> Login | None:
        """What to show now."""
        fresh = trio.current_time() < self._ends_s - HIDE_S
        return self._login if fresh and self._is_of_use() else None

    async def keep(self) -> None:
        """Have a code whenever one is of use, until cancelled."""
        backoff = Backoff(RETRY_FIRST_S, RETRY_CAP_S)
        next_s = trio.current_time()
        while True:
            if not self._is_of_use():
                self._login = None  # whoever logs in next gets a code of their own
            elif self._is_wanted() and trio.current_time() >= next_s:
                code = await self._ask()
                if code is None:
                    next_s = trio.current_time() + backoff.next_s()
                else:
                    backoff.succeeded()
                    self._take(code)
                    next_s = trio.current_time() + BETWEEN_S
            await trio.sleep(LOOK_S)

    def _is_wanted(self) -> bool:
        return self._login is None or trio.current_time() >= self._ends_s - RENEW_S

    def _take(self, code: LoginCode) -> None:
        ends_at = self._now() + timedelta(seconds=code.lasts_s)
        self._login = Login(code.content, ends_at.isoformat(timespec="milliseconds"))
        self._ends_s = trio.current_time() + code.lasts_s


def offer_to_users(daemon: Daemon, uplink: Uplink) -> LoginOffer:
    """Offer codes while the machine waits for people, and would hear whom the server lets in."""

    def is_of_use() -> bool:
        here = daemon.runtime.configuration
        return paths.ONLINE in here and paths.IDLE in here and uplink.socket.hears_users

    return LoginOffer(uplink.cloud.login_code, is_of_use, utc)
