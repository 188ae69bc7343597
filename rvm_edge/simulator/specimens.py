"""Specimens from a folder of labelled sample pictures.

The folder holds ``images/NAME.jpg``, ``labels/NAME.txt`` (YOLO) and ``manifest.tsv``; subfolders
such as ``images/val`` are fine. The manifest has one row per thing in a picture, so a picture with
two rows shows two things. A ``canaries.json`` beside it names the pictures that no model may get
wrong.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from rvm_edge.simulator.truth import Specimen
from rvm_edge.untrusted_json import UnreadableError, read_json

_COLUMNS = frozenset({"name", "class", "kind", "design", "liquid_pct", "not_empty"})
_MAX_BYTES = 4 << 20

_EMPTY_G: Mapping[str, float] = {
    "pet": 18.0,
    "can": 14.0,
    "glass": 210.0,
    "jar": 160.0,
    "shampoo": 32.0,
    "sauce": 28.0,
    "opaque": 35.0,
    "hand": 350.0,
    "other": 120.0,
}
_HOLDS_G: Mapping[str, float] = {"can": 330.0, "glass": 330.0, "jar": 250.0}
_USUALLY_HOLDS_G = 500.0
"""Plausible weights of containers and of what fills them, in grams. They are guesses."""


class SamplesError(Exception):
    """The samples cannot be used. The message says what, where and what to do."""


class _Canary(msgspec.Struct, frozen=True):
    pictures: tuple[str, ...]
    accepted: bool


class Samples(msgspec.Struct, frozen=True):
    """What the sample folder offers.

    Attributes:
        specimens: what people may insert, in the order of their names.
        empty_pictures: the chamber with nothing in it.
        clear: empty bottles that every model has to take. A model that would rather hand a bottle
            back than be fooled hands back most of the others.
    """

    specimens: tuple[Specimen, ...]
    empty_pictures: tuple[Path, ...]
    clear: tuple[Specimen, ...] = ()

    def acceptable(self) -> tuple[Specimen, ...]:
        """Return what a perfect machine would take."""
        return tuple(specimen for specimen in self.specimens if specimen.should_accept)

    def unacceptable(self) -> tuple[Specimen, ...]:
        """Return what a perfect machine would give back."""
        return tuple(specimen for specimen in self.specimens if not specimen.should_accept)

    def named(self, name: str) -> Specimen:
        """Return one specimen.

        Raises:
            SamplesError: there is no such specimen.
        """
        for specimen in self.specimens:
            if specimen.name == name:
                return specimen
        raise SamplesError(f"no sample is called {name!r:.60}; see manifest.tsv for their names")


def read_samples(folder: Path) -> Samples:
    """Read the specimens whose pictures are in `folder`.

    Raises:
        SamplesError: the manifest is missing, it or the list of canaries is too large or
            malformed, or no picture is there.
    """
    rows: dict[str, list[Mapping[str, str]]] = {}
    for row in _manifest(folder / "manifest.tsv"):
        rows.setdefault(row["name"], []).append(row)
    specimens: list[Specimen] = []
    empty: list[Path] = []
    for picture in sorted((folder / "images").rglob("*.jpg"), key=lambda path: path.stem):
        things = rows.get(picture.stem)
        if things is None:
            continue
        if all(thing["kind"] == "empty" for thing in things):
            empty.append(picture)
        else:
            specimens.append(_specimen(picture, things))
    if not specimens:
        raise SamplesError(f"{folder}: no picture under images/ is listed in manifest.tsv")
    certain = _to_be_accepted(folder / "canaries.json")
    clear = tuple(one for one in specimens if one.should_accept and one.name in certain)
    return Samples(tuple(specimens), tuple(empty), clear)


def _to_be_accepted(path: Path) -> frozenset[str]:
    """Return the names of the pictures that no model may hand back; none where there is no list."""
    if not path.exists():
        return frozenset()
    try:
        listed = read_json(_text(path), tuple[_Canary, ...])
    except UnreadableError as wrong:
        raise SamplesError(f"{path}: {wrong}; restore data/samples") from wrong
    return frozenset(Path(name).stem for one in listed if one.accepted for name in one.pictures)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SamplesError(f"{path}: larger than {_MAX_BYTES} bytes; restore data/samples")
        return path.read_text(encoding="utf-8")
    except OSError as missing:
        raise SamplesError(f"{path}: {missing.strerror}; restore data/samples") from missing
    except UnicodeDecodeError as binary:
        raise SamplesError(f"{path}: not UTF-8 text; restore data/samples") from binary


def _manifest(path: Path) -> Iterable[Mapping[str, str]]:
    text = _text(path)
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    lacking = _COLUMNS - set(rows.fieldnames or ())
    if lacking:
        raise SamplesError(f"{path}: line 1 lacks the columns {', '.join(sorted(lacking))}")
    for row in rows:
        if any(row[column] is None for column in _COLUMNS):
            raise SamplesError(f"{path}: line {rows.line_num} is too short")
        yield row


def _specimen(picture: Path, things: list[Mapping[str, str]]) -> Specimen:
    first = things[0]
    not_empty = any(thing["not_empty"] == "1" for thing in things)
    try:
        weight_g = sum(_weight_g(thing) for thing in things)
        liquid_pct = float(first["liquid_pct"])
    except ValueError as wrong:
        raise SamplesError(f"manifest.tsv: {picture.stem}: liquid_pct: {wrong}") from wrong
    alone = len(things) == 1
    return Specimen(
        name=picture.stem,
        picture=picture,
        label=first["class"],
        kind=_kind(first) if alone else "two_items",
        weight_g=round(weight_g, 1),
        should_accept=alone and first["class"] == "mineral" and not not_empty,
        not_empty=not_empty,
        liquid_pct=liquid_pct,
    )


def _kind(thing: Mapping[str, str]) -> str:
    # A thing of no class that is listed as PET is fruit, a mug or a toy: no container of any kind.
    return "other" if thing["class"] == "none" and thing["kind"] == "pet" else thing["kind"]


def _weight_g(thing: Mapping[str, str]) -> float:
    kind = _kind(thing)
    full = _HOLDS_G.get(kind, _USUALLY_HOLDS_G)
    return _EMPTY_G.get(kind, _EMPTY_G["other"]) + full * float(thing["liquid_pct"]) / 100.0
