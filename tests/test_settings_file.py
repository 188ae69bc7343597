"""Reading settings.toml: what it may say, and what is said of what it may not."""

from __future__ import annotations

import string
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rvm_edge.settings import Policy, Settings
from rvm_edge.settings_file import (
    MAX_BYTES,
    SettingsError,
    check_timeouts,
    parse_settings,
    read_settings,
)

KEYS = st.sampled_from(
    ["policy", "vision", "timeouts", "acceptance", "poll_s", "threads", "intake.idle", "x", ""]
)
VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(alphabet=string.printable, max_size=8),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def as_toml(value: object) -> str:
    """Write a value the way TOML's inline syntax wants it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inner = ", ".join(f"{as_toml(key)} = {as_toml(each)}" for key, each in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, str):
        return msgspec.json.encode(value).decode()
    return repr(value)


def refusal_of(raw: bytes) -> str:
    with pytest.raises(SettingsError) as refusal:
        parse_settings(raw)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


class TestWhatTheOwnerWroteDown:
    def test_is_each_key_that_stands_there_even_with_its_default(self, tmp_path: Path) -> None:
        path = tmp_path / "settings.toml"
        path.write_text("policy.bin_full_pct = 90.0\n[cloud.request]\nretry_cap_s = 9\n")
        assert read_settings(path).written == {"policy.bin_full_pct", "cloud.request"}

    def test_is_nothing_without_a_file(self, tmp_path: Path) -> None:
        assert read_settings(tmp_path / "settings.toml").written == frozenset()

    @pytest.mark.parametrize("timeout", ["intake.idle", '"intake.idle"'])
    def test_names_a_time_out_as_it_is_used(self, timeout: str) -> None:
        written = parse_settings(f"[timeouts]\n{timeout} = 5".encode()).written
        assert written == {"timeouts.intake.idle"}

    def test_is_nothing_that_the_file_may_say(self) -> None:
        assert "written is unknown" in refusal_of(b'written = ["policy.bin_full_pct"]')


class TestAccepts:
    def test_an_empty_file(self) -> None:
        assert parse_settings(b"") == Settings()

    def test_a_missing_file(self, tmp_path: Path) -> None:
        assert read_settings(tmp_path / "settings.toml") == Settings()

    def test_what_it_says(self, tmp_path: Path) -> None:
        file = tmp_path / "settings.toml"
        file.write_text("[policy]\nframes_per_item = 5\n[vision.acceptance]\nlate_s = 2.5\n")
        settings = read_settings(file)
        assert settings.policy == msgspec.structs.replace(Policy(), frames_per_item=5)
        assert settings.vision.acceptance.late_s == 2.5

    def test_a_whole_number_where_a_number_is_asked(self) -> None:
        assert parse_settings(b"policy.poll_s = 1").policy.poll_s == 1.0

    @pytest.mark.parametrize(
        "raw",
        [
            b'[timeouts]\n"intake.idle" = 5',
            b"[timeouts]\nintake.idle = 5",
            b"[timeouts.intake]\nidle = 5",
        ],
    )
    def test_a_states_path_with_and_without_quotes(self, raw: bytes) -> None:
        assert parse_settings(raw).timeouts == {"intake.idle": 5.0}

    def test_no_environment_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("POLL_S", "POLICY_POLL_S", "RVM_EDGE_POLICY_POLL_S", "RVM_EDGE_POLL_S"):
            monkeypatch.setenv(name, "7")
        assert parse_settings(b"") == Settings()


class TestRefuses:
    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"[polcy]", "settings.toml: polcy is unknown; did you mean policy?"),
            (b"[zzz]", "settings.toml: zzz is unknown"),
            (
                b"[policy]\npol_s = 1",
                "settings.toml: policy.pol_s is unknown; did you mean policy.poll_s?",
            ),
            (
                b"[vision.acceptance.thresholds]\nsodaa = 1",
                "settings.toml: vision.acceptance.thresholds.sodaa is unknown; "
                "did you mean vision.acceptance.thresholds.soda?",
            ),
            (
                b"policy.poll_s = -1",
                "settings.toml: policy.poll_s must be a number above 0 and at most 86400, not -1",
            ),
            (
                b"policy.poll_s = nan",
                "settings.toml: policy.poll_s must be a number above 0 and at most 86400, not nan",
            ),
            (
                b"policy.poll_s = '1'",
                "settings.toml: policy.poll_s must be a number above 0 and at most 86400, not '1'",
            ),
            (
                b"policy.frames_per_item = 2.5",
                "settings.toml: policy.frames_per_item must be a whole number from 1 to 16, "
                "not 2.5",
            ),
            (
                b"policy.frames_per_item = true",
                "settings.toml: policy.frames_per_item must be a whole number from 1 to 16, "
                "not True",
            ),
            (
                b"policy.start_on_approach = 1",
                "settings.toml: policy.start_on_approach must be true or false, not 1",
            ),
            (b"policy = 3", "settings.toml: policy must be a table, not 3"),
            (
                b"[timeouts]\na.b = 1\na.c = 'soon'",
                "settings.toml: timeouts.a.c must be a number above 0 and at most 86400, "
                "not 'soon'",
            ),
            (
                b"policy.bin_free_pct = 95",
                "settings.toml: policy: bin_free_pct must be below bin_full_pct",
            ),
            (
                b"policy.reconnect_first_s = 100",
                "settings.toml: policy: reconnect_first_s must not exceed reconnect_cap_s",
            ),
            (b"a = 1\na = 2\n", "settings.toml: Cannot overwrite a value (at line 2, column 6)"),
            (b"\n\nx = \xff", "settings.toml: line 3 is not UTF-8 text"),
            (b"policy.poll_s = [" + b"[" * 20_000, "settings.toml: nested too deeply"),
            (b"timeouts" + b".a" * 20_000 + b" = 1", "settings.toml: nested too deeply"),
            (b"#" * (MAX_BYTES + 1), f"settings.toml: larger than {MAX_BYTES} bytes"),
        ],
    )
    def test_and_says_where_and_why(self, raw: bytes, said: str) -> None:
        assert refusal_of(raw) == said

    def test_a_syntax_error_with_its_line(self) -> None:
        assert refusal_of(b"[policy]\n\npoll_s == 1\n").endswith("(at line 3, column 9)")

    def test_endless_values_in_a_few_words(self) -> None:
        assert len(refusal_of(b"policy.poll_s = '" + b"a" * 50_000 + b"'")) < 200
        assert len(refusal_of(b"policy.poll_s = 0x" + b"f" * 50_000)) < 200
        assert len(refusal_of(b"policy.poll_s = " + b"1" * 50_000)) < 200
        assert len(refusal_of(b"'" + b"a" * 50_000 + b"' = 1")) < 200

    def test_a_file_by_its_own_name(self, tmp_path: Path) -> None:
        file = tmp_path / "settings.toml"
        file.write_text("[polcy]")
        with pytest.raises(SettingsError, match=f"^{file}: polcy is unknown"):
            read_settings(file)

    def test_a_folder_in_its_place(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="Is a directory"):
            read_settings(tmp_path)

    def test_an_endless_file_without_reading_it_all(self) -> None:
        with pytest.raises(SettingsError, match="larger than"):
            read_settings(Path("/dev/zero"))


class TestTimeouts:
    STATES = ("operational.intake.idle", "maintenance")

    def test_of_known_states_are_accepted(self) -> None:
        check_timeouts(Settings(timeouts={"maintenance": 5.0}), self.STATES)

    def test_of_unknown_states_are_refused(self) -> None:
        settings = Settings(timeouts={"maintenace": 5.0})
        with pytest.raises(SettingsError, match=r"maintenace is no state .* mean maintenance\?$"):
            check_timeouts(settings, self.STATES)


@given(st.binary(max_size=300))
@example(b"\x00")
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_settings_or_refused(raw: bytes) -> None:
    try:
        assert isinstance(parse_settings(raw), Settings)
    except SettingsError as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017 - both outcomes are right


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_toml_is_settings_or_refused(table: dict[str, object]) -> None:
    text = "\n".join(f"{as_toml(key)} = {as_toml(value)}" for key, value in table.items())
    try:
        assert isinstance(parse_settings(text.encode()), Settings)
    except SettingsError as refusal:
        assert "\n" not in str(refusal)  # noqa: PT017 - both outcomes are right


@given(
    st.floats(min_value=0, max_value=86_400, exclude_min=True),
    st.integers(min_value=1, max_value=16),
)
def test_everything_within_bounds_is_kept_exactly(seconds: float, frames: int) -> None:
    text = f"[policy]\npoll_s = {seconds!r}\nframes_per_item = {frames}\nframe_gap_growth = 1\n"
    policy = parse_settings(text.encode()).policy
    assert (policy.poll_s, policy.frames_per_item) == (seconds, frames)
