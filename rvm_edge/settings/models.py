"""Where new models come from, and what one must show before it serves."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rvm_edge.settings.measures import Seconds

PublicKey = Annotated[str, Meta(pattern="^[A-Za-z0-9+/]{43}=$")]
Address = Annotated[str, Meta(max_length=2000, pattern="^(https?://[!-~]+)?$")]
Repository = Annotated[str, Meta(pattern="^([A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100})?$")]


class ModelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where new models come from, and what one must show before it serves.

    Attributes:
        source: who says which model this machine shall have: `off` for nobody, `handshake` for the
            server, `github` for the newest release of a repository, `url` for a fixed address.
        repository: of `github`, such as `owner/name`.
        asset: of `github`: the file's name in a release.
        github_api: of `github`: where its API is.
        url: of `url`: where the model lies.
        sha256: of `url`: what it must hash to, in hex; may be "" where `public_keys` are set.
        manifest_url: where the signed manifest lies; "" for beside the model, with
            `.manifest.json` behind its name. `{sha256}` stands for the hash that is wanted.
        public_keys: Ed25519 keys of whoever signs models, in base64, as `rvm-edge model key` prints
            them. With one of them set, a model without a manifest that one of them has signed is
            refused. Two are for the time of a change.
        formats: which files are taken. `pt` files are refused all the same where the worker
            cannot load them without running what is in them.
        check_every_s: how often the source is asked; orders and handshakes ask at once.
        most_mb: what a model may weigh.
        spare_mb: what must be free on the disk beside it.
        spare_memory_mb: what must stay free of the memory when a new model is tried in a worker of
            its own; with less it waits.
        stall_s: a download that brings nothing for so long is begun again where it broke off.
        download_s: how long one may take in all.
        tries: how often a download is taken up again before the next check.
        canaries: a folder of canary pictures with their `canaries.json`; "" for the shipped ones.
        slower_at_most: how many times the serving model's time a new one may need for a picture.
        losses: so many workers lost, and a new model is rolled back.
        proven_after: so many items judged, and it has proved itself.
    """

    source: Literal["off", "handshake", "github", "url"] = "handshake"
    repository: Repository = ""
    asset: Annotated[str, Meta(pattern="^[A-Za-z0-9._-]{1,200}$")] = "best.onnx"
    github_api: Address = "https://api.github.com"
    url: Address = ""
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    manifest_url: Address = ""
    public_keys: Annotated[tuple[PublicKey, ...], Meta(max_length=8)] = ()
    formats: Annotated[tuple[Literal["onnx", "pt"], ...], Meta(min_length=1)] = ("onnx",)
    check_every_s: Annotated[float, Meta(ge=60, le=2_592_000)] = 21_600.0
    most_mb: Annotated[float, Meta(gt=0, le=10_000)] = 200.0
    spare_mb: Annotated[float, Meta(ge=0, le=1_000_000)] = 500.0
    spare_memory_mb: Annotated[float, Meta(ge=0, le=1_000_000)] = 300.0
    stall_s: Seconds = 30.0
    download_s: Seconds = 3_600.0
    tries: Annotated[int, Meta(ge=1, le=100)] = 10
    canaries: str = ""
    slower_at_most: Annotated[float, Meta(ge=1, le=100)] = 3.0
    losses: Annotated[int, Meta(ge=1, le=100)] = 3
    proven_after: Annotated[int, Meta(ge=1, le=1_000_000)] = 100

    def __post_init__(self) -> None:
        """Refuse a source that lacks what it needs."""
        if self.source == "github" and not self.repository:
            raise ValueError("repository must be set where source is github")
        if self.source == "url" and not self.url:
            raise ValueError("url must be set where source is url")
        if self.source == "url" and not (self.sha256 or self.public_keys):
            raise ValueError("sha256 or public_keys must be set where source is url")
