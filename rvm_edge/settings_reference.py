"""Writes the settings' reference page and the commented settings file, from the Structs alone."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import msgspec

from rvm_edge.allowed import allowed_words
from rvm_edge.settings import SettingsTables

_HEAD_TOML = """\
## The settings of this machine.
##
## A line that starts with one "#" is a default: remove the "#" and change the value.
## A key that is not listed here is refused, and the message names the closest one that is.
## "rvm-edge settings check" says whether this file can be used.
"""

_HEAD_PAGE = """\
# Settings

<!-- Generated from rvm_edge/settings/ by `rvm-edge settings reference`. Do not edit. -->

`settings.toml` lies in the configuration folder (`rvm-edge --config-dir`). Whatever it does not
say has the default below. Unknown keys are refused. The environment changes no setting.
"""


class Explained(msgspec.Struct, frozen=True):
    """One setting, as it is explained to people.

    Attributes:
        name: the key.
        default: in TOML.
        allowed: what it may be, in words.
        meaning: one sentence.
    """

    name: str
    default: str
    allowed: str
    meaning: str


def reference_page() -> str:
    """Return docs/reference/settings.md."""
    parts = [_HEAD_PAGE]
    for name, meaning, rows in _tables():
        parts.append(f"\n## `[{name}]`\n\n{meaning}\n")
        if rows:
            parts.append("\n| Key | Default | Allowed | Meaning |\n|---|---|---|---|\n")
            parts += map(_row, rows)
    return "".join(parts)


def settings_template() -> str:
    """Return config/settings.toml: every default, commented out and explained."""
    parts = [_HEAD_TOML]
    for name, meaning, rows in _tables():
        parts.append(f"\n## {meaning}\n[{name}]\n")
        for row in rows:
            parts.append(f"## {row.meaning} Allowed: {row.allowed}.\n")
            parts.append(f"#{row.name} = {row.default}\n")
    return "".join(parts)


def _tables() -> Iterator[tuple[str, str, list[Explained]]]:
    meanings = _attribute_texts(SettingsTables)
    for field in msgspec.structs.fields(SettingsTables):
        meaning = _sentence(meanings[field.name])
        default = getattr(SettingsTables(), field.name)
        if isinstance(default, msgspec.Struct):
            yield from _table(field.encode_name, meaning, default)
        else:
            yield field.encode_name, f"{meaning} Allowed: {allowed_words(field.type)}.", []


def _table(
    name: str, meaning: str, defaults: msgspec.Struct
) -> Iterator[tuple[str, str, list[Explained]]]:
    """Yield one table and the tables inside it; TOML wants a table's own keys first."""
    meanings = _attribute_texts(type(defaults))
    rows: list[Explained] = []
    inner: list[tuple[str, str, msgspec.Struct]] = []
    for field in msgspec.structs.fields(defaults):
        default = getattr(defaults, field.name)
        says = _sentence(meanings[field.name])
        if isinstance(default, msgspec.Struct):
            inner.append((f"{name}.{field.encode_name}", says, default))
        else:
            value = _as_toml(msgspec.to_builtins(default))
            rows.append(Explained(field.encode_name, value, allowed_words(field.type), says))
    yield name, meaning, rows
    for table in inner:
        yield from _table(*table)


def _attribute_texts(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Return the entries of a docstring's "Attributes" section, by name."""
    section = inspect.getdoc(kind) or ""
    _, _, section = section.partition("Attributes:\n")
    entries = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", section, flags=re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:].rstrip(".") + "."


def _row(row: Explained) -> str:
    return f"| `{row.name}` | `{row.default}` | {_cell(row.allowed)} | {_cell(row.meaning)} |\n"


def _cell(text: str) -> str:
    """Keep a text from ending its table cell."""
    return text.replace("|", "\\|")


def _as_toml(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_as_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_as_toml, value))}]"
    return msgspec.json.encode(value).decode()
