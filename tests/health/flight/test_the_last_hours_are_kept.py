"""The flight recorder keeps the last hours within its bounds, and costs nobody any waiting."""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from rvm_edge.health.flight import recorder as recorders
from rvm_edge.health.flight.recorder import FlightRecorder, recording, tidy
from rvm_edge.health.flight.segment import Segment, close, segments, text_of
from rvm_edge.health.flight.sources import SAMPLE_S, note_health, transition_of
from rvm_edge.settings.flight import FlightSettings
from rvm_edge.statechart.definition import Payload
from rvm_edge.statechart.journal.record import GENESIS, Entry, seal
from rvm_edge.telemetry import Health

START = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def written(folder: Path) -> list[str]:
    return [line for one in segments(folder) for line in text_of(one, 10**9).splitlines() if line]


def record(
    folder: Path, clock: Callable[[], datetime], lines: list[bytes], **bounds: float
) -> FlightRecorder:
    kept = FlightSettings(**bounds)  # type: ignore[arg-type] # the struct checks them
    with recording(folder, kept, now=clock) as recorder:
        for line in lines:
            recorder.note(line)
    return recorder


def test_what_is_noted_can_be_read_again(tmp_path: Path) -> None:
    recorder = record(tmp_path / "flight", Clock(), [b'{"a":1}', b'{"b":2}'])
    assert written(tmp_path / "flight") == ['{"a":1}', '{"b":2}']
    assert recorder.lost == 0
    (one,) = segments(tmp_path / "flight")
    assert one.path.stat().st_mode & 0o777 == 0o600
    assert one.path.parent.stat().st_mode & 0o777 == 0o700


def test_the_next_hour_begins_another_segment_and_compresses_the_last(tmp_path: Path) -> None:
    clock = Clock()
    record(tmp_path, clock, [b'{"hour":8}'])
    clock.now += timedelta(hours=1)
    record(tmp_path, clock, [b'{"hour":9}'])
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "000001-20260301T080000.jsonl.gz",
        "000002-20260301T090000.jsonl",
    ]
    assert written(tmp_path) == ['{"hour":8}', '{"hour":9}']


def test_what_is_older_than_a_day_goes(tmp_path: Path) -> None:
    clock = Clock()
    for hour in range(30):
        clock.now = START + timedelta(hours=hour)
        record(tmp_path, clock, [b'{"hour":%d}' % hour])
    assert written(tmp_path) == [f'{{"hour":{hour}}}' for hour in range(5, 30)]


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(10, 3000), min_size=1, max_size=60))
def test_it_never_takes_more_of_the_disk_than_it_may(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    folder, clock = tmp_path_factory.mktemp("flight"), Clock()
    most_mb = 0.02
    for size in sizes:
        clock.now += timedelta(seconds=1)
        record(folder, clock, [b'"' + os.urandom(size // 2).hex().encode() + b'"'], most_mb=most_mb)
        on_disk = sum(path.stat().st_size for path in folder.iterdir())
        assert on_disk <= most_mb * 1024 * 1024 + 3000


def test_a_machine_that_starts_again_and_again_leaves_few_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "MOST_SEGMENTS", 5)
    clock = Clock()
    for second in range(12):
        clock.now = START + timedelta(seconds=second)
        record(tmp_path, clock, [b"{}"])
    assert len(list(tmp_path.iterdir())) == 6


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 400), packed=st.booleans())
def test_a_segment_that_a_power_cut_ended_is_read_up_to_the_cut(
    tmp_path_factory: pytest.TempPathFactory, cut: int, packed: bool
) -> None:
    folder = tmp_path_factory.mktemp("flight")
    lines = [json.dumps({"line": number, "noise": os.urandom(8).hex()}) for number in range(8)]
    content = "".join(f"{line}\n" for line in lines).encode()
    name = f"20260301T080000.jsonl{'.gz' if packed else ''}"
    whole = gzip.compress(content) if packed else content
    (folder / name).write_bytes(whole[:cut])
    (one,) = segments(folder)
    read = text_of(one, 10**6).splitlines()
    assert read == lines[: len(read)]
    if not packed:
        assert len(read) == whole[:cut].count(b"\n")
    if cut >= len(whole):
        assert read == lines


def test_a_start_after_a_power_cut_goes_on_and_loses_only_the_cut_line(tmp_path: Path) -> None:
    (tmp_path / "20260301T075500.jsonl").write_bytes(b'{"whole":1}\n{"cu')
    (tmp_path / "20260301T070000.jsonl.gz.part").write_bytes(b"half")
    record(tmp_path, Clock(), [b'{"next":1}'])
    assert written(tmp_path) == ['{"whole":1}', '{"next":1}']
    assert not list(tmp_path.glob("*.part"))


def test_compressing_that_fails_leaves_the_segment_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "20260301T080000.jsonl"
    path.write_bytes(b"{}\n")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        close(Segment(0, "20260301T080000", path, 3))
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"{}\n"


def test_a_disk_that_stands_still_makes_nobody_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, stands = threading.Event(), threading.Event()

    def stand_still(self: FlightRecorder, line: bytes) -> None:
        stands.set()
        assert goes_on.wait(10)

    monkeypatch.setattr(FlightRecorder, "_write", stand_still)
    with recording(tmp_path, FlightSettings()) as recorder:
        recorder.note(b"{}")
        assert stands.wait(10)
        for _ in range(recorders.MOST_WAITING + 7):
            recorder.note(b"{}")
        assert recorder.lost == 7
        goes_on.set()


def test_a_disk_that_refuses_costs_lines_which_are_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "flight").write_text("a file where the folder should be")
    recorder = record(tmp_path / "flight", Clock(), [b"{}", b"{}"])
    assert recorder.lost == 2
    assert caplog.text.count("the flight recorder cannot write") == 1


def test_a_disk_too_full_to_compress_is_not_asked_to_for_every_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "000001-20260301T070000.jsonl").write_bytes(b"{}\n")
    tried: list[Segment] = []

    def refuse(one: Segment) -> None:
        tried.append(one)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorders, "close", refuse)
    recorder = record(tmp_path, Clock(), [b'{"n":%d}' % number for number in range(50)])
    assert len(tried) == 1
    assert recorder.lost == 0
    assert written(tmp_path) == ["{}", *(f'{{"n":{number}}}' for number in range(50))]


def test_a_line_that_found_half_the_room_is_not_glued_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, calls = os.write, list[int]()

    def write(file: int, content: bytes) -> int:
        if not content.strip().startswith(b"{"):
            return really(file, content)  # of somebody else
        calls.append(len(content))
        return really(file, content[:4] if len(calls) == 2 else content)

    monkeypatch.setattr(os, "write", write)
    recorder = record(tmp_path, Clock(), [b'{"a":1}', b'{"b":2}', b'{"c":3}'])
    assert recorder.lost == 1
    first, torn, lost, last = written(tmp_path)
    assert (first, torn, last) == ('{"a":1}', '{"b"', '{"c":3}')
    assert json.loads(lost)["lines"] == 1


def test_lines_that_were_lost_are_told_of_in_the_recording(tmp_path: Path) -> None:
    record(tmp_path, Clock(), [b"x" * (recorders.MOST_LINE_BYTES + 1), b'{"a":1}'])
    lost, kept = written(tmp_path)
    assert json.loads(lost)["lines"] == 1
    assert kept == '{"a":1}'


def test_tidying_keeps_the_newest(tmp_path: Path) -> None:
    for hour in range(4):
        (tmp_path / f"2026030{hour + 1}T000000.jsonl.gz").write_bytes(b"x" * 100)
    tidy(tmp_path, hour="20260305T00", hours=24, most_bytes=250)
    assert [one.began for one in segments(tmp_path)] == ["20260303T000000", "20260304T000000"]


def test_a_machine_that_was_off_for_long_keeps_the_hours_in_which_it_ran(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(4):
        clock.now += timedelta(days=30)
        record(tmp_path, clock, [b"{}"], hours=2)
    assert [one.number for one in segments(tmp_path)] == [2, 3, 4]


_JUMPS = st.sampled_from([0, 1, 60, -3600, 86_400, -20_000_000, 1_577_880_000, -1_577_880_000])


@settings(max_examples=30, deadline=None)
@given(jumps=st.lists(_JUMPS, max_size=6))
def test_a_clock_that_jumps_costs_nothing_of_the_last_hours(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[int]
) -> None:
    folder, clock = tmp_path_factory.mktemp("flight"), Clock()
    clock.now += timedelta(days=365 * 200)
    said = []
    for number, jump in enumerate(jumps):
        clock.now += timedelta(seconds=jump)
        said.append(f'{{"n":{number}}}')
        record(folder, clock, [said[-1].encode()])
    assert written(folder) == said


def test_a_clock_that_stands_in_another_century_for_a_while_costs_an_hour_of_the_day(
    tmp_path: Path,
) -> None:
    clock = Clock()
    for hour in range(24):
        clock.now = START + timedelta(hours=hour)
        record(tmp_path, clock, [b'{"hour":%d}' % hour])
    for years in (50, -50, 0):
        clock.now = START + timedelta(hours=23, minutes=30, days=365 * years)
        record(tmp_path, clock, [b'{"years":%d}' % years])
    assert written(tmp_path) == [
        *(f'{{"hour":{hour}}}' for hour in range(1, 24)),
        '{"years":50}',
        '{"years":-50}',
        '{"years":0}',
    ]


def test_a_machine_whose_clock_begins_anew_at_every_start_overwrites_nothing(
    tmp_path: Path,
) -> None:
    for start in range(3):
        record(tmp_path, Clock(), [b'{"start":%d}' % start])
    assert written(tmp_path) == [f'{{"start":{start}}}' for start in range(3)]


def test_of_a_segment_that_is_too_long_the_end_is_read(tmp_path: Path) -> None:
    record(tmp_path, Clock(), [b'{"n":%d}' % number for number in range(100)])
    (one,) = segments(tmp_path)
    assert text_of(one, 40).splitlines() == ['{"n":96}', '{"n":97}', '{"n":98}', '{"n":99}']
    close(one)
    (one,) = segments(tmp_path)
    assert text_of(one, 40).splitlines() == ['{"n":96}', '{"n":97}', '{"n":98}', '{"n":99}']


def test_a_segment_that_goes_while_they_are_listed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path, Clock(), [b"{}"])
    here = list(tmp_path.iterdir())
    gone = tmp_path / "000002-20260301T090000.jsonl"
    monkeypatch.setattr(Path, "iterdir", lambda _: iter([*here, gone]))
    assert [one.path for one in segments(tmp_path)] == here


def test_a_step_is_noted_without_whose_deposit_it_is() -> None:
    data: Payload = {"session_id": "s-1", "mode": "user", "owner": "user-77"}
    entry = Entry("session.requested", data, ("a",), ("b",), (), "c" * 64)
    row = seal(entry, seq=7, at="2026-03-01T08:00:00+00:00", mono=1.5, prev=GENESIS)
    noted = transition_of(row)
    assert noted.data == {"mode": "user"}
    assert (noted.seq, noted.event, noted.before, noted.after) == (7, row.event, ("a",), ("b",))


async def test_the_computer_is_measured_every_minute(
    autojump_clock: trio.testing.MockClock,
) -> None:
    class Gauge:
        async def health(self) -> Health:
            await trio.lowlevel.checkpoint()
            return Health(cpu_pct=1.0, memory_pct=2.0, disk_pct=3.0, cpu_c=44.0)

    class Notebook:
        def __init__(self) -> None:
            self.lines: list[bytes] = []

        def note(self, line: bytes) -> None:
            self.lines.append(line)

    notebook = Notebook()
    with trio.move_on_after(2.5 * SAMPLE_S):
        await note_health(Gauge(), notebook)
    assert [json.loads(line)["cpu_c"] for line in notebook.lines] == [44.0] * 3
    assert json.loads(notebook.lines[0])["line"] == "health"
