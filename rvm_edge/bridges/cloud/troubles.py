"""What is wrong between the machine and its server, for screens and for technicians."""

from __future__ import annotations

import logging
from enum import Enum

_LOG = logging.getLogger(__name__)


class Topic(Enum):
    """What can be wrong; the first is the most telling."""

    STANDING = "standing"
    RECORDS = "records"
    PICTURES = "pictures"
    ORDERED_PICTURES = "ordered pictures"
    POLICY = "the server's policy"


class Troubles:
    """One line per topic, the newest. A line that changes is logged, once."""

    def __init__(self) -> None:
        self._lines: dict[Topic, str] = {}

    def note(self, topic: Topic, line: str) -> None:
        """Put a topic's line in place of what it was; "" for no trouble."""
        before = self._lines.get(topic, "")
        if line == before:
            return
        self._lines[topic] = line
        if line:
            _LOG.warning("%s: %s", topic.value, line)
        else:
            _LOG.info("%s: all is well again", topic.value)

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that is wrong, the most telling first."""
        return tuple(line for topic in Topic if (line := self._lines.get(topic, "")))
