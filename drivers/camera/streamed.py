"""A camera that streams: the newest picture is handed out, and only if it is a picture.

The stream is read all the time, so that what is handed out was exposed after it was asked for. The
first pictures after a start, while exposure and white balance still settle, are never handed out,
and the first few after each question neither: they were on their way before, or exposed in the
light before. Nor is what comes at once: if this process was held up, pictures have piled up in the
pipe. Black and frozen pictures are passed over until a good one comes or time is up.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec
import trio

from drivers.camera.parts import Kind, Part, PartReader
from drivers.camera.process import Pictures, Source
from drivers.ports import DriverError, Encoding, Frame, NoAnswerError, PictureError

_ENCODING: Final = {Kind.JPEG: Encoding.JPEG, Kind.PNG: Encoding.PNG}


class Habits(msgspec.Struct, frozen=True):
    """How a camera is treated. Times in seconds.

    Attributes:
        warm_up: so many pictures after a start are thrown away.
        settle: so many pictures after each question are thrown away.
        settle_s: and so is every picture that comes within so long of it; a little less than
            `settle` pictures take.
        picture_s: how long one may be waited for.
        start_s: how long the first one may take.
        stall_s: without a picture for so long the camera's process hangs, and is replaced.
        retry_first_s: the wait before it is started again; doubles with each failure.
        retry_cap_s: the longest such wait.
        black_below: a picture whose mean brightness, of 255, is below this is black;
            video of limited range, as most cameras give, has its black at 16.
    """

    warm_up: int = 10
    settle: int = 2
    settle_s: float = 0.0
    picture_s: float = 2.0
    start_s: float = 10.0
    stall_s: float = 3.0
    retry_first_s: float = 0.2
    retry_cap_s: float = 5.0
    black_below: float = 24.0


class StreamedCamera:
    """`drivers.ports.Camera` on a stream of pictures."""

    def __init__(
        self,
        source: Source,
        habits: Habits | None = None,
        *,
        lit: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare; `run` starts it.

        Args:
            source: where the stream comes from.
            habits: how the camera is treated.
            lit: whether the lamp shines, so that a black picture is a fault. In the dark a black
                picture is the truth, and two of them may be the same.
        """
        self._source = source
        self._lit = lit
        self._habits = habits or Habits()
        self._stream = _Stream()
        self._arrived = trio.Event()
        self._sequence = 0

    @asynccontextmanager
    async def run(self) -> AsyncIterator[StreamedCamera]:
        """Keep the stream going while the block runs. Entering does not wait for it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_streaming)
            try:
                yield self
            finally:
                nursery.cancel_scope.cancel()

    async def take_picture(self) -> Frame:
        """Take one new picture. A camera that has only just been started gets its time first.

        Raises:
            PictureError: none came in time, or only black or frozen ones. The message says which.
        """
        stream, asked, objection = self._stream, self._stream.pictures, ""
        settled_at_s = trio.current_time() + self._habits.settle_s
        with trio.move_on_after(self._habits.start_s):
            while not self._stream.trouble and self._stream.pictures <= self._habits.warm_up:
                await self._arrived.wait()
        with trio.move_on_after(self._habits.picture_s):
            while True:
                if self._stream is not stream:  # begun anew: every picture is new
                    stream, asked, settled_at_s = self._stream, 0, 0.0
                part = stream.latest
                fresh = stream.pictures - max(asked + self._habits.settle, self._habits.warm_up)
                if part is not None and fresh > 0 and stream.latest_at_s >= settled_at_s:
                    objection = self._objection(part)
                    if not objection:
                        return self._hand_out(part)
                await self._arrived.wait()
        why = objection or self._stream.trouble
        raise PictureError(
            f"no picture within {self._habits.picture_s:g} s{f': {why}' if why else ''}"
        )

    def _objection(self, part: Part) -> str:
        """Say why this is no usable picture, or "" if it is one."""
        brightness = self._stream.brightness
        if brightness is not None and brightness < self._habits.black_below:
            if not self._lit():
                return ""
            return f"the camera sees black (mean brightness {brightness:.0f} of 255)"
        before = (self._stream.before, self._stream.handed_out)
        if any(other is not None and _same(part, other) for other in before):
            return "the camera is frozen: the same picture came again"
        return ""

    def _hand_out(self, part: Part) -> Frame:
        self._stream.handed_out = part
        self._sequence += 1
        return Frame(
            data=part.data,
            encoding=_ENCODING[part.kind],
            width=0,
            height=0,
            taken_at_s=self._stream.latest_at_s,
            sequence=self._sequence,
        )

    async def _keep_streaming(self) -> None:
        wait_s = self._habits.retry_first_s
        while True:
            try:
                async with self._source.open() as pictures:
                    self._stream = _Stream(trouble=self._stream.trouble)
                    await self._read(pictures)
            except DriverError as error:
                if self._stream.pictures > self._habits.warm_up:
                    wait_s = self._habits.retry_first_s
                self._stream = _Stream(trouble=str(error))
                self._announce()
            await trio.sleep(wait_s)
            wait_s = min(2 * wait_s, self._habits.retry_cap_s)

    async def _read(self, pictures: Pictures) -> None:
        """Read the stream until it ends.

        Raises:
            DriverError: it has ended, hangs, or is no stream of pictures.
        """
        reader, patience_s = PartReader(), self._habits.start_s
        while True:
            with trio.move_on_after(patience_s) as patience:
                before = self._stream.pictures
                while self._stream.pictures == before:
                    for part in reader.feed(await pictures.receive()):
                        self._take_in(part)
            if patience.cancelled_caught:
                raise NoAnswerError(f"the camera hangs: no picture for {patience_s:g} s")
            patience_s = self._habits.stall_s

    def _take_in(self, part: Part) -> None:
        if part.kind is Kind.GREY:
            self._stream.brightness = sum(part.data) / max(1, len(part.data))
            return
        self._stream.take_in(part, trio.current_time())
        self._announce()

    def _announce(self) -> None:
        self._arrived.set()
        self._arrived = trio.Event()


@dataclass
class _Stream:
    """What is known of one run of the camera's process.

    Attributes:
        trouble: why there is no picture, for as long as there is none.
        pictures: how many came.
        latest: the last one.
        latest_at_s: when it came.
        before: the one before it.
        handed_out: the last one that was handed out.
        brightness: the mean of the last grey copy, 0 to 255; None where the stream has none.
    """

    trouble: str = ""
    pictures: int = 0
    latest: Part | None = None
    latest_at_s: float = 0.0
    before: Part | None = None
    handed_out: Part | None = None
    brightness: float | None = None

    def take_in(self, part: Part, now_s: float) -> None:
        self.trouble = ""
        self.pictures += 1
        self.before, self.latest, self.latest_at_s = self.latest, part, now_s


def _same(one: Part, other: Part) -> bool:
    """Whether two parts are the same exposure; a sensor's noise never comes twice."""
    if one.number is not None or other.number is not None:
        return one.number == other.number
    return one.data == other.data
