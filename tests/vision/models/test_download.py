"""A download proves nothing before its last byte, and loses nothing of what came."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import trio

from rvm_edge.identity import Identity, Secret
from rvm_edge.offload import inline
from rvm_edge.vision.models.admission import Admitted
from rvm_edge.vision.models.disk import RealDisk
from rvm_edge.vision.models.download import Download, Limits
from rvm_edge.vision.models.failures import TroubleError, UnfitError, UpdateError
from rvm_edge.vision.models.state import StoredModel
from rvm_edge.vision.models.web import Web, key_of, open_web
from tests.vision.models.shelf import ELSEWHERE, SERVER, Shelf

URL = f"{ELSEWHERE}/best.onnx"
LIMITS = Limits(most_bytes=1_000_000, tries=1)
PATIENT = Limits(most_bytes=1_000_000, tries=20, retry_s=0)


class FullDisk(RealDisk):
    """A disk with so much room, that says so or finds out."""

    def __init__(self, room: int, *, honest: bool) -> None:
        self._room = room
        self._honest = honest

    def free_bytes(self, folder: Path) -> int:  # noqa: ARG002 - of the disk
        return self._room if self._honest else 10**12

    def append(self, path: Path, content: bytes) -> None:
        if len(content) > self._room:
            super().append(path, content[: self._room])
            raise OSError(28, "No space left on device")
        self._room -= len(content)
        super().append(path, content)


@pytest.fixture
async def web(shelf: Shelf) -> AsyncIterator[Web]:
    identity = Identity(SERVER, "RVM-1", "one", Secret("k" * 64), Secret("t" * 30))
    async with open_web(lambda: key_of(identity), transport=shelf) as opened:
        yield opened


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "model.part"


@pytest.fixture
def fetch(web: Web, part: Path, content: bytes, digest: str) -> Fetch:
    return Fetch(web, part, Admitted(URL, digest, len(content), "v1"))


class Fetch:
    def __init__(self, web: Web, part: Path, wanted: Admitted) -> None:
        self.web, self.part, self.wanted = web, part, wanted

    async def __call__(
        self,
        limits: Limits = LIMITS,
        *,
        wanted: Admitted | None = None,
        disk: RealDisk | None = None,
    ) -> StoredModel:
        return await Download(
            wanted or self.wanted,
            self.part,
            web=self.web,
            disk=disk or RealDisk(),
            limits=limits,
            offload=inline,
        ).run()


class TestWhatComes:
    async def test_a_whole_file_of_the_right_hash_is_a_model(
        self, shelf: Shelf, fetch: Fetch, content: bytes, digest: str
    ) -> None:
        shelf.files[URL] = content
        model = await fetch()
        assert model == StoredModel(digest, "onnx", len(content), "v1")
        assert fetch.part.read_bytes() == content

    async def test_a_wrong_hash_is_refused_and_nothing_is_kept(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL] = content[:-1] + b"?"
        with pytest.raises(UnfitError, match="hashes to"):
            await fetch()
        assert not fetch.part.exists()

    @pytest.mark.parametrize("more", [-1, 1])
    async def test_a_wrong_size_is_refused_before_anything_is_written(
        self, shelf: Shelf, fetch: Fetch, content: bytes, more: int
    ) -> None:
        shelf.files[URL] = (content + b"?")[: len(content) + more]
        with pytest.raises(UnfitError, match=f"{len(content) + more} bytes, not"):
            await fetch()
        assert not fetch.part.exists()

    async def test_a_server_that_sends_more_than_it_should_is_cut_off(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL] = content + bytes(500_000)
        shelf.said = ""
        with pytest.raises(UnfitError, match="more than"):
            await fetch()

    async def test_a_model_that_is_too_large_is_refused_by_its_announcement(
        self, shelf: Shelf, fetch: Fetch, content: bytes, digest: str
    ) -> None:
        shelf.files[URL] = content
        with pytest.raises(UnfitError, match="may have 100"):
            await fetch(Limits(most_bytes=100), wanted=Admitted(URL, digest, None, ""))

    async def test_or_while_it_comes_where_nothing_was_announced(
        self, shelf: Shelf, fetch: Fetch, content: bytes, digest: str
    ) -> None:
        shelf.files[URL], shelf.said = content, ""
        with pytest.raises(UnfitError, match="more than 100 bytes"):
            await fetch(Limits(most_bytes=100), wanted=Admitted(URL, digest, None, ""))

    @pytest.mark.parametrize("first", [b"PK\x03\x04", b"\x80\x02", b"<htm", b"\x7fELF", b""])
    async def test_only_what_begins_as_a_model_is_one(
        self, shelf: Shelf, fetch: Fetch, first: bytes
    ) -> None:
        other = first + bytes(100)
        shelf.files[URL] = other
        wanted = Admitted(URL, hashlib.sha256(other).hexdigest(), None, "")
        with pytest.raises(UnfitError, match=r"neither ONNX|pt files are not taken"):
            await fetch(wanted=wanted)
        assert not fetch.part.exists()

    async def test_a_packed_answer_is_refused(self, fetch: Fetch, shelf: Shelf) -> None:
        async def packed(request: httpx.Request) -> httpx.Response:
            await trio.lowlevel.checkpoint()
            return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"")

        shelf.handle_async_request = packed  # type: ignore[method-assign]
        with pytest.raises(UnfitError, match="packed"):
            await fetch()


class TestBrokenOff:
    @pytest.mark.parametrize("tenth", range(10))
    async def test_what_came_is_kept_and_the_rest_is_asked_for(
        self, shelf: Shelf, fetch: Fetch, content: bytes, tenth: int
    ) -> None:
        cut = len(content) * tenth // 10
        shelf.files[URL], shelf.cuts = content, [cut]
        with pytest.raises(TroubleError, match="broke off"):
            await fetch()
        assert (fetch.part.read_bytes() if fetch.part.exists() else b"") == content[:cut]
        await fetch()
        assert fetch.part.read_bytes() == content
        assert shelf.heard[-1].headers.get("Range") == (f"bytes={cut}-" if cut else None)

    async def test_it_is_taken_up_again_by_itself_until_it_is_whole(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL], shelf.cuts = content, [5000] * 10
        await fetch(PATIENT)
        assert fetch.part.read_bytes() == content
        assert len(shelf.heard) == 11

    async def test_an_end_that_looks_like_one_proves_nothing(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        """A proxy that closes a chunked answer early: no error, and too few bytes."""
        shelf.files[URL], shelf.said = content[:30_000], ""
        with pytest.raises(TroubleError, match="broke off"):
            await fetch()
        assert fetch.part.stat().st_size == 30_000

    async def test_a_beginning_of_another_file_is_fetched_anew(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        fetch.part.write_bytes(bytes(20_000))
        shelf.files[URL] = content
        await fetch(PATIENT)
        assert fetch.part.read_bytes() == content

    async def test_a_beginning_that_is_too_long_is_fetched_anew(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        fetch.part.write_bytes(bytes(len(content) + 5))
        shelf.files[URL] = content
        await fetch(PATIENT)
        assert fetch.part.read_bytes() == content

    async def test_a_whole_file_from_before_a_power_cut_is_not_fetched_again(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        fetch.part.write_bytes(content)
        await fetch()
        assert shelf.heard == []

    async def test_a_server_without_ranges_starts_over(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        fetch.part.write_bytes(content[:1000])
        shelf.files[URL], shelf.ranges = content, False
        await fetch()
        assert fetch.part.read_bytes() == content

    async def test_another_piece_than_was_asked_for_is_refused(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        fetch.part.write_bytes(content[:1000])

        async def wrong(request: httpx.Request) -> httpx.Response:
            await trio.lowlevel.checkpoint()
            told = f"bytes 500-{len(content) - 1}/{len(content)}"
            return httpx.Response(206, headers={"Content-Range": told}, content=content[500:])

        shelf.handle_async_request = wrong  # type: ignore[method-assign]
        with pytest.raises(UpdateError):
            await fetch()
        assert not fetch.part.exists()

    @pytest.mark.parametrize(("status", "asked"), [(401, 1), (404, 1), (503, 3), (429, 3)])
    async def test_only_what_may_pass_is_tried_again_at_once(
        self,
        shelf: Shelf,
        fetch: Fetch,
        status: int,
        asked: int,
    ) -> None:
        shelf.statuses = [status] * 3
        with pytest.raises(TroubleError, match=str(status)):
            await fetch(Limits(most_bytes=10**6, tries=3, retry_s=0))
        assert len(shelf.heard) == asked

    async def test_a_download_that_never_ends_is_given_up(self, shelf: Shelf, fetch: Fetch) -> None:
        async def forever(request: httpx.Request) -> httpx.Response:
            await trio.sleep_forever()
            raise AssertionError

        shelf.handle_async_request = forever  # type: ignore[method-assign]
        with pytest.raises(TroubleError, match=r"within 0\.05 s"):
            await fetch(Limits(most_bytes=10**6, whole_s=0.05))

    async def test_a_cancelled_download_keeps_what_came(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL] = content
        with trio.CancelScope() as scope:

            async def count(request: httpx.Request) -> httpx.Response:
                response = await Shelf.handle_async_request(shelf, request)
                scope.cancel()
                return response

            shelf.handle_async_request = count  # type: ignore[method-assign]
            await fetch()
        assert scope.cancelled_caught
        kept = fetch.part.read_bytes() if fetch.part.exists() else b""
        assert content.startswith(kept)


class TestRoom:
    async def test_a_full_disk_is_found_before_the_first_byte(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL] = content
        with pytest.raises(TroubleError, match="disk lacks"):
            await fetch(disk=FullDisk(len(content) - 1, honest=True))
        assert not fetch.part.exists()

    async def test_what_must_stay_free_counts(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL] = content
        disk = FullDisk(len(content) + 999, honest=True)
        with pytest.raises(TroubleError, match="disk lacks"):
            await fetch(Limits(most_bytes=10**6, spare_bytes=1000), disk=disk)

    async def test_a_disk_that_fills_up_meanwhile_loses_only_time(
        self, shelf: Shelf, fetch: Fetch, content: bytes
    ) -> None:
        shelf.files[URL] = content
        with pytest.raises(TroubleError, match="No space left"):
            await fetch(disk=FullDisk(20_000, honest=False))
        await fetch()
        assert fetch.part.read_bytes() == content


class TestTheKeyStaysHome:
    def sent(self, shelf: Shelf) -> list[tuple[str, bool]]:
        secret = "k" * 64
        return [
            (request.url.host, secret in str(request.headers) or "Bearer" in str(request.headers))
            for request in shelf.heard
        ]

    async def test_the_machines_own_server_hears_it(
        self, shelf: Shelf, fetch: Fetch, content: bytes, digest: str
    ) -> None:
        shelf.files[f"{SERVER}/m"] = content
        await fetch(wanted=Admitted(f"{SERVER}/m", digest, None, ""))
        assert shelf.heard[0].headers["X-RVM-API-KEY"] == "k" * 64
        assert shelf.heard[0].headers["Authorization"] == f"Bearer {'t' * 30}"

    async def test_it_follows_no_redirect_to_another_origin(
        self, shelf: Shelf, fetch: Fetch, content: bytes, digest: str
    ) -> None:
        shelf.moved = {f"{SERVER}/m": "/n", f"{SERVER}/n": URL}
        shelf.files[URL] = content
        await fetch(wanted=Admitted(f"{SERVER}/m", digest, None, ""))
        assert self.sent(shelf) == [
            ("rvm.example", True),
            ("rvm.example", True),
            ("files.example", False),
        ]

    @pytest.mark.parametrize("there", ["https://rvm.example:8443/m", "https://rvm.example.evil/m"])
    async def test_a_neighbours_port_or_name_is_another_origin(
        self, shelf: Shelf, fetch: Fetch, content: bytes, digest: str, there: str
    ) -> None:
        shelf.moved = {f"{SERVER}/m": there}
        shelf.files[there] = content
        await fetch(wanted=Admitted(f"{SERVER}/m", digest, None, ""))
        assert [told for _, told in self.sent(shelf)] == [True, False]

    @pytest.mark.parametrize(
        ("there", "why"),
        [
            ("http://rvm.example/m", "without TLS"),
            ("file:///etc/passwd", "none of http"),
            ("https://user:word@files.example/m", "user's name"),
            (f"{SERVER}/m", "for ever"),
        ],
    )
    async def test_where_nobody_goes(
        self, shelf: Shelf, fetch: Fetch, digest: str, there: str, why: str
    ) -> None:
        shelf.moved = {f"{SERVER}/m": there}
        with pytest.raises(UnfitError, match=why):
            await fetch(wanted=Admitted(f"{SERVER}/m", digest, None, ""))

    async def test_no_error_tells_a_path(self, fetch: Fetch, digest: str) -> None:
        signed = f"{ELSEWHERE}/m?signature=secret"
        with pytest.raises(TroubleError) as refused:
            await fetch(wanted=Admitted(signed, digest, None, ""))
        assert "secret" not in str(refused.value)


async def test_what_is_asked_over_a_real_socket_is_what_http_wants() -> None:
    heard: list[bytes] = []

    async def answer(stream: trio.SocketStream) -> None:
        heard.append(await stream.receive_some(65536))
        await stream.send_all(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        )

    (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
    place = f"127.0.0.1:{listener.socket.getsockname()[1]}"
    with trio.fail_after(60):
        async with open_web() as web, trio.open_nursery() as nursery:
            nursery.start_soon(trio.serve_listeners, answer, [listener])
            assert await web.document(f"http://{place}/releases", 100) == b"{}"
            nursery.cancel_scope.cancel()
    (asked,) = heard
    assert asked.lower().count(f"host: {place}".encode()) == 1
    assert b"content-length" not in asked.lower()
