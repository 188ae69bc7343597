"""Whether the services' users are there, and the groups that their units ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.service.install.files import UNITS
from rvm_edge.service.unit_file import unit_texts, words_of

_TODO: Final = "Run: sudo rvm-edge install --apply"


def look(place: Place) -> Finding:
    """Look into the user and group files."""
    if not place.is_installed:
        return note("not installed as a service; the machine runs as whoever starts it")
    people, members = _names(place), _members(place)
    asked = list(_asked_for(place))
    for user, _ in asked:
        if user not in people:
            return failure(
                f"the user {user} does not exist", "The service cannot start without it.", _TODO
            )
    absent = sorted({one for _, groups in asked for one in groups if one not in members})
    if absent:
        return failure(
            f"there is no group {', '.join(absent)}",
            "systemd does not start a service whose group is missing (216/GROUP).",
            _TODO,
        )
    for user, groups in asked:
        lacking = [group for group in groups if user not in members[group]]
        if lacking:
            return failure(
                f"the user {user} is not in {', '.join(lacking)}",
                "A command that is run as this user cannot open the devices of those groups, "
                "though the service can.",
                _TODO,
            )
    return fine(f"{' and '.join(user for user, _ in asked)} are in every group that they need")


def _asked_for(place: Place) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return the user of every service that is installed, and the groups that its unit names."""
    for name in UNITS:
        unit = place.at(f"/etc/systemd/system/{name}")
        if unit.exists():
            texts = unit_texts(unit)
            user = words_of(texts, "User")[-1:]
            yield (*user, "root")[0], words_of(texts, "SupplementaryGroups")


def _names(place: Place) -> set[str]:
    return {line.split(":")[0] for line in _lines(place, "passwd")}


def _members(place: Place) -> dict[str, tuple[str, ...]]:
    rows = [line.split(":") for line in _lines(place, "group")]
    return {row[0]: tuple(row[3].split(",")) for row in rows if len(row) > 3}  # noqa: PLR2004 - group(5)


def _lines(place: Place, name: str) -> list[str]:
    try:
        return place.at(f"/etc/{name}").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


CHECK = Check("people", "Users and groups", look)
