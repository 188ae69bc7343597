"""Where credentials are put: in the data folder, whole or not at all, for nobody else to read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from rvm_edge.provisioning.credentials import Credentials, parse_credentials
from rvm_edge.provisioning.former import note_former
from rvm_edge.provisioning.one_file import discard, keep
from rvm_edge.provisioning.site import Site, SiteError, read_site


class Store:
    """Keeps who the machine is, and what was chosen for its site."""

    def __init__(
        self, credentials_path: Path, site_path: Path, policy_path: Path | None = None
    ) -> None:
        """Remember where; nothing is read or written yet.

        Args:
            credentials_path: of who the machine is.
            site_path: of what was chosen for its site.
            policy_path: of what its server said last, to be forgotten with them.
        """
        self._credentials = credentials_path
        self._site = site_path
        self._policy = policy_path

    def is_filled(self) -> bool:
        """Say whether there are credentials, be they any good or not."""
        return self._credentials.exists()

    def save(self, credentials: Credentials, site: Site) -> None:
        """Keep both; the credentials last, because the machine begins when it sees them.

        They are written anew, with the keys that this program knows and no others: nothing that
        somebody put into the file beside them comes along. The server's address goes into the
        same file as the key, so that a key is never sent to another server than its own. A bin
        that was measured before stays as deep where nobody measured it now: it is the same bin.

        Raises:
            OSError: they cannot be written; those that were there are there still.
            CredentialsError: what was read could not be read again, which is a defect.
        """
        raw = encoded(credentials)
        parse_credentials(raw, name=str(self._credentials))
        note_former(self._credentials, credentials.identity.registration)
        keep(self._site, msgspec.json.encode(self._as_measured(site)))
        keep(self._credentials, raw)

    def _as_measured(self, site: Site) -> Site:
        if site.bin is not None:
            return site
        try:
            return msgspec.structs.replace(site, bin=read_site(self._site).bin)
        except SiteError:
            return site

    def forget(self) -> bool:
        """Delete both, and the server's policy; say whether there were credentials.

        The credentials before the rest: a machine whose disk fails in between waits to be set up.

        Raises:
            OSError: they cannot be deleted.
        """
        note_former(self._credentials, None)
        were_there = discard(self._credentials)
        discard(self._site)
        if self._policy is not None:
            discard(self._policy)
        return were_there


def encoded(credentials: Credentials) -> bytes:
    """Return credentials as a file that `parse_credentials` reads."""
    who = credentials.identity
    fields = {
        "serial_number": who.hardware_id,
        "api_key": who.api_key.reveal(),
        "name": who.name,
        "server_url": who.server_url,
        "sync_token": who.sync_token.reveal() if who.sync_token else "",
        "reverb_app_key": credentials.reverb_app_key,
    }
    return msgspec.json.encode({key: value for key, value in fields.items() if value})
