"""Whether the machine's memory is its own."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from rvm_edge.doctor.finding import Check, Finding, Repair, failure, fine, for_root, note, warning
from rvm_edge.doctor.place import Place

MOST_FILES: Final = 20_000
_FOR_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_WRITTEN_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_PRIVATE: Final = ("ledger", "journal", "rvm-cred")
_WRITTEN: Final = (*_PRIVATE, "evidence", "flight", "model-store", "server-policy", "site")
_OF_THE_DISK: Final = "lost+found"
"""Root's, wherever the folder is a disk of its own."""

_MATTERS: Final = "A machine that cannot remember takes no items."
_MACHINES_USER: Final = "rvm"


class _Owner(msgspec.Struct, frozen=True):
    """Whose the data folder is to be."""

    uid: int
    name: str


def look(place: Place) -> Finding:
    """Look at the data folder and what lies in it."""
    folder = place.locations.data_dir
    if not folder.exists():
        return note(f"{folder} is not there yet", "", "It is made at the first start.")
    owner = _owner(place, folder)
    entries = tuple(islice(_entries(folder), MOST_FILES))
    return (
        _closed_to_this_user(folder, owner)
        or _of_others(folder, owner, entries)
        or _open_to_others(folder, entries)
        or fine(f"{folder} belongs to {owner.name} alone")
    )


def _closed_to_this_user(folder: Path, owner: _Owner) -> Finding | None:
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return None  # nobody may write it: the disk's check says so
    if os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return None
    if folder.stat().st_uid == owner.uid != os.geteuid():
        return failure(
            f"{folder} is {owner.name}'s, and this user may not write it",
            "What else is said here may be wrong: this user cannot see everything.",
            "Ask as the machine's own user: sudo rvm-edge doctor",
        )
    return failure(
        f"{folder} may not be written by this user",
        _MATTERS,
        f"Give it to the machine's user: sudo chown -R {owner.name}: {folder}; "
        f"sudo chmod u+rwx {folder}",
    )


def _of_others(folder: Path, owner: _Owner, entries: Sequence[Path]) -> Finding | None:
    others = [path for path in (folder, *entries) if _lies_with_another(path, owner)]
    if not others:
        return None
    is_written = any(_is_written(path, folder) for path in others)
    return (failure if is_written else warning)(
        f"not {owner.name}'s: {_named(others)}",
        f"The machine runs as {owner.name}, and may not write what is another's.",
        f"Run: sudo chown -R {owner.name}: {folder}",
        for_root(f"give {_named(others)} to {owner.name}", partial(_give, others, owner)),
    )


def _open_to_others(folder: Path, entries: Sequence[Path]) -> Finding | None:
    loose = [
        path
        for path in entries
        if path.parent == folder and path.is_file() and path.name.startswith(_PRIVATE)
        if path.stat().st_mode & _FOR_OTHERS
    ]
    if folder.stat().st_mode & _WRITTEN_BY_OTHERS:
        loose.insert(0, folder)
    if not loose:
        return None
    return warning(
        f"open to others: {_named(loose)}",
        "Ledger, journal and key are nobody's but the machine's.",
        f"Run: sudo chmod go= {' '.join(str(path) for path in loose)}",
        Repair(f"take the rights of others on {_named(loose)} away", partial(_close, loose)),
    )


def _owner(place: Place, folder: Path) -> _Owner:
    """Return the service's user where it is installed, else whoever has the folder."""
    if place.is_installed:
        for line in place.at("/etc/passwd").read_text(encoding="utf-8").splitlines():
            fields = line.split(":")
            if fields[0] == _MACHINES_USER:
                return _Owner(int(fields[2]), _MACHINES_USER)
    uid = folder.stat().st_uid
    try:
        return _Owner(uid, pwd.getpwuid(uid).pw_name)
    except KeyError:
        return _Owner(uid, str(uid))


def _is_written(path: Path, folder: Path) -> bool:
    """Say whether the machine writes it, and not only somebody who left something there."""
    return path == folder or path.relative_to(folder).parts[0].startswith(_WRITTEN)


def _entries(folder: Path) -> Iterator[Path]:
    for inner, folders, names in os.walk(folder):
        if _OF_THE_DISK in folders:
            folders.remove(_OF_THE_DISK)
        yield from (Path(inner, name) for name in (*folders, *names))


def _lies_with_another(path: Path, owner: _Owner) -> bool:
    try:
        return path.lstat().st_uid != owner.uid
    except FileNotFoundError:
        return False  # gone since: the machine runs


def _named(paths: Sequence[Path]) -> str:
    few = ", ".join(path.name for path in paths[:6])
    return f"{few} and {len(paths) - 6} more" if len(paths) > 6 else few  # noqa: PLR2004


def _give(paths: Sequence[Path], owner: _Owner) -> None:
    group = pwd.getpwuid(owner.uid).pw_gid
    for path in paths:
        os.chown(path, owner.uid, group, follow_symlinks=False)


def _close(paths: Sequence[Path]) -> None:
    for path in paths:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_FOR_OTHERS)


CHECK = Check("permissions", "Who can read the machine's memory", look)
