"""What the store remembers, and the few ways in which that changes. Pure."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from rvm_edge.settings import Thresholds

MOST_REFUSED = 64

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Kind = Literal["onnx", "pt"]
"""What a model's file is. Nothing else is ever kept."""


class StoredModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model of the store.

    Attributes:
        sha256: of its file, in hex; also the file's name.
        kind: also the end of its name.
        size: of its file, in bytes.
        version: of the release that it is, such as ``v1.2.0``; "" where nobody said.
        issued_s: when its manifest was signed, in seconds of the Unix epoch; 0 for no manifest.
        thresholds: what its manifest names for the rule; None for what the file itself brings.
    """

    sha256: Sha256
    kind: Kind
    size: Annotated[int, Meta(ge=1)]
    version: Annotated[str, Meta(max_length=100)] = ""
    issued_s: Annotated[float, Meta(ge=0)] = 0.0
    thresholds: Thresholds | None = None

    @property
    def file_name(self) -> str:
        """Its file in the store's folder."""
        return f"{self.sha256}.{self.kind}"


class StoreState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole memory of a store.

    Attributes:
        form: of this record.
        current: the model that serves; None for the one that came with the program.
        previous: the one to go back to; None likewise.
        candidate: came here whole, and waits for its trial.
        fetching: SHA-256 of what is being fetched, or "".
        floor: the highest version that ever served: nothing at or below it is taken again.
        issued_s: when the latest manifest that was believed was signed: time is not before that,
            whatever the clock says.
        refused: SHA-256 of what failed its trial or was rolled back, the latest last.
        losses: how many workers the current model has cost since it serves.
        judged: how many items were judged with it since, about.
        proven: it has served so long that what is lost now is not its fault.
    """

    form: Literal[1] = 1
    current: StoredModel | None = None
    previous: StoredModel | None = None
    candidate: StoredModel | None = None
    fetching: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    floor: Annotated[str, Meta(max_length=100)] = ""
    issued_s: Annotated[float, Meta(ge=0)] = 0.0
    refused: Annotated[tuple[Sha256, ...], Meta(max_length=MOST_REFUSED)] = ()
    losses: Annotated[int, Meta(ge=0)] = 0
    judged: Annotated[int, Meta(ge=0)] = 0
    proven: bool = True

    def kept(self) -> tuple[StoredModel, ...]:
        """Return the models whose files must be there."""
        named = (self.current, self.previous, self.candidate)
        return tuple(model for model in named if model is not None)


def begun(state: StoreState, sha256: str) -> StoreState:
    """A model is being fetched."""
    return replace(state, fetching=sha256)


def came(state: StoreState, model: StoredModel) -> StoreState:
    """What was fetched is here, whole."""
    issued_s = max(state.issued_s, model.issued_s)
    return replace(state, candidate=model, fetching="", issued_s=issued_s)


def turned_away(state: StoreState) -> StoreState:
    """The candidate is not fit."""
    if state.candidate is None:
        return state
    refused = _with(state.refused, state.candidate.sha256)
    return replace(state, candidate=None, refused=refused)


def promoted(state: StoreState) -> StoreState:
    """The candidate serves from now on; what served is what to go back to.

    One that was refused once, and came again because somebody insisted, is refused no more.
    """
    model = state.candidate
    if model is None:
        return state
    return replace(
        state,
        current=model,
        previous=state.current,
        candidate=None,
        floor=model.version or state.floor,
        refused=tuple(one for one in state.refused if one != model.sha256),
        losses=0,
        judged=0,
        proven=False,
    )


def served(state: StoreState, items: int, proven_after: int) -> StoreState:
    """The current model has judged so many items more."""
    judged = state.judged + items
    return replace(state, judged=judged, proven=state.proven or judged >= proven_after)


def rolled_back(state: StoreState) -> StoreState:
    """The previous model serves again; the floor stays, so that only a newer one is taken."""
    if state.current is None:
        return state
    refused = _with(state.refused, state.current.sha256)
    return replace(
        state,
        current=state.previous,
        previous=None,
        refused=refused,
        losses=0,
        judged=0,
        proven=True,
    )


def _with(refused: tuple[str, ...], sha256: str) -> tuple[str, ...]:
    return (*(one for one in refused if one != sha256), sha256)[-MOST_REFUSED:]
