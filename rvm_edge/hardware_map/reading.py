"""Reads `hardware_map.json`, and says what is wrong with it to whoever wrote it by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from rvm_edge.each_once import SaidTwiceError, once
from rvm_edge.hardware_map.served import require_served
from rvm_edge.hardware_map.tables import HardwareMap
from rvm_edge.strict_tables import RefusedValueError, refused_as, to_struct

MAX_BYTES: Final = 65_536


class HardwareMapError(Exception):
    """The map cannot be used. The message names the place, the reason and what is allowed."""


def read_hardware_map(path: Path) -> HardwareMap:
    """Read a hardware map.

    Raises:
        HardwareMapError: the file is missing, cannot be read, is no JSON, or says something that
            is not allowed.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise HardwareMapError(f"{path}: {error.strerror}") from error
    return parse_hardware_map(raw, name=str(path))


def parse_hardware_map(raw: bytes, name: str = "hardware_map.json") -> HardwareMap:
    """Parse the contents of a hardware map.

    Args:
        raw: the file's bytes; some editors put a byte order mark in front.
        name: what to call it in a message.

    Raises:
        HardwareMapError: likewise.
    """
    with refused_as(HardwareMapError, name, raw, MAX_BYTES):
        document = _parsed(raw.decode("utf-8-sig"))
        if _lacks_ports(document):
            raise RefusedValueError(
                "ports", "is missing: docs/reference/drivers.md shows a whole map"
            )
        found = to_struct(document, HardwareMap)
        require_served(found)
    return found


def _lacks_ports(document: object) -> bool:
    """Say whether a map is none for want of ports, and has no other key that may mean them."""
    known = HardwareMap.__struct_encode_fields__
    return (
        isinstance(document, dict)
        and "ports" not in document
        and all(key in known for key in document)
    )


def _parsed(text: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=once)
    except SaidTwiceError as error:
        raise RefusedValueError(error.key[:60], "stands twice in the same table") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        why = _habit(text[: error.pos].rstrip(), text[error.pos :].lstrip()) or error.msg
        raise RefusedValueError("", f"{where}: {why}") from error


def _habit(before: str, here: str) -> str:
    """Name what people write who are used to other formats; "" if it is none of that."""
    if before.endswith(",") and here.startswith(("}", "]")):
        return "there is a comma before the closing bracket, which JSON does not allow"
    if here.startswith(("//", "/*", "#")):
        return 'JSON has no comments; a part may have a "note", and the whole map an "about"'
    if here.startswith("'"):
        return "JSON puts texts and names in double quotes"
    return ""
