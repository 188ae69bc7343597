"""A recipe is read whole or refused, and what it leaves out is the default."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from rvm_edge.training.recipe import Recipe, RecipeError, Stage, read_recipe


def test_a_recipe_out_of_a_models_metadata_is_read_back(tmp_path: Path) -> None:
    recipe = Recipe(stages=(Stage(epochs=3, learning_rate=0.001),), seed=7)
    (tmp_path / "recipe.json").write_bytes(msgspec.json.encode(recipe))
    assert read_recipe(tmp_path / "recipe.json") == recipe


def test_what_is_left_out_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "recipe.json").write_text('{"augmentation": {"turn_deg": 0}}')
    read = read_recipe(tmp_path / "recipe.json")
    assert read.stages == Recipe().stages
    assert read.augmentation.turn_deg == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"epoch": 3}', "epoch is unknown"),
        ('{"side": 300}', "side"),
        ('{"stages": []}', "stages"),
        ('{"stages": [{"epochs": 0, "learning_rate": 0.001}]}', r"stages\[0\].epochs"),
        ('{"augmentation": {"zoom": 0.5}}', "augmentation.zoom"),
        ('{"side": 320, "side": 640}', "there twice"),
        ("{", "recipe.json"),
    ],
)
def test_a_wrong_recipe_is_refused_by_its_figure(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(RecipeError, match=why):
        read_recipe(tmp_path / "recipe.json")


def test_a_recipe_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="No such file"):
        read_recipe(tmp_path / "recipe.json")
