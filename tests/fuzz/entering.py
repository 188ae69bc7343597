"""How bytes enter, where a door takes more than one piece of them or wants them in a file."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from drivers.esp32.dialect import ReplyParser
from drivers.esp32.framed_dialect import read_message
from drivers.esp32.frames import decode_frame
from drivers.ports import Encoding
from rvm_edge.bridges.cloud.handshake_wire import HandshakeReply, welcome_of
from rvm_edge.bridges.cloud.heartbeat_wire import HeartbeatReply, commands_of
from rvm_edge.bridges.cloud.json_body import decoded
from rvm_edge.bridges.cloud.orders.allow_list import ALLOW_LIST
from rvm_edge.bridges.cloud.orders.ordered import Ordered, Via
from rvm_edge.bridges.cloud.orders.reading import read_order
from rvm_edge.bridges.cloud.reverb.frames import FrameError, read_frame
from rvm_edge.bridges.cloud.reverb.payloads import (
    read_authorized,
    read_command,
    read_error,
    read_established,
)
from rvm_edge.provisioning.usb.stick import SITE, read_stick
from rvm_edge.provisioning.wizard.draft import Draft, NotEnteredError
from rvm_edge.provisioning.wizard.wire import SiteChoice
from rvm_edge.statechart.journal import read_archive
from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.model_store import MANIFEST, read_manifest
from rvm_edge.vision.picture_header import read_jpeg_size, read_png_size, sniff
from rvm_edge.vision.wire import Loaded, Looked, Measured, Refused, Splitter, decode

BETWEEN = b"\x1e"
"""Where one piece of the bytes ends and the next begins (ASCII's record separator)."""

_IN_MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made there


def _in_folder(pieces: Iterable[tuple[str, bytes]], read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as folder:
        for name, content in pieces:
            (Path(folder) / name).write_bytes(content)
        read(Path(folder))


def serial_ascii(data: bytes) -> None:
    parser = ReplyParser()
    for start in range(0, len(data), 7):
        parser.feed(data[start : start + 7])


def serial_frames(data: bytes) -> None:
    for stuffed in data.split(b"\0"):
        frame = decode_frame(stuffed)
        if frame is not None:
            read_message(frame)


def picture(data: bytes) -> None:
    size = read_jpeg_size if sniff(data) is Encoding.JPEG else read_png_size
    size(memoryview(data))


def wizard(data: bytes) -> None:
    """Upload a file and choose a site, as a phone does."""
    file, _, choice = data.partition(BETWEEN)
    draft = Draft()
    draft.take_file(file)
    draft.choose(read_json(choice, SiteChoice))
    draft.complete()


def stick(data: bytes) -> None:
    """Put in a stick with credentials and, where there is a second piece, a site."""
    file, both, site = data.partition(BETWEEN)
    pieces = [("rvm-credentials.json", file), *([(SITE, site)] if both else [])]
    _in_folder(pieces, read_stick)


def server_answers(data: bytes) -> None:
    """Hear the answers to a handshake and to a heartbeat."""
    welcomed = decoded(data, HandshakeReply)
    if welcomed is not None:
        welcome_of(welcomed)
    beaten = decoded(data, HeartbeatReply)
    for command in commands_of(beaten) if beaten is not None else ():
        order(command.action, bytes(command.payload))


def orders(data: bytes) -> None:
    """Carry the same bytes with every word that the server may say."""
    for row in ALLOW_LIST:
        order(row.word, data)


def order(word: str, payload: bytes) -> None:
    read_order(Ordered(word, payload, "", "", Via.HEARTBEAT), lambda: None)


def reverb(data: bytes) -> None:
    frame = read_frame(data)
    for read in (read_established, read_error, read_command, read_authorized):
        with contextlib.suppress(FrameError):
            read(frame)


def manifest(data: bytes) -> None:
    _in_folder([(MANIFEST, data)], read_manifest)


def archive(data: bytes) -> None:
    _in_folder([("one.gz", data)], lambda folder: list(read_archive(folder / "one.gz")))


def worker(data: bytes) -> None:
    """Hear what the eyes' process says."""
    splitter = Splitter()
    splitter.feed(data)
    while (body := splitter.take()) is not None:
        decode(body, Loaded | Refused | Looked | Measured)  # type: ignore[arg-type] # a union of types


WIZARD_REFUSES = (NotEnteredError, UnreadableError)
"""What `rvm_edge.provisioning.wizard.app` answers with a refusal."""
