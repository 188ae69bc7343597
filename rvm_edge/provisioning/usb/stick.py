"""What a technician's stick holds: one credentials file, and perhaps a word about the site."""

from __future__ import annotations

import codecs
import fnmatch
import os
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from rvm_edge.provisioning.admitting import at_server
from rvm_edge.provisioning.credentials import (
    MOST_BYTES,
    Credentials,
    CredentialsError,
    origin_of,
    parse_credentials,
)
from rvm_edge.provisioning.one_file import read_bounded
from rvm_edge.provisioning.problems import Problem
from rvm_edge.provisioning.site import Language, Site
from rvm_edge.strict_tables import json_to_struct, refused_as

CREDENTIALS: Final = "rvm-credentials*.json"
SITE: Final = "rvm-site.json"
MOST_ENTRIES: Final = 1000
"""So many names may be in a stick's first folder; no other one is looked into."""

MOST_SITE_BYTES: Final = 4096


class StickError(Exception):
    """The stick is of no use. The message says why, in one line; it quotes no secret."""


class StickSite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``rvm-site.json`` may hold, for exports that name no server.

    Attributes:
        server_url: where the server is.
        time_zone: where the machine stands.
        language: of its screen.
    """

    server_url: str = ""
    time_zone: str = ""
    language: Language = ""

    def __post_init__(self) -> None:
        """Refuse what is no server's address."""
        if self.server_url:
            origin_of(self.server_url)


def read_stick(folder: Path) -> tuple[Credentials, Site] | None:
    """Read a stick; None where it holds no credentials file, which is nobody's business.

    Args:
        folder: where it is mounted.

    Raises:
        StickError: it holds several, one that is of no use, or too much to look through.
    """
    name = _named(folder)
    if name is None:
        return None
    told = _site(folder)
    try:
        raw = read_bounded(folder / name, MOST_BYTES, follow=False)
        credentials = parse_credentials(raw, told.server_url, name=name)
        if told.server_url:
            credentials = at_server(credentials, told.server_url)
        return credentials, Site(told.time_zone, told.language)
    except OSError as error:
        raise StickError(f"{name}: {error.strerror or 'cannot be read'}") from error
    except CredentialsError as error:
        if error.problem is Problem.NO_SERVER:
            raise StickError(f"{name} names no server: {_how_to_name_one(folder)}") from error
        raise StickError(str(error)) from error
    except ValueError as error:
        raise StickError(f"{SITE}: {error}") from error


def _how_to_name_one(folder: Path) -> str:
    """Say what to do; an editor that hides endings may have put one more behind the name."""
    longer = f"{SITE}.txt"
    return f"{longer} must be {SITE}" if (folder / longer).exists() else f"put {SITE} beside it"


def _named(folder: Path) -> str | None:
    try:
        with os.scandir(folder) as entries:
            looked_at = [one.name for one in islice(entries, MOST_ENTRIES + 1)]
    except OSError as error:
        raise StickError(f"the stick cannot be read: {error.strerror}") from error
    if len(looked_at) > MOST_ENTRIES:
        raise StickError(f"the stick's first folder holds more than {MOST_ENTRIES} names: too many")
    names = [
        one for one in looked_at if fnmatch.fnmatchcase(one, CREDENTIALS) and one.isprintable()
    ]
    if len(names) > 1:
        raise StickError(f"the stick holds several files {CREDENTIALS}: leave this machine's alone")
    return names[0] if names else None


def _site(folder: Path) -> StickSite:
    try:
        raw = read_bounded(folder / SITE, MOST_SITE_BYTES, follow=False)
        raw = raw.removeprefix(codecs.BOM_UTF8)  # written by hand, on whatever was at hand
    except FileNotFoundError:
        return StickSite()
    except OSError as error:
        raise StickError(f"{SITE}: {error.strerror or 'cannot be read'}") from error
    with refused_as(StickError, SITE, raw, MOST_SITE_BYTES):
        return json_to_struct(raw, StickSite)
