"""Three places that say which model is wanted, and what each must say."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.settings import ModelSettings
from rvm_edge.settings_file import SettingsError, parse_settings
from rvm_edge.vision.models.failures import TroubleError, UnfitError
from rvm_edge.vision.models.sources.github import GithubSource, target_of
from rvm_edge.vision.models.sources.handshake import HandshakeSource, Named
from rvm_edge.vision.models.sources.plain import PlainSource
from rvm_edge.vision.models.target import Target
from rvm_edge.vision.models.web import open_web
from tests.vision.models.shelf import Shelf

HASH, OTHER = "a" * 64, "b" * 64
API = "https://api.github.com"
LATEST = f"{API}/repos/owner/name/releases/latest"


def release(**changes: object) -> bytes:
    asset: dict[str, object] = {
        "name": "best.onnx",
        "size": 1000,
        "browser_download_url": "https://github.com/owner/name/releases/download/v2/best.onnx",
        **{key: changes.pop(key) for key in ("name", "digest", "size") if key in changes},
    }
    told = {"tag_name": "v2", "body": f"Better.\n\nSHA256: {HASH}\n", "assets": [asset], **changes}
    return msgspec.json.encode(told)


class TestGithub:
    def test_the_newest_release_names_version_size_hash_and_place(self) -> None:
        url = "https://github.com/owner/name/releases/download/v2/best.onnx"
        assert target_of(release(), "best.onnx") == Target(
            url, HASH, "v2", 1000, f"{url}.manifest.json"
        )

    @pytest.mark.parametrize(
        "body", [f"sha-256: {HASH.upper()}", f"SHA256:`{HASH}`", f"SHA256:\n{HASH} best.onnx"]
    )
    def test_the_hash_may_be_written_as_people_write_it(self, body: str) -> None:
        assert target_of(release(body=body), "best.onnx").sha256 == HASH

    @pytest.mark.parametrize("body", [None, "", f"SHA256: {HASH[:-1]}", f"MD5: {HASH}", "SHA256:"])
    def test_a_release_without_a_hash_leaves_it_to_the_manifest(self, body: str | None) -> None:
        assert target_of(release(body=body), "best.onnx").sha256 == ""

    def test_githubs_own_digest_counts_where_the_text_says_nothing(self) -> None:
        content = release(body="", digest=f"sha256:{HASH}")
        assert target_of(content, "best.onnx").sha256 == HASH

    def test_or_where_it_names_several(self) -> None:
        body = f"SHA256: {HASH}\nSHA256: {OTHER}"
        assert target_of(release(body=body, digest=f"sha256:{OTHER}"), "best.onnx").sha256 == OTHER
        with pytest.raises(UnfitError, match="2 hashes"):
            target_of(release(body=body), "best.onnx")

    def test_a_release_that_contradicts_itself_is_none(self) -> None:
        with pytest.raises(UnfitError, match="contradicts"):
            target_of(release(digest=f"sha256:{OTHER}"), "best.onnx")

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (release(assets=[]), "has no best.onnx"),
            (release(name="best.pt"), "has no best.onnx"),
            (b'{"message": "Not Found"}', "cannot be read"),
            (b"<html>", "cannot be read"),
            (b"[" * 5000, "cannot be read"),
            (release(size=-1), "cannot be read"),
        ],
    )
    def test_what_is_no_release_with_a_model(self, content: bytes, why: str) -> None:
        with pytest.raises(UnfitError, match=why):
            target_of(content, "best.onnx")

    @given(st.binary(max_size=500))
    def test_no_bytes_break_it(self, content: bytes) -> None:
        with pytest.raises(UnfitError):
            target_of(content, "best.onnx")

    async def test_it_is_asked_over_the_web(self, shelf: Shelf) -> None:
        shelf.files[LATEST] = release()
        async with open_web(transport=shelf) as web:
            source = GithubSource(web, "owner/name", "best.onnx", api=API)
            target = await source.target()
        assert target is not None
        assert target.sha256 == HASH
        assert shelf.heard[0].headers["Accept"] == "application/vnd.github+json"

    async def test_a_github_that_is_down_or_too_talkative_is_no_answer(self, shelf: Shelf) -> None:
        async with open_web(transport=shelf) as web:
            source = GithubSource(web, "owner/name", "best.onnx", api=API)
            shelf.statuses = [503]
            with pytest.raises(TroubleError, match="answered 503"):
                await source.target()
            shelf.files[LATEST] = release(body="x" * 2_000_000)
            with pytest.raises(UnfitError, match="more than"):
                await source.target()


class TestHandshake:
    async def test_it_wants_what_the_last_handshake_named(self) -> None:
        named: list[Named | None] = [None]
        source = HandshakeSource(lambda: named[0])
        assert await source.target() is None
        named[0] = Named("v2", HASH, "https://a/m")
        assert await source.target() == Target(
            "https://a/m", HASH, "v2", manifest_url="https://a/m.manifest.json"
        )

    async def test_the_manifest_may_lie_elsewhere_under_the_hash(self) -> None:
        source = HandshakeSource(lambda: Named("v2", HASH, "https://a/m"), "https://b/{sha256}")
        target = await source.target()
        assert target is not None
        assert target.manifest_url == f"https://b/{HASH}"

    async def test_a_model_without_an_address_cannot_be_fetched(self) -> None:
        with pytest.raises(UnfitError, match="without an address"):
            await HandshakeSource(lambda: Named("v2", HASH, "")).target()


async def test_a_fixed_address_is_wanted_as_it_stands() -> None:
    digest = hashlib.sha256(b"").hexdigest()
    assert await PlainSource("https://a/m.onnx", digest).target() == Target(
        "https://a/m.onnx", digest, manifest_url="https://a/m.onnx.manifest.json"
    )


class TestSettings:
    def test_by_default_the_server_says_and_anybody_with_the_hash_may_sign(self) -> None:
        assert (ModelSettings().source, ModelSettings().public_keys) == ("handshake", ())

    @pytest.mark.parametrize(
        "wrong",
        [
            'source = "github"',
            'source = "url"',
            'source = "url"\nurl = "https://a/m.onnx"',
            'source = "url"\nurl = "ftp://a/m.onnx"',
            'public_keys = ["short"]',
            'formats = ["engine"]',
            'repository = "../../x"',
        ],
    )
    def test_a_source_that_lacks_what_it_needs_is_refused(self, wrong: str) -> None:
        with pytest.raises(SettingsError):
            parse_settings(f"[models]\n{wrong}\n".encode(), "settings.toml")
