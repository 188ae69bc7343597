"""The pages that explain the settings come from the settings themselves."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from rvm_edge import settings as module
from rvm_edge.cli import main
from rvm_edge.locations import checkout_dir
from rvm_edge.settings import Settings, SettingsTables
from rvm_edge.settings_file import parse_settings
from rvm_edge.settings_reference import reference_page, settings_template


def test_the_template_changes_nothing() -> None:
    assert parse_settings(settings_template().encode()) == Settings()


def test_every_default_in_the_template_is_the_real_one() -> None:
    uncommented = re.sub(r"^#(?!#)", "", settings_template(), flags=re.MULTILINE)
    assert uncommented != settings_template()
    parsed = parse_settings(uncommented.encode())
    assert msgspec.structs.replace(parsed, written=frozenset()) == Settings()


def test_every_setting_is_explained_in_both() -> None:
    kinds = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    ]
    fields = [
        field
        for kind in kinds
        for field in msgspec.structs.fields(kind)
        if kind not in {Settings, SettingsTables} and not isinstance(field.default, msgspec.Struct)
    ]
    assert len(fields) > 20
    for field in fields:
        assert f"| `{field.encode_name}` |" in reference_page()
        assert f"\n#{field.encode_name} = " in settings_template()


def test_the_files_in_the_checkout_are_up_to_date() -> None:
    root = checkout_dir()
    assert root is not None
    assert (root / "docs/reference/settings.md").read_text() == reference_page()
    assert (root / "config/settings.toml").read_text() == settings_template()


@pytest.mark.parametrize("what", ["reference", "template"])
def test_check_fails_when_a_file_differs(what: str, tmp_path: Path) -> None:
    file = tmp_path / "page"
    check = ["settings", what, str(file), "--check"]
    missing = CliRunner().invoke(main, check)
    assert (missing.exit_code, file.exists()) == (1, False)
    assert CliRunner().invoke(main, ["settings", what, str(file)]).exit_code == 0
    assert CliRunner().invoke(main, check).exit_code == 0
    file.write_text(file.read_text() + "x")
    changed = CliRunner().invoke(main, check)
    assert (changed.exit_code, changed.stderr) == (
        1,
        f"rvm-edge: {file} differs from what the code says; run 'make docs'\n",
    )
