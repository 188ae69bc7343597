"""Whether there is a way out."""

from collections.abc import Iterator

from rvm_edge.doctor.finding import Check, Finding, fine, warning
from rvm_edge.doctor.place import Place

_ANYWHERE = "00000000"
_ANYWHERE_6 = "0" * 32
_IS_UP = 0x1


def look(place: Place) -> Finding:
    """Look for a default route of either protocol, and for a name server."""
    ways = sorted({*_ways(place), *_ways_6(place)})
    if not ways:
        return warning(
            "there is no way out to a network",
            "Guests are served, users are not; deposits wait until there is one.",
            "Look at the cable or the modem: ip route",
        )
    try:
        names = place.at("/etc/resolv.conf").read_text(encoding="utf-8")
    except OSError:
        names = ""
    if not any(line.split()[:1] == ["nameserver"] for line in names.splitlines()):
        return warning(
            "no name server is configured",
            "The server's address cannot be found by its name.",
            "See: resolvectl status; or cat /etc/resolv.conf",
        )
    return fine(f"a way out by {', '.join(ways)}")


def _ways(place: Place) -> Iterator[str]:
    """Yield the interfaces with a default route of IPv4 (proc(5), /proc/net/route)."""
    for fields in _rows(place, "/proc/net/route"):
        if len(fields) > 3 and fields[1] == _ANYWHERE and _is_up(fields[3]):  # noqa: PLR2004
            yield fields[0]


def _ways_6(place: Place) -> Iterator[str]:
    """Yield those of IPv6; the kernel's own last resort leads to lo, which is nowhere."""
    for fields in _rows(place, "/proc/net/ipv6_route"):
        leads_out = len(fields) > 9 and fields[:2] == [_ANYWHERE_6, "00"] and fields[9] != "lo"  # noqa: PLR2004
        if leads_out and _is_up(fields[8]):
            yield fields[9]


def _rows(place: Place, path: str) -> Iterator[list[str]]:
    try:
        text = place.at(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    yield from (line.split() for line in text.splitlines())


def _is_up(flags: str) -> bool:
    try:
        return bool(int(flags, 16) & _IS_UP)
    except ValueError:
        return False


CHECK = Check("network", "Network", look)
