"""The credentials in the data folder of this computer's machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rvm_edge.cli.own.site import go_by_site
from rvm_edge.offload import in_thread
from rvm_edge.provisioning.store import Store
from rvm_edge.provisioning.stored_credentials import StoredCredentials

if TYPE_CHECKING:
    from rvm_edge.daemon import Parts
    from rvm_edge.locations import Locations


def with_own_credentials(here: Locations, parts: Parts) -> Parts:
    """Let the machine wait for the credentials in its data folder, and forget them on demand."""
    store = Store(here.credentials_path, here.site_path, here.server_policy_path)
    folder = here.credentials_path.parent
    stored = StoredCredentials(
        folder, in_thread(), store=store, go_by_site=partial(go_by_site, here)
    )
    return replace(parts, credentials=stored)
