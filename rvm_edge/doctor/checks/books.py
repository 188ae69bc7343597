"""Whether the ledger holds together."""

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.ledger import check
from rvm_edge.ledger.failures import LedgerDamagedError
from rvm_edge.machine import LedgerError

_MATTERS = (
    "What was taken is remembered there, and what the server is still to get lies only there."
)


def look(place: Place) -> Finding:
    """Prove the ledger's invariants; the machine may run meanwhile."""
    path = place.locations.ledger_path
    if not path.exists():
        return note("no item was ever taken here")
    copy = f"Keep a copy first: sudo cp -a {path.parent} {path.parent}.copy"
    try:
        found = check(path)
    except LedgerDamagedError as error:
        return failure(str(error), _MATTERS, f"{copy}; then send it to whoever mends it.")
    except LedgerError as error:
        return failure(str(error), _MATTERS, "Put that right, then: sudo rvm-edge ledger check")
    if found.violations:
        return failure(
            f"{len(found.violations)} of the ledger's rules are broken",
            _MATTERS,
            f"{copy}; then see which: sudo rvm-edge ledger check",
        )
    return fine("the ledger's rules hold")


CHECK = Check("books", "Ledger", look)
