"""Whether there is a way out."""

from rvm_edge.doctor.finding import Check, Finding, fine, warning
from rvm_edge.doctor.place import Place

_ANYWHERE = "00000000"
_IS_UP = 0x1


def look(place: Place) -> Finding:
    """Look for a default route in /proc/net/route, and for a name server."""
    try:
        rows = place.at("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        rows = []
    ways = [
        fields[0]
        for fields in (row.split() for row in rows)
        if len(fields) > 3 and fields[1] == _ANYWHERE and int(fields[3], 16) & _IS_UP  # noqa: PLR2004
    ]
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
    if "nameserver" not in names:
        return warning(
            "no name server is configured",
            "The server's address cannot be found by its name.",
            "Look at /etc/resolv.conf",
        )
    return fine(f"a way out by {', '.join(ways)}")


CHECK = Check("network", "Network", look)
