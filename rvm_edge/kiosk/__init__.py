"""The screen in front of people: the local page's files, beside whatever shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).parent / "page"
"""The local page: ES modules, CSS and pictures, served by the local bridge as they are."""
