"""What an installation consists of. Each step knows whether it is done, and does it once."""

from __future__ import annotations

import os
import subprocess
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

import msgspec

PATIENCE_S: Final = 120.0
_SHOWN_CHARACTERS: Final = 300


class InstallError(Exception):
    """A step cannot be done. The message says which, why, and what to do."""


class Need(Enum):
    """What a step would do now."""

    NOTHING = "already there"
    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"
    RUN = "run"


class Step(Protocol):
    """One thing that is so or not so on a computer."""

    def describe(self) -> str:
        """Say in one line what it is about."""
        ...

    def need(self) -> Need:
        """Look what would have to be done."""
        ...

    def carry_out(self) -> None:
        """Do it.

        Raises:
            InstallError: it cannot be done.
        """
        ...


class PlacedFile(msgspec.Struct, frozen=True):
    """A file of ours at a place of the system's.

    Attributes:
        path: where.
        content: what it holds.
        mode: who may do what with it.
        keep: leave alone what somebody has put there already; it may have been changed by hand.
    """

    path: Path
    content: bytes
    mode: int = 0o644
    keep: bool = False

    def describe(self) -> str:
        """Say in one line what it is about."""
        return str(self.path)

    def need(self) -> Need:
        """Look what would have to be done."""
        try:
            there = self.path.read_bytes()
        except FileNotFoundError:
            return Need.ADD
        except OSError as error:
            raise InstallError(f"{self.path} cannot be read: {error.strerror}") from error
        return Need.NOTHING if self.keep or there == self.content else Need.REPLACE

    def carry_out(self) -> None:
        """Write it beside its place and move it there: never half a file, whatever happens.

        Raises:
            InstallError: the disk or its rights refuse.
        """
        unfinished = self.path.with_name(f".{self.path.name}.part")
        try:
            self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(self.content)
                file.flush()
                os.fchmod(file.fileno(), self.mode)
                os.fsync(file.fileno())
            unfinished.replace(self.path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise InstallError(_refused(self.path, error)) from error


class AbsentFile(msgspec.Struct, frozen=True):
    """A file of ours that shall be gone.

    Attributes:
        path: where it lies.
        with_folder: whether its folder goes too, once nothing is left in it.
    """

    path: Path
    with_folder: bool = False

    def describe(self) -> str:
        """Say in one line what it is about."""
        return str(self.path)

    def need(self) -> Need:
        """Look what would have to be done."""
        return Need.REMOVE if self.path.is_file() or self.path.is_symlink() else Need.NOTHING

    def carry_out(self) -> None:
        """Remove it.

        Raises:
            InstallError: the disk or its rights refuse.
        """
        try:
            self.path.unlink(missing_ok=True)
            if self.with_folder and not any(self.path.parent.iterdir()):
                self.path.parent.rmdir()
        except OSError as error:
            raise InstallError(_refused(self.path, error)) from error


class RunCommand(msgspec.Struct, frozen=True):
    """A command of the system's that makes it take notice; harmless when run again.

    Attributes:
        command: its words.
        why: what for.
        may_fail: whether the rest goes on without it.
        otherwise: what to say first where it fails; "" where the failure says it all.
    """

    command: tuple[str, ...]
    why: str
    may_fail: bool = False
    otherwise: str = ""

    def describe(self) -> str:
        """Say in one line what it is about."""
        return f"{' '.join(self.command)}  ({self.why})"

    def need(self) -> Need:
        """Say that it is to be run."""
        return Need.RUN

    def carry_out(self) -> None:
        """Run it.

        Raises:
            InstallError: it is missing, fails, or does not end, and may not.
        """
        shown = " ".join(self.command)
        try:
            done = subprocess.run(  # noqa: S603 - the words stand in the plan, none is from outside
                self.command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise InstallError(f"{shown} did not end within {PATIENCE_S:g} s") from error
        except OSError as error:
            if self.may_fail:
                return
            raise InstallError(f"{shown} cannot be run: {error.strerror}") from error
        if done.returncode and not self.may_fail:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())[:_SHOWN_CHARACTERS]
            why = f"{shown} failed: {said or f'exit code {done.returncode}'}"
            raise InstallError(f"{self.otherwise}: {why}" if self.otherwise else why)


def _refused(path: Path, error: OSError) -> str:
    hint = "; run it as root (sudo)" if isinstance(error, PermissionError) else ""
    return f"{path}: {error.strerror}{hint}"
