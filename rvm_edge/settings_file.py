"""Reads `settings.toml`. The environment changes no setting: what the file says is what runs."""

from __future__ import annotations

import sys
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

import msgspec

from rvm_edge.settings import Settings, SettingsTables
from rvm_edge.strict_tables import refused_as, to_struct

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_BYTES = 65_536
"""A settings file is some hundred lines; whatever is larger is not one."""


class SettingsError(Exception):
    """The settings cannot be used. The message names the place, the reason and what is allowed."""


def read_settings(path: Path) -> Settings:
    """Read the settings; a file that does not exist means the defaults.

    Raises:
        SettingsError: the file cannot be read, is no TOML, or says something that is not allowed.
    """
    return parse_settings(_read(path), name=str(path))


def parse_settings(raw: bytes, name: str = "settings.toml") -> Settings:
    """Parse the contents of a settings file.

    Args:
        raw: the file's bytes.
        name: what to call it in a message.

    Raises:
        SettingsError: likewise.
    """
    with refused_as(SettingsError, name, raw, MAX_BYTES):
        said: dict[str, object] = tomllib.loads(raw.decode("utf-8"))
        if "timeouts" in said:
            said["timeouts"] = _with_dotted_keys(said["timeouts"])
        tables = to_struct(said, SettingsTables)
        return Settings(**msgspec.structs.asdict(tables), written=_written_in(said))


def check_timeouts(settings: Settings, states: Collection[str]) -> None:
    """Make sure that every time-out in the settings belongs to a state that has one.

    Args:
        settings: what was read.
        states: the paths of the chart's states that have a time-out.

    Raises:
        SettingsError: a path is not among them.
    """
    for path in settings.timeouts:
        if path not in states:
            close = get_close_matches(path, list(states), n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise SettingsError(f"timeouts.{path} is no state with a time-out{hint}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error


def _written_in(said: dict[str, object]) -> frozenset[str]:
    return frozenset(
        f"{name}.{key}"
        for name, keys in said.items()
        if isinstance(keys, dict)
        for key, value in keys.items()
        if _says_something(value)
    )


def _says_something(value: object) -> bool:
    """Say whether there is more than the headings of tables, as in the file that is shipped."""
    return not isinstance(value, dict) or any(map(_says_something, value.values()))


def _with_dotted_keys(table: object, prefix: str = "") -> object:
    """Join nested tables: in TOML, `intake.idle = 5` and `"intake.idle" = 5` differ; here not."""
    if not isinstance(table, dict):
        return table
    flat: dict[str, object] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        inner = _with_dotted_keys(value, f"{name}.")
        if isinstance(inner, dict):
            flat.update(inner)
        else:
            flat[name] = inner
    return flat
