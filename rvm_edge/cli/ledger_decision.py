"""One item and what its verdict was made of, as text for `rvm-edge ledger show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rvm_edge.decision import DecisionRecord, PictureFigures, PictureRecord
    from rvm_edge.item import Detection
    from rvm_edge.ledger import ItemRecord


def lines(record: ItemRecord, decision: DecisionRecord | None) -> Iterator[str]:
    """Yield the lines about an item."""
    item, verdict = record.item, record.verdict
    yield f"item      {item.client_uuid}"
    yield f"state     {item.state.value}{f', {item.outcome.value}' if item.outcome else ''}"
    if record.doubt:
        yield f"doubt     {record.doubt}"
    if verdict is None:
        yield "verdict   none yet"
        return
    word = "accepted" if verdict.accepted else "refused"
    yield f"verdict   {word}: {verdict.reason.value}, in {verdict.elapsed_ms:.0f} ms"
    if verdict.label:
        yield f"decided   {verdict.label} {verdict.confidence:.2f}"
    yield f"weight    {'no scale' if verdict.weight_g is None else f'{verdict.weight_g:.1f} g'}"
    yield f"model     {verdict.model_hash or 'none'}"
    if decision is None:
        yield "record    none: no rule was asked"
        return
    yield f"votes     {decision.votes} of {len(decision.pictures)}, {decision.votes_needed} needed"
    for number, picture in enumerate(decision.pictures):
        found = verdict.detections[number] if number < len(verdict.detections) else ()
        yield f"picture {number + 1} {_picture(picture, found)}"
    yield f"lamp off  {'no picture' if decision.dark is None else _figures(decision.dark)}"
    yield f"compared  with {decision.compared} whose drop nobody confirmed"
    if decision.second_opinion is not None:
        opinion = decision.second_opinion
        measured = ", ".join(f"{one.setting} {one.value:g}" for one in opinion.figures)
        yield f"second    {opinion.judge}: {opinion.says}{f' ({measured})' if measured else ''}"
    yield f"rule      {', '.join(f'{one.setting} {one.value:g}' for one in decision.rule)}"


def _picture(picture: PictureRecord, found: Sequence[Detection]) -> str:
    seen = " + ".join(f"{one.label} {one.confidence:.2f}" for one in found) or "nothing"
    figures = "" if picture.figures is None else f"; {_figures(picture.figures)}"
    look = f", look {picture.dhash}" if picture.dhash else ""
    return f"{picture.vote.value}: {seen}{figures}{look}"


def _figures(figures: PictureFigures) -> str:
    return (
        f"luma {figures.luma_mean:.0f} ± {figures.luma_deviation:.0f}, pixels {figures.pixels[:12]}"
    )
