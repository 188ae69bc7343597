"""Keeps the machine's channel subscribed for ever, and hands over what comes on it."""

from __future__ import annotations

import logging
import math
import random
import ssl
from collections.abc import Callable

import msgspec
import trio

from rvm_edge.backoff import Backoff
from rvm_edge.bridges.cloud.reverb.address import ReverbAddress
from rvm_edge.bridges.cloud.reverb.connection import Authorize, subscribed
from rvm_edge.bridges.cloud.reverb.dialling import Dial, Dialler
from rvm_edge.bridges.cloud.reverb.dispatcher import Dispatcher, OnAuthorized, OnCommand
from rvm_edge.bridges.cloud.reverb.errors import Retry, ReverbTroubleError
from rvm_edge.bridges.cloud.reverb.recent import Recent
from rvm_edge.bridges.cloud.reverb.state import ReverbCounts, ReverbState
from rvm_edge.settings.cloud import ReverbSettings

TRIES_AFTER_LOSS = 3
"""So many failed reconnections, where losing the socket counts, are losing the server."""

_LOG = logging.getLogger(__name__)


class ReverbListener:
    """The client of one Reverb.

    Attributes:
        state: where it is.
        counts: what happened since the program started.
        trouble: why there was no connection last, for a technician; "" if there always was.
    """

    def __init__(
        self,
        settings: ReverbSettings,
        address: Callable[[], ReverbAddress | None],
        *,
        authorize: Authorize,
        on_command: OnCommand,
        on_authorized: OnAuthorized,
        tls: ssl.SSLContext | None,
        chance: Callable[[], float] = random.random,
        dial: Dial | None = None,
    ) -> None:
        """Make a listener; nothing is connected yet.

        Args:
            settings: times, and whether a loss is one of the server.
            address: asked before every connection; None where the server has no Reverb.
            authorize: asks the server to sign for a private channel; None if it does not.
            on_command: gets each command, one after the other.
            on_authorized: gets each session that a user opened at this machine, once.
            tls: not shared with an HTTP client; None for the operating system's authorities.
            chance: a number in [0, 1) each time, for jitter.
            dial: opens the stream to a server; None for TCP, and TLS with `tls`.
        """
        self.state = ReverbState.DISABLED
        self.counts = ReverbCounts()
        self.trouble = ""
        self._settings = settings
        self._address = address
        self._authorize = authorize
        self._dial = dial or Dialler(tls)
        self._on_command = on_command
        self._on_authorized = on_authorized
        self._known_sessions = Recent()
        self._backoff = Backoff(settings.retry_first_s, settings.retry_cap_s, chance)

    @property
    def is_up(self) -> bool:
        """Whether the channel is subscribed now."""
        return self.state is ReverbState.UP

    async def listen(self) -> None:
        """Listen while not cancelled.

        Returns only where the settings say that losing the socket is losing the server: when it
        was up, is lost, and three tries to have it back have failed.

        Raises:
            ExceptionGroup: what a handler or `authorize` raised.
        """
        dispatcher = Dispatcher(
            self._on_command, self._on_authorized, self._known_sessions, self.counts
        )
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(dispatcher.deliver)
                await self._keep_subscribed(dispatcher)
                nursery.cancel_scope.cancel()
        finally:
            self.state = ReverbState.DISABLED

    async def _keep_subscribed(self, dispatcher: Dispatcher) -> None:
        was_up, failures = False, 0
        while True:
            address = self._address()
            if address is None or not address.app_key:
                self.state = ReverbState.DISABLED
                await trio.sleep_forever()
            ended = await self._attend(address, dispatcher)
            self._note(ended)
            failures = 0 if ended.was_up else failures + 1
            was_up = was_up or ended.was_up
            if self._settings.loss_is_offline and was_up and failures >= TRIES_AFTER_LOSS:
                return
            self.state = ReverbState.WAITING
            await trio.sleep(self._wait_s(ended))

    async def _attend(self, address: ReverbAddress, dispatcher: Dispatcher) -> _Ended:
        """Have one connection, and say how it ended."""
        self.state = ReverbState.CONNECTING
        up_since_s = math.inf
        # Also where the library underneath swallows the reason and just returns.
        trouble = ReverbTroubleError("the connection ended without a word")
        try:
            async with subscribed(
                address, self._dial, self._authorize, self._settings, self.counts
            ) as subscription:
                self.state = ReverbState.UP
                self.counts.subscriptions += 1
                up_since_s = trio.current_time()
                _LOG.info("Reverb: subscribed")
                while True:
                    dispatcher.take(await subscription.next_frame(), address.channel)
        except ReverbTroubleError as told:
            trouble = told
        return _Ended(str(trouble), trouble.retry, trio.current_time() - up_since_s)

    def _note(self, ended: _Ended) -> None:
        if ended.was_up:
            self.counts.losses += 1
        else:
            self.counts.failures += 1
        if ended.was_up or ended.why != self.trouble:  # the same, over and over, is said once
            _LOG.warning("Reverb: %s", ended.why)
        self.trouble = ended.why

    def _wait_s(self, ended: _Ended) -> float:
        """Say how long to wait now.

        A connection that lived for less than the longest wait proves no recovery, and only the
        first trouble is worth a new connection at once: a server that drops everybody on arrival
        is not run down.
        """
        if ended.up_s >= self._settings.retry_cap_s:
            self._backoff.succeeded()
        is_first = self._backoff.failures == 0
        is_late = ended.retry in (Retry.LATER, Retry.RARELY)
        wait_s = self._backoff.next_s(self._settings.retry_cap_s if is_late else None)
        return 0.0 if is_first and ended.retry is Retry.AT_ONCE else wait_s


class _Ended(msgspec.Struct, frozen=True):
    """How one connection ended: `up_s` is how long it was subscribed, negative if it never was."""

    why: str
    retry: Retry
    up_s: float

    @property
    def was_up(self) -> bool:
        return self.up_s >= 0
