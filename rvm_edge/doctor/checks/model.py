"""Whether the model that serves is there, and is the file that was pinned."""

from rvm_edge.doctor.finding import Check, Finding, Level, failure, fine, warning
from rvm_edge.doctor.place import Place
from rvm_edge.packaged import PackagedFileError, model_file
from rvm_edge.vision.model_store import MANIFEST, ManifestError, ModelFile, choose
from rvm_edge.vision.models.state import StoreState
from rvm_edge.vision.models.store import DamagedError, StoreError, file_of, read_state, sha256_of

_MATTERS = "Without its model the machine refuses every item."
_GO_BACK = (
    "Go back: sudo systemctl stop rvm-edge; sudo rvm-edge model rollback; "
    "sudo systemctl start rvm-edge"
)
_FETCH = "Install the program again, which brings its model, or correct vision.model."


def look(place: Place) -> Finding:
    """Hash the file that serves: the one that came over the air, else the one of the settings."""
    folder = place.locations.model_store_dir
    try:
        basis = choose(place.settings.vision, model_file(MANIFEST).parent)
        state = read_state(folder)
    except (ManifestError, PackagedFileError) as error:
        return failure(str(error), _MATTERS, "Install the program again, or correct vision.model.")
    except DamagedError as error:
        return warning(
            str(error),
            "Models that came over the air are forgotten; the one before all of them serves.",
            "Have the machine fetch one again, or: sudo rvm-edge model install FILE",
        )
    except StoreError as error:
        return warning(
            str(error),
            "Which model serves is not known.",
            "Ask as the machine's own user: sudo rvm-edge doctor model",
        )
    if state.current is None:
        return _pinned(basis, _FETCH, _FETCH)
    found = _pinned(file_of(folder, state.current, basis), _GO_BACK, _GO_BACK)
    return found if found.level is not Level.FINE else fine(f"{found.what}, {_standing(state)}")


def _pinned(model: ModelFile, where_missing: str, where_changed: str) -> Finding:
    # A model of the store is named by its hash, which says nothing to anybody.
    name = "the model" if model.path.stem == model.sha256 else model.path.name
    try:
        found = sha256_of(model.path)
    except OSError as error:
        return failure(f"{model.path}: {error.strerror}", _MATTERS, where_missing)
    if model.sha256 and found != model.sha256:
        return failure(
            f"{name} is another file than was pinned",
            f"{_MATTERS} It hashes to {found[:12]}…, not to {model.sha256[:12]}….",
            where_changed,
        )
    if not model.sha256:
        return warning(
            f"{name} is pinned by nobody",
            "Whoever can write the file decides what is accepted.",
            f"Set model_sha256 under [vision] in settings.toml to {found}",
        )
    return fine(f"{name} {model.version} ({found[:12]}…)")


def _standing(state: StoreState) -> str:
    if state.proven:
        return "over the air"
    return f"over the air, on probation: {state.judged} items judged, {state.losses} workers lost"


CHECK = Check("model", "Model", look)
