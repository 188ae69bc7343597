"""Whether the machine's users are there and may use what they need."""

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place

NEEDED = ("dialout", "gpio", "video", "render")


def look(place: Place) -> Finding:
    """Look into the user and group files."""
    if not place.is_installed:
        return note("not installed as a service; the machine runs as whoever starts it")
    members = _members(place)
    if "rvm" not in _names(place):
        return failure(
            "the user rvm does not exist",
            "The service cannot start without it.",
            "Run: rvm-edge install --apply",
        )
    lacking = [group for group in NEEDED if "rvm" not in members.get(group, ())]
    if lacking:
        return failure(
            f"the user rvm is not in {', '.join(lacking)}",
            "systemd does not start a service whose group is missing (216/GROUP), and the machine "
            "cannot open the devices of those groups.",
            "Run: rvm-edge install --apply",
        )
    return fine("the user rvm is in every group that it needs")


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
