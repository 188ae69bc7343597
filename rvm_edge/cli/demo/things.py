"""What can be put into a simulated machine, by the kinds that its page has buttons for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rvm_edge.bridges.local.simulation import Thing
from rvm_edge.simulator.specimens import Samples
from rvm_edge.simulator.truth import Specimen

_BY_KIND: Final[Mapping[str, Thing]] = {
    "two_items": Thing.TWO_THINGS,
    "can": Thing.CAN,
    "glass": Thing.GLASS,
    "jar": Thing.GLASS,
    "shampoo": Thing.SHAMPOO,
    "sauce": Thing.SAUCE,
}
_BY_LABEL: Final[Mapping[str, Thing]] = {
    "milk": Thing.MILK,
    "yogurt": Thing.YOGURT,
    "dishwasher": Thing.DETERGENT,
}


def thing_of(specimen: Specimen) -> Thing:
    """Return what people would call it."""
    if specimen.should_accept:
        return Thing.EMPTY_PET
    if specimen.kind in _BY_KIND:
        return _BY_KIND[specimen.kind]
    if specimen.label in _BY_LABEL:
        return _BY_LABEL[specimen.label]
    return Thing.FILLED_PET if specimen.not_empty else Thing.OTHER


def by_thing(samples: Samples) -> Mapping[Thing, tuple[Specimen, ...]]:
    """Return the specimens of each kind that there is, in the order of their names.

    Of the empty bottles the clear ones come first: somebody who tries a machine for the first time
    wants to see it take something.
    """
    clear_first = (*samples.clear, *(one for one in samples.specimens if one not in samples.clear))
    sorted_out = {
        thing: tuple(one for one in clear_first if thing_of(one) is thing) for thing in Thing
    }
    return {thing: found for thing, found in sorted_out.items() if found}


def described(specimen: Specimen) -> str:
    """Say what it is, in a few words."""
    if specimen.should_accept:
        return "an empty PET bottle"
    liquid = f" with {specimen.liquid_pct:.0f} % liquid" if specimen.not_empty else ""
    label = specimen.label if specimen.label != "none" else "no container"
    return f"{specimen.kind.replace('_', ' ')}, {label}{liquid}"
