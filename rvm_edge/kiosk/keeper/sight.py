"""What a page shows, by its own account, and what is wrong with that."""

from __future__ import annotations

from typing import Final

import msgspec

from rvm_edge.kiosk.keeper.devtools_wire import Fault
from rvm_edge.kiosk.keeper.navigation import Fence, spoken

_ERROR_PAGE: Final = "chrome-error://"
_BAD_STATUS: Final = 400

LOOK: Final = """(async () => {
  if (document.visibilityState !== "hidden") await new Promise(requestAnimationFrame);
  const covers = ({ width, height }) => width * height > 0;
  const drawn = () => [...document.querySelectorAll("img,svg,canvas,video,iframe")]
    .some((one) => covers(one.getBoundingClientRect()));
  const body = document.body;
  return {
    address: location.href,
    status: performance.getEntriesByType("navigation")[0]?.responseStatus ?? 0,
    loading: document.readyState === "loading",
    empty: !body || (body.innerText.trim() === "" && !drawn()),
  };
})()"""
"""Asked of every page, every second: only one that runs its scripts and paints can answer.

A frame is waited for, since a page whose graphics hang still runs; one that is out of sight paints
nothing and is not asked to.
"""


class Sight(msgspec.Struct, frozen=True):
    """The answer to `LOOK`.

    Attributes:
        address: where the page is; may hold a signature.
        status: of the HTTP answer; 0 where there was none.
        loading: the document is not read to its end.
        empty: there is no text and no picture: a white page.
    """

    address: str
    status: int
    loading: bool
    empty: bool

    def __repr__(self) -> str:
        """Keep the address to itself."""
        return f"Sight(status={self.status}, loading={self.loading}, empty={self.empty})"


class _Value(msgspec.Struct, frozen=True):
    value: Sight | None = None


class Evaluated(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of `Runtime.evaluate` to `LOOK`; no value if the page threw an exception."""

    result: _Value
    exception_details: Fault | None = None


def objection(sight: Sight, fence: Fence) -> str:
    """Say why this must not stay on the screen, or "" if it may; emptiness is for the caller."""
    if sight.address.startswith(_ERROR_PAGE):
        return "it cannot be reached"
    if not fence.lets(sight.address):
        return f"it has gone to {spoken(sight.address)}"
    if sight.status >= _BAD_STATUS:
        return f"it is answered with HTTP {sight.status}"
    return ""
