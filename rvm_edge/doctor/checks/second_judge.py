"""Whether the second judge, where one is asked for, can be had, and had something to say lately."""

import hashlib
import importlib.util
from pathlib import Path

from rvm_edge.decision import NO_OPINION
from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.ledger.decisions import read
from rvm_edge.ledger.reading import read_only
from rvm_edge.ledger.records import list_items
from rvm_edge.machine import LedgerError

_BLOCK = 1024 * 1024
_LATELY = 50
_NEEDED = ("torch", "sam2")
_MATTERS = "The machine goes on without it: the acceptance rule alone decides."


def look(place: Place) -> Finding:
    """Hash the checkpoint, and see that its libraries are installed."""
    wanted = place.settings.vision.segmenter
    if not wanted.enabled:
        return note("none is asked for")
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return warning(
            f"{' and '.join(missing)} cannot be imported", _MATTERS, "Install the extra ai."
        )
    digest = hashlib.sha256()
    try:
        with Path(wanted.checkpoint).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        return warning(
            f"{wanted.checkpoint}: {error.strerror}",
            _MATTERS,
            "Fetch the weights, or correct vision.segmenter.checkpoint.",
        )
    found = digest.hexdigest()
    if found != wanted.checkpoint_sha256:
        return warning(
            f"{wanted.checkpoint} is another file than was pinned",
            f"{_MATTERS} It hashes to {found[:12]}…, not to {wanted.checkpoint_sha256[:12]}….",
            "Fetch the weights again, or correct vision.segmenter.checkpoint_sha256.",
        )
    silent = _silent_lately(place)
    if silent:
        return warning(
            silent,
            _MATTERS,
            "Lower vision.segmenter.input_side, raise its timeout_s, or see what keeps it busy.",
        )
    return fine(f"SAM 2.1 {wanted.size} at {wanted.input_side} pixels ({found[:12]}…)")


def _silent_lately(place: Place) -> str:
    """Say what the last verdicts tell of a judge that was asked and had nothing to say."""
    try:
        with read_only(place.locations.ledger_path) as connection:
            items = [one.item.client_uuid for one in list_items(connection, limit=_LATELY)]
            records = [read(connection, uuid) for uuid in items]
    except LedgerError:
        return ""  # a machine that took nothing yet; what is wrong with a ledger is another check's
    opinions = [one.second_opinion.says for one in records if one and one.second_opinion]
    silent = [says for says in opinions if says.startswith(NO_OPINION)]
    if not silent or opinions[0] != silent[0]:
        return ""  # never, or it has found its voice again
    return f"it had nothing to say of {len(silent)} of the last {len(opinions)} items: {silent[0]}"


CHECK = Check("second-judge", "Second judge", look)
