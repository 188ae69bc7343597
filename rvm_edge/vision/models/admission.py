"""Whether a model may be fetched at all: decided before the first byte of it. Pure."""

from __future__ import annotations

import msgspec

from rvm_edge.settings import Thresholds
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.manifest import Manifest, seconds
from rvm_edge.vision.models.state import StoreState
from rvm_edge.vision.models.target import Target
from rvm_edge.vision.models.version import is_above


class Admitted(msgspec.Struct, frozen=True):
    """A model that may be fetched.

    Attributes:
        url: where its file lies.
        sha256: what it must hash to.
        size: what it must weigh, in bytes; None where nobody said.
        version: of the release that it is.
        kind: what its file must be; "" where nobody said.
        issued_s: when its manifest was signed, in seconds of the Unix epoch; 0 for no manifest.
        thresholds: what the manifest names for the acceptance rule, or None.
    """

    url: str
    sha256: str
    size: int | None
    version: str
    kind: str = ""
    issued_s: float = 0.0
    thresholds: Thresholds | None = None


def admit(target: Target, manifest: Manifest | None, state: StoreState, now_s: float) -> Admitted:
    """Decide whether a target may be fetched.

    Args:
        target: what somebody outside wants.
        manifest: what a trusted key says of it; None where no key is configured.
        state: what the store remembers.
        now_s: what the clock says, in seconds of the Unix epoch.

    Raises:
        UnfitError: it may not. The message says why.
    """
    if manifest is None:
        found = Admitted(target.url, target.sha256, target.size, target.version)
    else:
        found = _as_vouched(target, manifest, max(now_s, state.issued_s))
    if not found.sha256:
        raise UnfitError("nobody says what the model must hash to")
    if found.sha256 in state.refused:
        raise UnfitError("this very model was turned away or rolled back before")
    if not is_above(found.version, state.floor):
        said = found.version or "a model without a version"
        raise UnfitError(f"{said} is not above {state.floor}, which has served already")
    return found


def _as_vouched(target: Target, manifest: Manifest, now_s: float) -> Admitted:
    if target.sha256 and target.sha256 != manifest.sha256:
        raise UnfitError("the manifest is of another model than the one that is wanted")
    if target.size is not None and target.size != manifest.size:
        raise UnfitError("the manifest names another size than the place that the model is from")
    if now_s >= seconds(manifest.expires):
        raise UnfitError(f"the manifest expired {manifest.expires:%Y-%m-%d %H:%M}")
    return Admitted(
        target.url,
        manifest.sha256,
        manifest.size,
        manifest.version,
        manifest.kind,
        seconds(manifest.issued),
        manifest.thresholds,
    )
