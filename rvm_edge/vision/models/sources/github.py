"""The newest release of a GitHub repository: its tag, an asset, and a hash in its text.

The shape is that of the REST API, 2022-11-28 (docs.github.com/rest/releases). An asset of 2025 and
later carries its own ``digest``; an older one has its hash in the release's text, on a line such as
``SHA256: <64 hex digits>``. Where both are there they must agree.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.target import Target, beside
from rvm_edge.vision.models.web import Web

MOST_RELEASE_BYTES = 1024 * 1024
_HASH = re.compile(r"SHA-?256:\s*`?([0-9a-fA-F]{64})\b", re.IGNORECASE)
_DIGEST = "sha256:"


class Asset(msgspec.Struct, frozen=True):
    """One file of a release."""

    name: Annotated[str, Meta(max_length=300)]
    size: Annotated[int, Meta(ge=0)]
    browser_download_url: Annotated[str, Meta(max_length=2000)]
    digest: Annotated[str, Meta(max_length=200)] | None = None


class Release(msgspec.Struct, frozen=True):
    """A release as the API shows it; what is not used is not read."""

    tag_name: Annotated[str, Meta(max_length=100)]
    assets: Annotated[tuple[Asset, ...], Meta(max_length=1000)]
    body: Annotated[str, Meta(max_length=MOST_RELEASE_BYTES)] | None = None


class GithubSource:
    """Implements `Source` with the newest release."""

    def __init__(
        self, web: Web, repository: str, asset: str, *, api: str, manifest_url: str = ""
    ) -> None:
        """Look at a repository.

        Args:
            web: what asks.
            repository: such as ``owner/name``.
            asset: the file's name.
            api: where the API is.
            manifest_url: "" for beside the asset.
        """
        self._web = web
        self._url = f"{api.rstrip('/')}/repos/{repository}/releases/latest"
        self._asset = asset
        self._manifest_url = manifest_url

    @property
    def is_near(self) -> bool:
        """GitHub is asked, and counts."""
        return False

    async def target(self) -> Target | None:
        """Return the newest release's model.

        Raises:
            UpdateError: GitHub did not answer, or the release lacks what is needed.
        """
        content = await self._web.document(
            self._url, MOST_RELEASE_BYTES, accept="application/vnd.github+json"
        )
        return target_of(content, self._asset, self._manifest_url)


def target_of(content: bytes, asset_name: str, manifest_url: str = "") -> Target:
    """Read a release.

    Raises:
        UnfitError: it is no release, lacks the asset, or its hashes contradict each other.
    """
    try:
        release = read_json(content, Release)
    except UnreadableError as error:
        raise UnfitError(f"the release cannot be read: {error}") from error
    asset = next((one for one in release.assets if one.name == asset_name), None)
    if asset is None:
        raise UnfitError(f"release {release.tag_name} has no {asset_name}")
    return Target(
        url=asset.browser_download_url,
        sha256=_hash_of(release, asset),
        version=release.tag_name,
        size=asset.size or None,
        manifest_url=manifest_url or beside(asset.browser_download_url),
    )


def _hash_of(release: Release, asset: Asset) -> str:
    """Return the one hash that the release names; "" for none."""
    named = {found.lower() for found in _HASH.findall(release.body or "")}
    digest = (asset.digest or "").lower()
    if digest.startswith(_DIGEST):
        digest = digest.removeprefix(_DIGEST)
        if named and digest not in named:
            raise UnfitError(f"release {release.tag_name} contradicts itself about the hash")
        return digest
    if len(named) > 1:
        raise UnfitError(f"release {release.tag_name} names {len(named)} hashes")
    return named.pop() if named else ""
