"""Says in words what a typed field may hold. Used in error messages and in the reference pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import inspect as kinds


def allowed_words(annotation: object) -> str:
    """Describe a type annotation, such as "a number above 0 and at most 60".

    Args:
        annotation: anything msgspec understands, with its `Meta` bounds.
    """
    return _words(kinds.type_info(annotation))


def _words(kind: kinds.Type) -> str:
    if isinstance(kind, kinds.Metadata):
        return _words(kind.type)
    for known, describe in _DESCRIBE.items():
        if isinstance(kind, known):
            return describe(kind)
    return f"a {type(kind).__name__.removesuffix('Type').lower()}"


def _bounds(kind: kinds.FloatType | kinds.IntType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f" from {kind.ge} to {kind.le}"
    parts = [
        f"{word} {limit}"
        for word, limit in (
            ("above", kind.gt),
            ("at least", kind.ge),
            ("below", kind.lt),
            ("at most", kind.le),
        )
        if limit is not None
    ]
    return f" {' and '.join(parts)}" if parts else ""


def _text(kind: kinds.StrType) -> str:
    words = "text"
    if kind.min_length is not None and kind.max_length is not None:
        words += f" of {kind.min_length} to {kind.max_length} characters"
    elif kind.max_length is not None:
        words += f" of at most {kind.max_length} characters"
    if kind.pattern is not None:
        words += f" that matches {kind.pattern}"
    return words


def _choice(kind: kinds.LiteralType | kinds.EnumType) -> str:
    values = kind.values if isinstance(kind, kinds.LiteralType) else [m.value for m in kind.cls]
    return f"one of {', '.join(map(str, values))}"


def _union(kind: kinds.UnionType) -> str:
    members = [_words(member) for member in kind.types if not isinstance(member, kinds.NoneType)]
    return ", or ".join(members)


# msgspec's inspection classes have no common attribute that a dispatch could use; each function
# is only ever called with the class that stands beside it.
_DESCRIBE: dict[type[kinds.Type], Callable[[Any], str]] = {
    kinds.BoolType: lambda _kind: "true or false",
    kinds.IntType: lambda kind: f"a whole number{_bounds(kind)}",
    kinds.FloatType: lambda kind: f"a number{_bounds(kind)}",
    kinds.StrType: _text,
    kinds.EnumType: _choice,
    kinds.LiteralType: _choice,
    kinds.DictType: lambda kind: f"a table whose values are {_words(kind.value_type)} each",
    kinds.ListType: lambda kind: f"a list, each {_words(kind.item_type)}",
    kinds.VarTupleType: lambda kind: f"a list, each {_words(kind.item_type)}",
    kinds.TupleType: lambda kind: f"a list: {'; '.join(map(_words, kind.item_types))}",
    kinds.StructType: lambda _kind: "a table",
    kinds.UnionType: _union,
}
