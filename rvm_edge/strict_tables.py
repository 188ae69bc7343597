"""Turns parsed TOML or JSON into a frozen Struct, or says exactly where and why not.

msgspec checks types and bounds; this module walks beside it so that a message can name the place,
what is allowed there, and, for a misspelt key, what was probably meant.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TypeVar

import msgspec

from rvm_edge.allowed import allowed_words
from rvm_edge.each_once import require_each_once

S = TypeVar("S", bound=msgspec.Struct)

_SHOWN = 60
_SHOWN_BITS = 128


class RefusedValueError(ValueError):
    """A value is not what the field may hold, or a key is unknown or missing.

    Attributes:
        place: the dotted path of the key; "" for the whole document.
    """

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place} {why}" if place else why)
        self.place = place


@contextmanager
def refused_as(kind: type[Exception], name: str, raw: bytes, most: int) -> Iterator[None]:
    """Raise whatever the parsing of a file may raise as `kind`: one line, the file's name first.

    Args:
        kind: the caller's own exception.
        name: what to call the file.
        raw: its bytes.
        most: how many of them there may be.
    """
    if len(raw) > most:
        raise kind(f"{name}: larger than {most} bytes")
    try:
        yield
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise kind(f"{name}: line {line} is not UTF-8 text") from error
    except RecursionError as error:
        raise kind(f"{name}: nested too deeply") from error
    except RefusedValueError as error:
        raise kind(f"{name}: {error}") from error
    except ValueError as error:  # of the parser, and integers with too many digits
        raise kind(f"{name}: {str(error).partition(';')[0]}") from error


def json_to_struct(raw: bytes, kind: type[S]) -> S:
    """Read JSON that a person may have written; inside `refused_as`.

    Args:
        raw: the JSON.
        kind: what it has to be.

    Raises:
        ValueError: it is no JSON, or says something twice, or is no such table.
    """
    said = msgspec.json.decode(raw)  # noqa: TID251 - a door
    require_each_once(raw)
    return to_struct(said, kind)


def to_struct(value: object, kind: type[S], place: str = "") -> S:
    """Check `value` against `kind`, field by field.

    Args:
        value: what a TOML or JSON parser returned.
        kind: a Struct; nested Structs and dicts of plain values are followed.
        place: the dotted path of `value`.

    Raises:
        RefusedValueError: an unknown, missing or wrong key; the first one found.
    """
    if not isinstance(value, dict):
        raise RefusedValueError(place, f"must be a table, not {shown(value)}")
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key in value:
        if key not in known:
            raise RefusedValueError(_below(place, key), f"is unknown{_meant(place, key, known)}")
    fields: dict[str, object] = {}
    for name, field in known.items():
        if name in value:
            fields[field.name] = _to_field(value[name], field.type, _below(place, name))
        elif field.required:
            raise RefusedValueError(_below(place, name), "is missing")
    try:
        return kind(**fields)
    except ValueError as error:  # a Struct's own check over several fields
        raise RefusedValueError(f"{place}:" if place else "", str(error)) from error


def shown(value: object) -> str:
    """Show a value in a message, never more than a few words of it."""
    if isinstance(value, int) and value.bit_length() > _SHOWN_BITS:
        return "a very large number"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _to_field(value: object, annotation: object, place: str) -> object:
    bare = _without_bounds(annotation)
    nested = None if typing.get_origin(bare) is tuple else _struct_in(annotation)
    if nested is not None and value is not None:
        return to_struct(value, nested, place)
    if typing.get_origin(bare) is dict and isinstance(value, dict):
        each = typing.get_args(bare)[1]
        for key, member in value.items():
            _to_field(member, each, _below(place, str(key)))
    if typing.get_origin(bare) is tuple and isinstance(value, list):
        each = typing.get_args(bare)[0]
        for number, member in enumerate(value):
            _to_field(member, each, f"{place}[{number}]")
    try:
        return msgspec.convert(value, annotation)
    except msgspec.ValidationError as error:
        allowed = allowed_words(annotation)
        choices = allowed.removeprefix("one of ").split(", ") if "one of " in allowed else []
        close = get_close_matches(str(value), choices, n=1) if isinstance(value, str) else []
        hint = f"; did you mean {close[0]}?" if close else ""
        raise RefusedValueError(place, f"must be {allowed}, not {shown(value)}{hint}") from error


def _struct_in(annotation: object) -> type[msgspec.Struct] | None:
    """Return the Struct that an annotation asks for, also as `Struct | None`."""
    for member in (annotation, *typing.get_args(annotation)):
        if isinstance(member, type) and issubclass(member, msgspec.Struct):
            return member
    return None


def _without_bounds(annotation: object) -> object:
    """Return `X` of `Annotated[X, …]`."""
    is_bounded = typing.get_origin(annotation) is typing.Annotated
    return typing.get_args(annotation)[0] if is_bounded else annotation


def _below(place: str, key: str) -> str:
    name = key if len(key) <= _SHOWN else f"{key[:_SHOWN]}…"
    return f"{place}.{name}" if place else name


def _meant(place: str, key: str, known: typing.Iterable[str]) -> str:
    close = get_close_matches(key[:_SHOWN], list(known), n=1)
    return f"; did you mean {_below(place, close[0])}?" if close else ""
