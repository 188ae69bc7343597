"""The browser's managed policy: what it refuses even if the keeper were not there to refuse it.

For ``/etc/chromium/policies/managed/``; the keys are explained at
https://chromeenterprise.google/policies/. Two that one would expect are not there, both watched in
Chromium 156:

* ``DeveloperToolsAvailability``: with 2 the browser refuses the keeper's pipe too ("Not allowed").
* ``chrome://*`` among the blocked addresses: the browser dies when one is opened (SIGTRAP). A page
  of the web cannot open one, and the keeper replaces a page that somebody led there by a keyboard.
"""

from __future__ import annotations

from typing import Final

import msgspec

from rvm_edge.settings.kiosk import KioskSettings

_NO: Final = 2
"""For pages' requests: never, and nobody is asked."""


class ManagedPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """The policy's keys, in the browser's own names.

    Attributes:
        loopback_network_allowed_for_urls: who may reach the machine's bridge from the web without
            anybody being asked; Local Network Access, from Chromium 146.
        local_network_access_allowed_for_urls: the same for 140 to 145.
    """

    url_blocklist: tuple[str, ...] = msgspec.field(default=("*",), name="URLBlocklist")
    url_allowlist: tuple[str, ...] = msgspec.field(name="URLAllowlist")
    loopback_network_allowed_for_urls: tuple[str, ...]
    local_network_access_allowed_for_urls: tuple[str, ...]
    allow_dinosaur_easter_egg: bool = False
    autofill_address_enabled: bool = False
    autofill_credit_card_enabled: bool = False
    bookmark_bar_enabled: bool = False
    browser_signin: int = 0
    default_geolocation_setting: int = _NO
    default_notifications_setting: int = _NO
    default_popups_setting: int = _NO
    download_restrictions: int = 3
    edit_bookmarks_enabled: bool = False
    extension_install_blocklist: tuple[str, ...] = ("*",)
    incognito_mode_availability: int = 1
    password_manager_enabled: bool = False
    printing_enabled: bool = False
    sync_disabled: bool = True
    translate_enabled: bool = False


def managed_policy(settings: KioskSettings) -> str:
    """Return the policy file for these settings, as JSON with one key a line."""
    server = tuple(filter(None, (settings.server_origin, *settings.more_origins)))
    policy = ManagedPolicy(
        url_allowlist=(settings.bridge_origin, *server),
        loopback_network_allowed_for_urls=server,
        local_network_access_allowed_for_urls=server,
    )
    return msgspec.json.format(msgspec.json.encode(policy), indent=2).decode() + "\n"
