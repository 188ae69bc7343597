"""What can be wrong with a credentials file, by a name that a page can say in its own language."""

from __future__ import annotations

from enum import Enum

from rvm_edge.strict_tables import RefusedValueError


class Problem(Enum):
    """Why a file is of no use. Whoever shows it has words for each."""

    UNREADABLE = "unreadable"
    """Too large, not JSON, or no export of credentials at all."""

    WITHOUT_KEY = "without_key"
    """The download of a configuration: the server exports it with an empty key."""

    INCOMPLETE = "incomplete"
    """A field is missing."""

    FAILED_EXPORT = "failed_export"
    """The server wrote "N/A" where it knew nothing."""

    BAD_TEXT = "bad_text"
    """A field holds what no export writes: control characters, blanks in a key, too much of it."""

    NO_SERVER = "no_server"
    """Nobody said where the server is."""

    BAD_SERVER = "bad_server"
    """What was said is no address of a server."""


class ProblemError(RefusedValueError):
    """One field of it; turned into a `CredentialsError` with the file's name."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__("", message)
        self.problem = problem
