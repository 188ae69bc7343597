"""The lamp in the chamber: on inside a block, and never after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from states.context import Ctx


@asynccontextmanager
async def lit_chamber(here: Ctx) -> AsyncIterator[None]:
    """Keep the chamber lit inside, dark after, however the inside ends."""
    light = here.machine.hardware.light
    try:
        await light.on()
        yield
    finally:
        with here.cleanup():
            await light.off()
