"""Every door through which bytes from outside come, and what it may say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from drivers.esp32.dialect import LINE_MAX, ReplyParser
from drivers.esp32.framed_dialect import read_message
from drivers.esp32.frames import decode_frame
from drivers.ports import Encoding
from drivers.replay.transcript import TranscriptError
from drivers.replay.transcript import load as load_transcript
from rvm_edge.bridges.cloud.reverb.frames import FrameError, read_frame
from rvm_edge.bridges.local.requests import MalformedError, read
from rvm_edge.hardware_map import HardwareMapError, parse_hardware_map
from rvm_edge.packaged import config_file
from rvm_edge.provisioning.credentials import CredentialsError, parse_credentials
from rvm_edge.settings_file import SettingsError, parse_settings
from rvm_edge.vision.picture_header import (
    PictureUnreadableError,
    read_jpeg_size,
    read_png_size,
    sniff,
)


@dataclass(frozen=True)
class Target:
    """One door.

    Attributes:
        enter: takes any bytes; what it raises beyond `refuses` is a find.
        refuses: how it says that it does not want them.
        seeds: bytes to begin with.
    """

    enter: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]


def _serial(data: bytes) -> None:
    parser = ReplyParser()
    for start in range(0, len(data), 7):
        parser.feed(data[start : start + 7])


def _frames(data: bytes) -> None:
    for stuffed in data.split(b"\0"):
        frame = decode_frame(stuffed)
        if frame is not None:
            read_message(frame)


def _picture(data: bytes) -> None:
    size = read_jpeg_size if sniff(data) is Encoding.JPEG else read_png_size
    size(memoryview(data))


_CREDENTIALS = {
    "server_url": "https://rvm.example",
    "serial_number": "RVM-1",
    "name": "One",
    "api_key": "k" * 40,
}

TARGETS: dict[str, Target] = {
    "credentials": Target(
        parse_credentials, (CredentialsError,), (json.dumps(_CREDENTIALS).encode(),)
    ),
    "hardware-map": Target(
        parse_hardware_map,
        (HardwareMapError,),
        (config_file("hardware_map.json").read_bytes(),),
    ),
    "settings": Target(
        parse_settings, (SettingsError,), (b"[policy]\npoll_s = 0.02\n[timeouts]\nfull = 3.0\n",)
    ),
    "serial-ascii": Target(_serial, (), (b"GATE_OPENED\nMOTOR_DONE\r\nOK\n", b"A" * LINE_MAX)),
    "serial-framed": Target(_frames, (), (b"\x05\x02\x01\x01\x00", b"\x00")),
    "transcript": Target(
        lambda data: load_transcript(data.decode("utf-8", "replace")), (TranscriptError,), (b"",)
    ),
    "local-bridge": Target(
        lambda data: read(data.decode("utf-8", "replace")),
        (MalformedError,),
        (b'{"type":"start_session","id":"1","mode":"guest"}',),
    ),
    "reverb": Target(
        read_frame, (FrameError,), (b'{"event":"pusher:ping","data":"{}","channel":"rvm.1"}',)
    ),
    "picture-header": Target(
        _picture,
        (PictureUnreadableError,),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    ),
}
