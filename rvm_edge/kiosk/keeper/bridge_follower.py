"""Follows the machine through the local bridge, for as long as the screen is kept."""

from __future__ import annotations

import itertools
import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
import trio

from rvm_edge import __version__
from rvm_edge.backoff import Backoff
from rvm_edge.kiosk.keeper.bridge_line import BridgeLine, BridgeLostError, bridge_line
from rvm_edge.kiosk.keeper.bridge_wire import AliveOut, AskKioskUrl, Heard, HelloOut
from rvm_edge.kiosk.keeper.navigation import spoken
from rvm_edge.kiosk.keeper.outlook import News, Outlook
from rvm_edge.settings.kiosk import KioskSettings
from rvm_edge.settings.origins import plain_origin_of
from rvm_edge.untrusted_json import UnreadableError, read_json

RETRY_FIRST_S: Final = 0.2
RETRY_CAP_S: Final = 1.0
"""The bridge is on this machine: asking for it every second costs nobody anything."""

TOKEN_MOST_BYTES: Final = 128
URL_MOST_CHARS: Final = 4096

_LOG = logging.getLogger(__name__)


async def follow(settings: KioskSettings, news: News) -> None:
    """Keep the news up to date until cancelled."""
    backoff = Backoff(RETRY_FIRST_S, RETRY_CAP_S)
    said = ""
    while True:
        try:
            async with bridge_line(settings.port) as line:
                await _Conversation(line, settings, news, backoff).run()
        except BridgeLostError as lost:
            if str(lost) != said:
                _LOG.warning("port %d: %s", settings.port, lost)
            said = str(lost)
        news.tell(Outlook())
        await trio.sleep(backoff.next_s())


class _Conversation:
    """One connection, from the hello to its end. Every method raises `BridgeLostError`."""

    def __init__(
        self, line: BridgeLine, settings: KioskSettings, news: News, backoff: Backoff
    ) -> None:
        self._line = line
        self._settings = settings
        self._news = news
        self._backoff = backoff
        self._token = _token_in(settings.token_file)
        self._ids = itertools.count(1)
        self._asked = ""
        self._refused = ""

    async def run(self) -> None:
        """Speak until the bridge is lost."""
        hello = await self._greet()
        heard_s = trio.current_time()
        while True:
            with trio.move_on_after(hello.heartbeat_s):
                while True:
                    heard = _read(await self._line.hear())
                    heard_s = trio.current_time()
                    self._take(heard)
                    await self._ask_for_url()
            if trio.current_time() - heard_s > hello.silence_s:
                raise BridgeLostError("the bridge has fallen silent")
            if _token_in(self._settings.token_file) != self._token:
                raise BridgeLostError("the machine has left a new token")
            await self._say(AliveOut())
            self._asked = ""

    async def _greet(self) -> Heard:
        await self._say(HelloOut(client=f"kiosk keeper/{__version__}", token=self._token))
        with trio.move_on_after(self._settings.answer_s):
            hello = _read(await self._line.hear())
            if hello.type == "hello" and hello.snapshot is not None:
                self._backoff.succeeded()
                if not hello.may_act:
                    _LOG.warning(
                        "the bridge does not know the token in %s: people can watch, not act",
                        self._settings.token_file,
                    )
                known = Outlook(here=True, token=self._token if hello.may_act else "")
                self._news.tell(known.after_all(hello.snapshot))
                await self._ask_for_url()
                return hello
        raise BridgeLostError("the bridge does not say hello")

    def _take(self, heard: Heard) -> None:
        known = self._news.now
        if heard.part is not None:
            self._news.tell(known.after(heard.part))
        elif heard.snapshot is not None:
            self._news.tell(known.after_all(heard.snapshot))
        elif heard.result is not None and heard.id == self._asked and known.online:
            self._news.tell(replace(known, server_url=self._believed(heard.result.url)))
        if not self._news.now.online:
            self._asked = ""  # an answer that is still to come is of a link that is gone

    async def _ask_for_url(self) -> None:
        """Ask for the server's page where there should be one, and again with each heartbeat."""
        known = self._news.now
        if known.online and known.token and not (known.server_url or self._asked):
            self._asked = str(next(self._ids))
            await self._say(AskKioskUrl(id=self._asked))

    def _believed(self, url: str) -> str:
        """Return the address, or "" for one that the screen will not show."""
        origin, expected = plain_origin_of(url), self._settings.server_origin
        if origin and len(url) <= URL_MOST_CHARS and origin == (expected or origin):
            return url
        if url and url != self._refused:
            self._refused = url
            _LOG.warning(
                "the server's page is at %s, and kiosk.server_origin is %r: it is not shown",
                spoken(url),
                expected,
            )
        return ""

    async def _say(self, message: msgspec.Struct) -> None:
        await self._line.say(msgspec.json.encode(message))


def _read(text: str) -> Heard:
    try:
        return read_json(text, Heard)
    except UnreadableError as error:
        raise BridgeLostError(f"the bridge says what nobody understands: {error}") from error


def _token_in(file: str) -> str:
    """Return this boot's token, or "" while the machine has left none that could be one."""
    try:
        with Path(file).open("rb") as opened:
            token = opened.read(TOKEN_MOST_BYTES + 1).decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return token if len(token) <= TOKEN_MOST_BYTES else ""
