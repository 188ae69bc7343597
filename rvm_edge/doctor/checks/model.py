"""Whether the model's file is there and the one that was pinned."""

from rvm_edge.doctor.finding import Check, Finding, failure, fine, warning
from rvm_edge.doctor.place import Place
from rvm_edge.packaged import PackagedFileError, model_file
from rvm_edge.vision.model_store import MANIFEST, ManifestError, choose
from rvm_edge.vision.models.store import sha256_of

_MATTERS = "Without its model the machine refuses every item."


def look(place: Place) -> Finding:
    """Hash the file that the settings choose."""
    try:
        chosen = choose(place.settings.vision, model_file(MANIFEST).parent)
        found = sha256_of(chosen.path)
    except (ManifestError, PackagedFileError) as error:
        return failure(str(error), _MATTERS, "Install the program again, or correct vision.model.")
    except OSError as error:
        return failure(f"{chosen.path}: {error.strerror}", _MATTERS, "Correct vision.model.")
    if chosen.sha256 and found != chosen.sha256:
        return failure(
            f"{chosen.path.name} is another file than was pinned",
            f"{_MATTERS} It hashes to {found[:12]}…, not to {chosen.sha256[:12]}….",
            "Fetch the model again.",
        )
    if not chosen.sha256:
        return warning(
            f"{chosen.path.name} is pinned by nobody",
            "Whoever can write the file decides what is accepted.",
            f"Set vision.model_sha256 to {found}",
        )
    return fine(f"{chosen.path.name} {chosen.version} ({found[:12]}…)")


CHECK = Check("model", "Model", look)
