"""A model brings the thresholds that were chosen for it, and the settings have the last word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.settings import AcceptanceSettings, Thresholds, VisionSettings
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_thresholds import floor_for, read_thresholds, thresholds_of

OWN = Thresholds(mineral=0.7, mineral_seen=0.2, not_empty=0.125, soda=0.4)


def test_a_model_without_thresholds_leaves_the_settings_as_they_are() -> None:
    settings = VisionSettings()
    assert read_thresholds({"names": "{}"}) is None
    assert settings.rule_with(None) == settings.acceptance
    assert floor_for(None, 0.1) == 0.1


def test_a_models_thresholds_count_where_the_settings_say_nothing() -> None:
    said = '{"mineral": 0.7, "mineral_seen": 0.2, "not_empty": 0.125, "soda": 0.4}'
    read = read_thresholds({"rvm_thresholds": said})
    assert read == OWN
    assert VisionSettings().rule_with(read).thresholds == OWN


def test_what_the_settings_say_counts_before_what_the_model_says() -> None:
    acceptance = AcceptanceSettings(thresholds=Thresholds(mineral=0.9), late_s=2.0)
    rule = VisionSettings(acceptance=acceptance).rule_with(OWN)
    assert (rule.thresholds.mineral, rule.thresholds.not_empty) == (0.9, 0.125)
    assert rule.late_s == 2.0


@given(st.floats(0.1, 1), st.floats(0.1, 1), st.floats(0.1, 1), st.floats(0.1, 1))
def test_whatever_the_two_say_they_never_contradict_each_other(
    mineral: float, seen: float, own_mineral: float, own_seen: float
) -> None:
    settings = Thresholds(mineral=max(mineral, seen), mineral_seen=min(mineral, seen))
    own = Thresholds(mineral=max(own_mineral, own_seen), mineral_seen=min(own_mineral, own_seen))
    mixed = settings.over(own)
    assert mixed.mineral_seen <= mixed.mineral


def test_no_detection_is_dropped_that_a_models_threshold_asks_for() -> None:
    assert floor_for(OWN, 0.15) == 0.125
    assert floor_for(OWN, 0.05) == 0.05


@pytest.mark.parametrize(
    "said", ["", "[]", '{"mineral": 2}', '{"cola": 0.5}', '{"mineral": 0.1}', "{" * 20_000]
)
def test_thresholds_that_are_none_are_refused(said: str) -> None:
    with pytest.raises(ModelError, match="the model's thresholds cannot be used"):
        read_thresholds({"rvm_thresholds": said})


WRITTEN = {
    "rvm_thresholds": '{"mineral": 0.7, "mineral_seen": 0.2, "not_empty": 0.125, "soda": 0.4}'
}
VOUCHED = Thresholds(mineral=0.6, mineral_seen=0.3)


def test_what_a_manifest_says_counts_for_a_file_that_says_nothing() -> None:
    assert thresholds_of({}, VOUCHED) == VOUCHED
    assert thresholds_of({}, None) is None


def test_and_before_what_the_file_says() -> None:
    assert thresholds_of(WRITTEN, None) == OWN
    assert thresholds_of(WRITTEN, VOUCHED) == VOUCHED


def test_a_file_that_contradicts_itself_is_not_run_on_a_manifest() -> None:
    with pytest.raises(ModelError, match="the model's thresholds cannot be used"):
        thresholds_of({"rvm_thresholds": "[]"}, VOUCHED)
