"""Every door through which bytes from outside come, and what it may say of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass

from drivers.esp32.dialect import LINE_MAX
from drivers.replay.transcript import TranscriptError
from drivers.replay.transcript import load as load_transcript
from rvm_edge.bridges.cloud.reverb.frames import FrameError
from rvm_edge.bridges.local.requests import MalformedError, read
from rvm_edge.hardware_map import HardwareMapError, parse_hardware_map
from rvm_edge.packaged import config_file, model_file
from rvm_edge.provisioning.credentials import CredentialsError, parse_credentials
from rvm_edge.provisioning.usb.stick import StickError
from rvm_edge.settings_file import SettingsError, parse_settings
from rvm_edge.statechart.errors import JournalError
from rvm_edge.training.dataset import parse_labels
from rvm_edge.vision.detector import ModelError
from rvm_edge.vision.model_store import MANIFEST, ManifestError
from rvm_edge.vision.model_thresholds import KEY, read_thresholds
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.signature import verified
from rvm_edge.vision.models.sources.github import target_of
from rvm_edge.vision.picture_header import PictureUnreadableError
from rvm_edge.vision.wire import Refused, WireError, encode
from tests.fuzz import entering
from tests.fuzz.entering import BETWEEN


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


_CREDENTIALS = {
    "server_url": "https://rvm.example",
    "serial_number": "RVM-1",
    "name": "One",
    "api_key": "k" * 40,
}

_FILE = json.dumps(_CREDENTIALS).encode()
_CHOICE = b'{"server_url":"https://rvm.example","time_zone":"Asia/Jakarta","language":"id"}'
_WELCOME = b"""{"status":"success","data":{"identity":{"rvm_id":1,"rvm_uuid":"u","rvm_name":"One"},
"kiosk":{"url":"https://rvm.example/k","timezone":"Asia/Jakarta"},"websocket":{"key":"k"},
"policy":{"bin_full_threshold_percent":"90"},"ai_model":{"hash":"%s"}}}""" % (b"0" * 64)
_BEAT = b'{"status":"success","server_time":"","commands":[{"action":"RESTART","payload":null}]}'
_COMMAND = b"""{"event":"hardware.command","channel":"rvm.1",
"data":"{\\"command\\":\\"open_door\\",\\"params\\":{},\\"request_id\\":\\"a\\",\\"timestamp\\":\\"\\"}"}"""
_RELEASE = b"""{"tag_name":"v1","assets":[{"name":"best.pt","size":1,
"browser_download_url":"https://github.example/best.pt","digest":"sha256:%s"}]}""" % (b"0" * 64)
_ENVELOPE = b"""{"payload":"e30=","payloadType":"application/vnd.rvm-edge.model+json",
"signatures":[{"keyid":"a","sig":"AAAA"}]}"""
_SAID = b'{"from":"device","data":"UE9ORwo="}'
_KEY = "A" * 43 + "="

TARGETS: dict[str, Target] = {
    "credentials": Target(parse_credentials, (CredentialsError,), (_FILE,)),
    "wizard": Target(entering.wizard, entering.WIZARD_REFUSES, (_FILE + BETWEEN + _CHOICE,)),
    "usb-stick": Target(
        entering.stick,
        (StickError,),
        (_FILE, _FILE + BETWEEN + b'{"server_url":"https://rvm.example","time_zone":"Etc/UTC"}'),
    ),
    "hardware-map": Target(
        parse_hardware_map,
        (HardwareMapError,),
        (config_file("hardware_map.json").read_bytes(),),
    ),
    "settings": Target(
        parse_settings, (SettingsError,), (b"[policy]\npoll_s = 0.02\n[timeouts]\nfull = 3.0\n",)
    ),
    "serial-ascii": Target(
        entering.serial_ascii, (), (b"GATE_OPENED\nMOTOR_DONE\r\nOK\n", b"A" * LINE_MAX)
    ),
    "serial-framed": Target(entering.serial_frames, (), (b"\x05\x02\x01\x01\x00", b"\x00")),
    "transcript": Target(
        lambda data: load_transcript(data.decode("utf-8", "replace")), (TranscriptError,), (_SAID,)
    ),
    "local-bridge": Target(
        lambda data: read(data.decode("utf-8", "replace")),
        (MalformedError,),
        (b'{"type":"start_session","id":"1","mode":"guest"}',),
    ),
    "reverb": Target(
        entering.reverb,
        (FrameError,),
        (b'{"event":"pusher:ping","data":"{}","channel":"rvm.1"}', _COMMAND),
    ),
    "server-answers": Target(entering.server_answers, (), (_WELCOME, _BEAT)),
    "orders": Target(
        entering.orders,
        (),
        (b"{}", b'{"component_name":"door"}', b'{"model_hash":"%s"}' % (b"0" * 64)),
    ),
    "model-list": Target(entering.manifest, (ManifestError,), (model_file(MANIFEST).read_bytes(),)),
    "model-envelope": Target(lambda data: verified(data, (_KEY,)), (UnfitError,), (_ENVELOPE,)),
    "model-release": Target(lambda data: target_of(data, "best.pt"), (UnfitError,), (_RELEASE,)),
    "model-thresholds": Target(
        lambda data: read_thresholds({KEY: data.decode("utf-8", "replace")}),
        (ModelError,),
        (b'{"pet_bottle":0.5}', b"{}"),
    ),
    "eyes": Target(entering.worker, (WireError,), (encode(Refused("it is no model")),)),
    "labels": Target(
        lambda data: parse_labels(data.decode("utf-8", "replace")),
        (ValueError,),
        (b"0 0.5 0.5 0.2 0.2\n", b"5 0.5 0.5 0.2 0.2\n"),
    ),
    "journal-archive": Target(
        entering.archive, (JournalError,), (gzip.compress(b'{"seq":1,"at":"2026"}\n'),)
    ),
    "picture-header": Target(
        entering.picture,
        (PictureUnreadableError,),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    ),
}
