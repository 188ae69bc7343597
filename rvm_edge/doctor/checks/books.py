"""Whether the ledger and the journal hold together, and how much waits for the server."""

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.ledger import check
from rvm_edge.machine import LedgerError


def look(place: Place) -> Finding:
    """Prove the ledger's invariants; the machine may run meanwhile."""
    path = place.locations.ledger_path
    if not path.exists():
        return note("no item was ever taken here")
    try:
        found = check(path)
    except LedgerError as error:
        return failure(str(error), "What was taken is remembered there.", "Keep the file.")
    if found.violations:
        return failure(
            f"{len(found.violations)} of the ledger's rules are broken",
            "Items may be counted wrongly.",
            "Keep a copy of the data folder, then: rvm-edge ledger check",
        )
    return fine("the ledger's rules hold")


CHECK = Check("books", "Ledger", look)
