"""Specimens from labelled pictures: what is to be accepted, what it weighs, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rvm_edge.packaged import samples_dir
from rvm_edge.simulator.specimens import SamplesError, read_samples
from rvm_edge.simulator.truth import Specimen

HEADER = (
    "name\tsplit\tseed\tview\tfloor\tinstance\tclass\tkind\tdesign\tbrand\tdamage\tpose"
    "\tliquid_pct\tliquid\tdrops\tnot_empty\tvisible_px\tliquid_px\tbox_xyxy\n"
)


def row(
    name: str, label: str, kind: str = "pet", liquid_pct: str = "0.0", instance: int = 1
) -> str:
    not_empty = int(liquid_pct.replace(".", "").isdigit() and float(liquid_pct) >= 3)
    return (
        f"{name}\tval\t0\ttop\tbelt\t{instance}\t{label}\t{kind}\td\t-\tnew\tlying"
        f"\t{liquid_pct}\tnone\t0\t{not_empty}\t1\t0\t1,2,3,4\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images" / "val").mkdir(parents=True)
    return tmp_path


def lay(folder: Path, rows: str, *names: str) -> None:
    (folder / "manifest.tsv").write_text(HEADER + rows)
    for name in names:
        (folder / "images" / "val" / f"{name}.jpg").write_bytes(b"jpeg")


def only(folder: Path) -> Specimen:
    (specimen,) = read_samples(folder).specimens
    return specimen


@pytest.mark.parametrize(
    ("rows", "accepted", "kind"),
    [
        (row("a", "mineral"), True, "pet"),
        (row("a", "mineral", liquid_pct="1.2"), True, "pet"),
        (row("a", "mineral", liquid_pct="50.0"), False, "pet"),
        (row("a", "soda", "can"), False, "can"),
        (row("a", "none", "pet"), False, "other"),
        (row("a", "none", "hand"), False, "hand"),
        (row("a", "mineral") + row("a", "mineral", instance=2), False, "two_items"),
    ],
)
def test_only_one_empty_pet_bottle_is_to_be_accepted(
    folder: Path, rows: str, accepted: bool, kind: str
) -> None:
    lay(folder, rows, "a")
    assert (only(folder).should_accept, only(folder).kind) == (accepted, kind)


def test_weight_grows_with_the_liquid_and_with_the_number_of_things(folder: Path) -> None:
    lay(folder, row("a", "mineral"), "a")
    empty_g = only(folder).weight_g
    lay(folder, row("a", "mineral", liquid_pct="50.0"), "a")
    assert only(folder).weight_g == pytest.approx(empty_g + 250)
    lay(folder, row("a", "mineral") + row("a", "mineral", instance=2), "a")
    assert only(folder).weight_g == pytest.approx(2 * empty_g)


def test_an_empty_chamber_is_no_specimen(folder: Path) -> None:
    lay(folder, row("a", "mineral") + row("b", "none", "empty", instance=0), "a", "b")
    samples = read_samples(folder)
    assert [path.stem for path in samples.empty_pictures] == ["b"]
    assert [specimen.name for specimen in samples.specimens] == ["a"]


def test_pictures_without_a_row_and_rows_without_a_picture_are_left_out(folder: Path) -> None:
    lay(folder, row("a", "mineral") + row("b", "mineral"), "a", "c")
    assert only(folder).name == "a"


def test_specimens_are_found_by_name(folder: Path) -> None:
    lay(folder, row("a", "mineral") + row("b", "soda", "can"), "a", "b")
    samples = read_samples(folder)
    assert samples.named("b").label == "soda"
    assert [one.name for one in samples.acceptable()] == ["a"]
    assert [one.name for one in samples.unacceptable()] == ["b"]
    with pytest.raises(SamplesError, match="no sample is called 'z'"):
        samples.named("z")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"line 1 lacks the columns class, design"),
        ("name\tclass\n", r"lacks the columns design, kind"),
        (HEADER + "a\tval\n", r"line 2 is too short"),
        (HEADER + row("a", "mineral", liquid_pct="half"), r"a: liquid_pct: could not convert"),
        (HEADER, r"no picture under images/ is listed"),
        ("x" * (5 << 20), r"larger than"),
    ],
)
def test_a_damaged_manifest_is_refused_with_the_place(
    folder: Path, text: str, message: str
) -> None:
    lay(folder, "", "a")
    (folder / "manifest.tsv").write_text(text)
    with pytest.raises(SamplesError, match=message):
        read_samples(folder)


def test_a_missing_or_binary_manifest_is_refused(folder: Path) -> None:
    with pytest.raises(SamplesError, match=r"manifest.tsv: No such file .*; restore data/samples"):
        read_samples(folder)
    (folder / "manifest.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SamplesError, match="not UTF-8"):
        read_samples(folder)


def test_the_shipped_samples_show_every_class_and_the_negatives() -> None:
    samples = read_samples(samples_dir())
    labels = {specimen.label for specimen in samples.specimens}
    assert labels == {
        "mineral",
        "soda",
        "milk",
        "yogurt",
        "dishwasher",
        "non_mineral",
        "none",
    }
    assert len(samples.acceptable()) >= 10
    assert any(specimen.not_empty for specimen in samples.specimens)
    assert any(specimen.kind == "two_items" for specimen in samples.specimens)
    assert samples.empty_pictures
    assert all(specimen.weight_g > 0 for specimen in samples.specimens)


def test_the_clear_bottles_are_those_that_no_model_may_hand_back(folder: Path) -> None:
    lay(folder, row("a", "mineral") + row("b", "mineral") + row("c", "soda", "can"), *"abc")
    assert read_samples(folder).clear == ()
    (folder / "canaries.json").write_text(
        '[{"pictures": ["images/val/b.jpg"], "accepted": true},'
        ' {"pictures": ["images/val/c.jpg"], "accepted": false}]'
    )
    assert [one.name for one in read_samples(folder).clear] == ["b"]


@pytest.mark.parametrize("listed", [b"{", b'[{"pictures": "b.jpg"}]', b"\xff"])
def test_a_list_of_canaries_that_is_wrong_is_refused_in_one_line(
    folder: Path, listed: bytes
) -> None:
    lay(folder, row("a", "mineral"), "a")
    (folder / "canaries.json").write_bytes(listed)
    with pytest.raises(SamplesError, match=r"canaries\.json: .*; restore data/samples"):
        read_samples(folder)
