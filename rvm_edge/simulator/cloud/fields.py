"""Laravel's validation rules, as far as the server's endpoints use them, with its sentences."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from rvm_edge.simulator.cloud.bodies import number
from rvm_edge.simulator.cloud.exchange import Json

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*\Z")  # of 64 bits, as PHP's
_INTEGER_MAX = 2**63


class Fields:
    """The fields of one request, and what is wrong with them.

    Attributes:
        errors: sentences by field, in the order the rules were asked; empty if all is well.
    """

    def __init__(self, root: Mapping[str, Json]) -> None:
        self._root = dict(root)
        self.errors: dict[str, list[str]] = {}

    def has(self, key: str) -> bool:
        """Say whether a key of the outermost level is there, be it null."""
        return key in self._root

    def value(self, path: str) -> Json:
        """Return what lies at a dotted path; None where nothing does. Blank text is nothing."""
        found: Json = self._root
        for step in path.split("."):
            if isinstance(found, dict):
                found = found.get(step)
            elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            else:
                return None
        return None if isinstance(found, str) and not found.strip() else found

    def text(self, path: str, *, required: bool = False, most: int | None = None) -> str:
        """Take a string of at most `most` characters; "" for none."""
        value = self._present(path, required=required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(path, "must be a string")
            return ""
        if most is not None and len(value) > most:
            self.refuse(path, f"must not be greater than {most} characters")
        return value

    def whole(self, path: str, *, required: bool = False) -> int:
        """Take an integer, also as text; 0 for none."""
        value = self._present(path, required=required)
        if value is None:
            return 0
        if isinstance(value, str) and _INTEGER.match(value):
            return int(value)
        if (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and -_INTEGER_MAX <= value < _INTEGER_MAX
            and value == int(value)
        ):
            return int(value)
        self.refuse(path, "must be an integer")
        return 0

    def number(
        self,
        path: str,
        *,
        required: bool = False,
        least: float | None = None,
        most: float | None = None,
    ) -> float:
        """Take a number, also as text; 0 for none."""
        value = self._present(path, required=required)
        if value is None:
            return 0.0
        found = number(value)
        if found is None:
            self.refuse(path, "must be a number")
            return 0.0
        if least is not None and most is not None and not least <= found <= most:
            self.refuse(path, f"must be between {least:g} and {most:g}")
        return found

    def address(self, path: str) -> None:
        """Want an IP address or nothing."""
        value = self.value(path)
        if value is None:
            return
        try:
            if not isinstance(value, str):
                raise ValueError(path)
            ipaddress.ip_address(value)
        except ValueError:
            self.refuse(path, "must be a valid IP address")

    def mapping(self, path: str) -> dict[str, Json]:
        """Take an object, or a list by its indices as PHP's arrays have, or nothing."""
        value = self.value(path)
        if isinstance(value, dict):
            return value
        if isinstance(value, list):
            return {str(index): entry for index, entry in enumerate(value)}
        if value is not None:
            self.refuse(path, "must be an array")
        return {}

    def entries(self, path: str, *, least: int = 0) -> list[Json]:
        """Want an object or a list of at least so many entries. An empty one counts as missing."""
        value = self.value(path)
        if isinstance(value, dict):
            value = list(value.values())
        if value is None or value == []:
            self.refuse(path, "is required")
        elif not isinstance(value, list):
            self.refuse(path, "must be an array")
        elif len(value) < least:
            self.refuse(path, f"must have at least {least} items")
        return value if isinstance(value, list) else []

    def refuse(self, path: str, why: str) -> None:
        """Write down that a field is wrong, such as ``must be an integer``."""
        self.errors.setdefault(path, []).append(f"The {path.replace('_', ' ')} field {why}.")

    def _present(self, path: str, *, required: bool) -> Json:
        value = self.value(path)
        if value is None and required:
            self.refuse(path, "is required")
        return value
