"""The browser's profile: made anew for every start.

What a power cut leaves of the last one, half a database or the offer to restore pages, is gone then
(https://github.com/guysoft/FullPageOS/issues/291 tells of screens that stayed dead over it).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

MARK: Final = ".rvm-edge-kiosk"
"""A file that says that a folder is the keeper's, and may be emptied."""

_PRIVATE: Final = 0o700


class ProfileError(Exception):
    """The folder cannot be used. The message says why, and what to do."""


def fresh_profile(folder: Path) -> Path:
    """Empty the keeper's folder, or make it, and return it.

    Raises:
        ProfileError: somebody else's files are in it, or it cannot be written.
    """
    try:
        if folder.is_symlink() or (folder.exists() and not _ours(folder)):
            raise ProfileError(
                f"{folder} holds files that are not the screen keeper's, and it would delete them; "
                "name an empty or a new folder as kiosk.profile_dir"
            )
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=_PRIVATE, parents=True)
        (folder / MARK).touch()
    except OSError as error:
        raise ProfileError(f"the profile {folder} cannot be made: {error.strerror}") from error
    return folder


def _ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARK).exists() or not any(folder.iterdir()))
