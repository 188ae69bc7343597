"""What is served over plain HTTP: only to our own names, only what is meant to be seen."""

from __future__ import annotations

import math
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trio

from rvm_edge.bridges.local.limits import Limits
from rvm_edge.bridges.local.metrics import Kind, Metric, Sample, exposition
from rvm_edge.bridges.local.pictures import GLIMPSE_S, Glimpses
from rvm_edge.bridges.local.static_files import MOST_BYTES, load
from rvm_edge.bridges.local.technician import PinDesk, PinHash
from rvm_edge.bridges.local.view import Alarm, Sensors, Spoken
from rvm_edge.settings import Origin
from rvm_edge.telemetry import Figures
from tests.bridges.local import staged_machine as at
from tests.bridges.local.page import Running, bridge, page
from tests.bridges.local.staged_machine import ITEM, JPEG, StagedMachine

PIN = "4711"
LINE = re.compile(r'^[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? (\S+)$')


@asynccontextmanager
async def browser(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.origin, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "screens").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Selamat datang</title>")
    (folder / "screens" / "idle.js").write_text("export const idle = 1;")
    (folder / "notes.txt").write_text("not for the public")
    (folder / "stolen.js").symlink_to("/etc/hostname")
    return folder


async def test_a_client_that_asks_for_the_end_of_the_connection_gets_it() -> None:
    async with bridge(StagedMachine()) as running:
        name = running.origin.removeprefix("http://")
        host, port = name.split(":")
        async with await trio.open_tcp_stream(host, int(port)) as stream:
            asked = f"GET /healthz HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
            await stream.send_all(asked.encode())
            reply = b""
            with trio.fail_after(4):  # an idle connection would be closed after five seconds
                while received := await stream.receive_some():
                    reply += received
    assert reply.startswith(b"HTTP/1.1 200")


async def test_the_page_and_the_client_are_served_with_their_types(pages: Path) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        index = await client.get("/")
        script = await client.get("/screens/idle.js")
        edge = await client.get("/edge-client.js")
    assert index.text.startswith("<!doctype html>")
    assert index.headers["content-type"] == "text/html; charset=utf-8"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "export class EdgeClient" in edge.text


@pytest.mark.parametrize(
    "path",
    [
        "/notes.txt",
        "/stolen.js",
        "/../notes.txt",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/screens",
        "/index.html/",
        "/pictures/not-a-uuid.jpg",
        f"/pictures/{ITEM}.jpg",
    ],
)
async def test_what_is_not_in_the_list_does_not_exist(pages: Path, path: str) -> None:
    machine = StagedMachine(pictures={ITEM: JPEG})
    async with bridge(machine, pages=[pages]) as running, browser(running) as client:
        assert (await client.get(path)).status_code == 404


async def test_a_page_that_did_not_change_is_not_sent_again(pages: Path) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        etag = (await client.get("/")).headers["etag"]
        again = await client.get("/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_that_is_too_large_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "big.js").write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(ValueError, match="too large for a page"):
        load([tmp_path])


@pytest.mark.parametrize("host", ["rebind.test", "rebind.test:8888", "10.0.0.1"])
async def test_a_rebound_name_gets_nothing(pages: Path, host: str) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        for path in ("/", "/metrics", "/healthz", "/edge-client.js"):
            assert (await client.get(path, headers={"Host": host})).status_code == 403


async def test_every_answer_forbids_frames_and_sniffing(pages: Path) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        for path in ("/", "/metrics", "/healthz", "/nothing"):
            headers = (await client.get(path)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
            assert headers["x-content-type-options"] == "nosniff"
            assert "access-control-allow-origin" not in headers


async def test_only_pages_that_may_speak_with_us_may_read_our_answers() -> None:
    machine = StagedMachine(kiosk_url="https://rvm.example/rvm-ui/1?signature=ab")
    async with bridge(machine) as running, browser(running) as client:
        known = await client.get("/healthz", headers={"Origin": "https://rvm.example"})
        foreign = await client.get("/healthz", headers={"Origin": "https://evil.test"})
    assert known.headers["access-control-allow-origin"] == "https://rvm.example"
    assert "access-control-allow-origin" not in foreign.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_changed_over_http(pages: Path, method: str) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        for path in ("/", "/ws", "/snapshot.jpg"):
            assert (await client.request(method, path, content=b"{}")).status_code == 405


async def test_who_asks_for_the_head_gets_no_body(pages: Path) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        head, whole = await client.head("/"), await client.get("/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


async def test_a_page_that_fails_is_logged_and_the_next_is_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    machine = StagedMachine()

    def broken(_limit_s: float) -> bool:
        raise RuntimeError("a fault of ours")

    async with bridge(machine) as running, browser(running) as client:
        with monkeypatch.context() as broken_for_now:
            broken_for_now.setattr(machine, "is_progressing", broken)
            failed = await client.get("/healthz")
        well = await client.get("/healthz")
    assert (failed.status_code, well.status_code) == (500, 200)
    assert "fault of ours" not in failed.text
    assert "fault of ours" in caplog.text


async def test_a_websocket_that_is_not_the_bridges_own_is_refused() -> None:
    async with bridge(StagedMachine()) as running:
        name = running.origin.removeprefix("http://")
        async with await trio.open_tcp_stream("127.0.0.1", running.port) as stream:
            await stream.send_all(
                f"GET /wherever HTTP/1.1\r\nHost: {name}\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
            )
            reply = await stream.receive_some()
    assert reply.startswith(b"HTTP/1.1 403")


async def test_an_endless_body_is_not_read(pages: Path) -> None:
    async with bridge(StagedMachine(), pages=[pages]) as running, browser(running) as client:
        answer = await client.request("GET", "/", content=b"x" * 100_000)
        assert answer.status_code in (200, 413)
        assert (await client.get("/healthz")).status_code == 200


async def test_health_follows_the_machine() -> None:
    machine = StagedMachine()
    async with bridge(machine) as running, browser(running) as client:
        well = await client.get("/healthz")
        machine.progressing = False
        stuck = await client.get("/healthz")
    assert (well.status_code, well.json()["status"]) == (200, "ok")
    assert well.json()["configuration"] == list(at.IDLE)
    assert (stuck.status_code, stuck.json()["status"]) == (503, "stuck")


async def test_an_items_picture_can_be_had_while_it_is_among_the_last() -> None:
    machine = StagedMachine(at.CLASSIFY, pictures={ITEM: JPEG})
    limits = Limits(burst=1000)
    async with (
        bridge(machine, limits=limits) as running,
        page(running) as kiosk,
        browser(running) as client,
    ):
        machine.step("pictures.taken", at.CLASSIFY, {"client_uuid": ITEM})
        path = (await kiosk.hear_part("item"))["picture"]
        shown = await client.get(path)
        machine.pictures.clear()
        kept = await client.get(path)
        for number in range(8):
            other = {"client_uuid": f"00000000-0000-4000-8000-00000000000{number}"}
            machine.step("pictures.taken", at.CLASSIFY, other)
            await kiosk.hear_part("item")
        gone = await client.get(path)
    assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")
    assert shown.headers["cache-control"] == "no-store"
    assert kept.content == JPEG
    assert gone.status_code == 404


async def test_only_a_technician_sees_inside_and_only_in_maintenance() -> None:
    machine = StagedMachine(at.MAINTENANCE)
    async with (
        bridge(machine, pins=PinDesk(PinHash.of(PIN), time.monotonic)) as running,
        page(running) as kiosk,
        browser(running) as client,
    ):
        assert (await client.get("/snapshot.jpg")).status_code == 403
        assert (await kiosk.ask("look_inside", "1"))["error"]["code"] == "no_pin"
        await kiosk.ask("enter_pin", "2", pin=PIN)
        path = (await kiosk.ask("look_inside", "3"))["result"]["path"]
        assert (await client.get(path)).content == JPEG
        assert (await client.get(path + "x")).status_code == 403
        machine.configuration = at.IDLE  # before the bridge has heard of it
        assert (await client.get(path)).status_code == 403
        machine.configuration = at.MAINTENANCE
        machine.step("maintenance.exit", at.IDLE)
        await kiosk.hear_part("state")
        assert (await client.get(path)).status_code == 403
        machine.step("maintenance.enter", at.MAINTENANCE)
        await kiosk.hear_part("state")
        assert (await client.get(path)).status_code == 403


def test_a_glimpse_lasts_a_minute() -> None:
    now_s = 0.0
    glimpses = Glimpses(lambda: now_s)
    assert glimpses.get("") is None
    ticket = glimpses.keep(JPEG).partition("=")[2]
    now_s = GLIMPSE_S - 1.0
    assert glimpses.get(ticket) == JPEG
    now_s = GLIMPSE_S
    assert glimpses.get(ticket) is None


async def test_prometheus_can_read_the_figures() -> None:
    machine = StagedMachine(at.WAITING)
    machine.telemetry.work = Figures(items=5, dropped=3, returned=2, waiting=1, held=2)
    machine.senses = Sensors(
        bin_pct=41.5,
        bin_full_pct=85.0,
        bin_full_by=Origin.SERVER,
        chamber_occupied=False,
        weight_g=-1.25,
        controller=Spoken.FRAMED,
    )
    machine.standing = (Alarm("a", "b", "c"), Alarm("d", "e", "f", acknowledged=True))
    async with bridge(machine, limits=Limits(sense_s=0.01)) as running, page(running) as kiosk:
        await kiosk.ask("end_session", "1")
        await kiosk.ask("end_session", "2")
        async with browser(running) as client:
            answer = await client.get("/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for expected in (
        'rvm_edge_state{state="operational.intake.clearing"} 1',
        'rvm_edge_items_settled_total{outcome="dropped"} 3',
        "rvm_edge_queue_items 1",
        "rvm_edge_queue_held_items 2",
        "rvm_edge_bin_percent 41.5",
        'rvm_edge_bin_full_percent{by="server"} 85',
        "rvm_edge_chamber_occupied 0",
        "rvm_edge_scale_grams -1.25",
        'rvm_edge_controller{dialect="framed"} 1',
        "rvm_edge_cpu_celsius 51.5",
        "rvm_edge_alarms 1",
        "rvm_edge_steps_total 3",
        "rvm_edge_bridge_listeners 1",
        'rvm_edge_bridge_opened_total{protocol="rvm-edge.v1"} 1',
        'rvm_edge_bridge_requests_total{outcome="ok",verb="end_session"} 1',
        'rvm_edge_bridge_requests_total{outcome="not_here",verb="end_session"} 1',
    ):
        assert expected in lines
    names: set[str] = set()
    for line in lines:
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            assert name not in names
            names.add(name)
        elif not line.startswith("# TYPE "):
            assert LINE.match(line), line
            assert re.split(r"[ {]", line)[0] in names
    assert answer.text.endswith("\n")


def test_odd_labels_and_numbers_are_written_as_prometheus_reads_them() -> None:
    odd = Sample(math.nan, (("why", 'a "quoted"\nback\\slash'),))
    text = exposition(
        [
            Metric("a", Kind.GAUGE, "Line\nbreak.", (odd, Sample(math.inf), Sample(-math.inf))),
            Metric("b", Kind.COUNTER, "Nothing.", ()),
            Metric("c", Kind.COUNTER, "Big.", (Sample(1e17), Sample(0.1))),
        ]
    )
    assert text == (
        "# HELP a Line\\nbreak.\n# TYPE a gauge\n"
        'a{why="a \\"quoted\\"\\nback\\\\slash"} NaN\na +Inf\na -Inf\n'
        "# HELP c Big.\n# TYPE c counter\nc 1e+17\nc 0.1\n"
    )
