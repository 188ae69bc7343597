"""How a browser is kept in front of people."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from rvm_edge.settings.measures import Seconds
from rvm_edge.settings.origins import plain_origin_of

Word = Annotated[str, Meta(min_length=1, max_length=1024)]

NEVER: Final = (
    "--disable-site-isolation",
    "--disable-web-security",
    "--load-extension",
    "--no-sandbox",
    "--remote-debugging-port",
    "--user-data-dir",
)
"""Flags that open the browser to whoever is near, or that the keeper gives itself."""

_HOURS, _MINUTES = 24, 60


class KioskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a browser is kept in front of people, by `rvm-edge kiosk`. Times in seconds.

    Attributes:
        browser: the command that starts Chromium; the keeper adds its flags.
        flags: more flags for it.
        profile_dir: where the browser keeps what it remembers; emptied before each start. "" is a
            folder of the service's own run-time folder.
        port: of the local bridge, on 127.0.0.1.
        token_file: where the machine leaves this boot's token for the screen; "" for the file in
            the machine's own data folder, which only its own user can read.
        server_origin: of the server's page, such as `https://rvm.example`; for the browser's
            managed policy, which is written before anybody has asked the server.
        more_origins: of other pages that the server's page leads to.
        start_s: how long the browser may take to start.
        load_s: how long the server's page may take to show something.
        probe_s: between two questions to the page whether it lives.
        answer_s: how long it may take to answer.
        alert_s: how long a page's alert stays before it is closed for whoever left.
        retry_first_s: the first wait after a failure is at most this; it doubles.
        retry_cap_s: the longest wait after failures in a row.
        linger_s: how long the thanks for a donation stay before the server's page comes back.
        page_most_mb: memory of the browser's pages, in MiB, above which they are loaded anew.
        reload_at: when the page is loaded anew each night, as HH:MM in the time zone of the
            machine's site; "" for never.
    """

    browser: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=16)] = ("chromium",)
    flags: Annotated[tuple[Word, ...], Meta(max_length=64)] = ()
    profile_dir: Annotated[str, Meta(max_length=1024)] = ""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8888
    token_file: Annotated[str, Meta(max_length=1024)] = ""
    server_origin: Annotated[str, Meta(max_length=256)] = ""
    more_origins: Annotated[tuple[Word, ...], Meta(max_length=16)] = ()
    start_s: Seconds = 20.0
    load_s: Seconds = 15.0
    probe_s: Seconds = 0.5
    answer_s: Seconds = 2.0
    alert_s: Seconds = 8.0
    retry_first_s: Seconds = 0.5
    retry_cap_s: Seconds = 60.0
    linger_s: Annotated[float, Meta(ge=0, le=60)] = 6.0
    page_most_mb: Annotated[float, Meta(ge=50, le=65_536)] = 700.0
    reload_at: Annotated[str, Meta(pattern="^([0-9]{2}:[0-9]{2})?$")] = "03:30"

    def __post_init__(self) -> None:
        """Refuse what would leave people without a screen, or the screen open to them."""
        for flag in self.flags:
            name = flag.split("=")[0]
            if not flag.startswith("--") or name in NEVER or name.startswith("--remote-debugging"):
                raise ValueError(f"flags must not contain {name!r}")
        for origin in (self.server_origin, *self.more_origins):
            if origin and plain_origin_of(origin) != origin:
                raise ValueError(f"{origin!r} is no origin such as 'https://rvm.example'")
        if self.retry_first_s > self.retry_cap_s:
            raise ValueError("retry_first_s must not exceed retry_cap_s")
        if self.reload_at and not self._is_time(self.reload_at):
            raise ValueError("reload_at must be a time from 00:00 to 23:59")

    @property
    def bridge_origin(self) -> str:
        """The local bridge, as a browser names it."""
        return f"http://127.0.0.1:{self.port}"

    @staticmethod
    def _is_time(text: str) -> bool:
        hour, minute = text.split(":")
        return int(hour) < _HOURS and int(minute) < _MINUTES
