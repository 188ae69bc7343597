"""The worker: a process that owns the model and handles pictures, one item's at a time.

    python -m rvm_edge.vision.worker SOCKET_FD MEMORY_FD

Started by `worker_link`, never by hand. It ends when the daemon does, in whatever way: a thread
waits for the socket's other end to go. (PR_SET_PDEATHSIG would not do: it follows the *thread* that
started the process, and trio starts processes from a thread that it soon retires.)
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rvm_edge.decision import PictureFigures
from rvm_edge.vision.backends.choosing import load_detector
from rvm_edge.vision.detector import Detector, ModelError
from rvm_edge.vision.dhash import dhash_of_bottle
from rvm_edge.vision.figures import figures_of
from rvm_edge.vision.jpeg import DoesNotFitError, compress
from rvm_edge.vision.picture import PictureUnreadableError, read_picture
from rvm_edge.vision.segmenter.seat import JudgesSeat, call_judge
from rvm_edge.vision.segmenter.segmenter import SegmenterError
from rvm_edge.vision.shared_frames import hand_back, map_frames
from rvm_edge.vision.wire import (
    Answer,
    Compress,
    Compressed,
    Found,
    Load,
    Loaded,
    Look,
    Looked,
    Measure,
    Measured,
    Picture,
    Refused,
    Request,
    Seen,
    Splitter,
    decode,
    encode,
)

_READ_BYTES = 65536
_DIES_BEFORE_THE_DAEMON = "500"


def main(arguments: Sequence[str]) -> int:
    """Serve until the daemon closes the socket.

    Returns:
        0, or 1 for a model that cannot be used.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends us in order
    _offer_to_the_oom_killer()
    # torch's threads spin while they wait for each other unless they are told before it is loaded:
    # on a busy machine, one look then takes twenty times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    cv2.setNumThreads(1)
    with socket.socket(fileno=int(arguments[0])) as connection:
        _end_with(connection)
        fd = int(arguments[1])
        memory = map_frames(fd)
        requests = _Requests(connection)
        first = requests.next()
        if first is None:
            return 0
        wanted = decode(first, Load)
        try:
            detector = load_detector(wanted)
        except ModelError as error:
            connection.sendall(encode(Refused(str(error)[:2000])))
            return 1
        judge = call_judge(wanted)
        ready = Loaded(
            tuple(detector.names),
            detector.model_hash,
            judge.name,
            judge.trouble,
            detector.thresholds,
        )
        connection.sendall(encode(ready))
        with ThreadPoolExecutor(1, "reader") as reader:
            while (body := requests.next()) is not None:
                request: Request = decode(body, Request)  # type: ignore[arg-type] # as in the link
                answer: Answer
                if isinstance(request, Look):
                    answer = _look(detector, reader, memory, request)
                elif isinstance(request, Compress):
                    answer = _compress(memory, fd, request)
                else:
                    answer = _ask(judge, memory, fd, request)
                connection.sendall(encode(answer))
    return 0


class _Requests:
    """The daemon's messages, one at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._splitter = Splitter()

    def next(self) -> bytes | None:
        """Wait for the next message; None when the daemon has closed the socket."""
        while (body := self._splitter.take()) is None:
            data = self._connection.recv(_READ_BYTES)
            if not data:
                return None
            self._splitter.feed(data)
        return body


def _look(
    detector: Detector, reader: ThreadPoolExecutor, memory: memoryview, look: Look
) -> Looked | Refused:
    """Look at an item's pictures; the next one is read while the model looks at this one."""
    pictures = look.pictures
    seen: list[Seen] = []
    upcoming: Future[NDArray[np.uint8]] | None = None
    try:
        for index, picture in enumerate(pictures):
            current = upcoming
            upcoming = None
            try:
                pixels = current.result() if current else _read(memory, picture)
            except PictureUnreadableError as error:
                seen.append(Seen(unreadable=str(error)[:500]))
                continue
            if index + 1 < len(pictures):
                upcoming = reader.submit(_read, memory, pictures[index + 1])
            seen.append(_seen(detector, pixels))
    except ModelError as error:
        return Refused(str(error)[:2000])
    return Looked(look.number, tuple(seen), _measure(memory, look.dark))


def _seen(detector: Detector, pixels: NDArray[np.uint8]) -> Seen:
    found = detector.detect(pixels)
    return Seen(
        tuple(Found(one.label, one.confidence, one.box) for one in found),
        figures=figures_of(pixels),
        dhash=dhash_of_bottle(pixels, found),
    )


def _measure(memory: memoryview, dark: Picture | None) -> PictureFigures | None:
    """Measure the picture with the lamp off; one that cannot be read tells nothing."""
    if dark is None:
        return None
    try:
        return figures_of(_read(memory, dark))
    except PictureUnreadableError:
        return None


def _compress(memory: memoryview, fd: int, request: Compress) -> Compressed:
    """Make a JPEG of one picture. It takes the picture's place once it is complete."""
    try:
        data = compress(_read(memory, request.picture), request.most_bytes)
    except (PictureUnreadableError, DoesNotFitError) as error:
        return Compressed(request.number, failed=str(error)[:500])
    return Compressed(request.number, hand_back(fd, data))


def _ask(judge: JudgesSeat, memory: memoryview, fd: int, request: Measure) -> Measured:
    """Have the second judge measure an item. Its cut-out takes the picture's place."""
    try:
        measured = judge.measure(_read(memory, request.picture), request.box)
    except (PictureUnreadableError, SegmenterError) as error:
        return Measured(request.number, failed=str(error)[:500])
    try:
        cut = compress(measured.cut, request.most_bytes) if request.most_bytes else b""
    except DoesNotFitError:
        cut = b""  # the figures are the opinion: it counts without a picture
    return Measured(request.number, measured.figures, hand_back(fd, cut))


def _read(memory: memoryview, picture: Picture) -> NDArray[np.uint8]:
    data = memory[picture.offset : picture.offset + picture.length]
    return read_picture(data, picture.encoding, width=picture.width, height=picture.height)


def _end_with(connection: socket.socket) -> None:
    """End this process when the other end of the socket is gone, even inside a stuck model."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)

    def wait_for_the_end() -> None:
        poll.poll()
        os._exit(0)

    threading.Thread(target=wait_for_the_end, name="lifeline", daemon=True).start()


def _offer_to_the_oom_killer() -> None:
    """Let a machine short of memory end this process rather than the daemon."""
    try:
        Path("/proc/self/oom_score_adj").write_text(_DIES_BEFORE_THE_DAEMON, encoding="ascii")
    except OSError:
        return  # a container may forbid it; nothing depends on it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
