"""A release page as GitHub's API shows it, and its assets: where machines may look for models."""

from __future__ import annotations

import re

from rvm_edge.simulator.cloud.exchange import Json, Request, Response, as_json, as_page
from rvm_edge.simulator.cloud.records import Model
from rvm_edge.simulator.cloud.site import Site

_RANGE = re.compile(r"bytes=(\d+)-\Z")


def latest(site: Site, request: Request) -> Response:
    """Describe the newest release; its text names the file's hash."""
    model = site.books.model
    if model is None or request.path != f"/repos/{site.repository}/releases/latest":
        return as_json(404, {"message": "Not Found", "status": "404"})
    asset: dict[str, Json] = {
        "name": model.file_name,
        "size": len(model.content),
        "content_type": "application/octet-stream",
        "browser_download_url": (
            f"{site.origin}/{site.repository}/releases/download/{model.version}/{model.file_name}"
        ),
    }
    return as_json(
        200,
        {
            "tag_name": model.version,
            "name": model.version,
            "draft": False,
            "prerelease": False,
            "body": f"What changed.\n\nSHA256: {model.sha256}\n",
            "assets": [asset],
        },
    )


def asset(site: Site, request: Request) -> Response:
    """Send whoever wants an asset to where it lies, as GitHub does."""
    for model in site.books.models:
        path = f"/{site.repository}/releases/download/{model.version}/{model.file_name}"
        if request.path == path:
            return as_page(302, "Found", headers={"Location": f"{site.origin}{_lies_at(model)}"})
    return as_page(404, "Not Found")


def content(site: Site, request: Request) -> Response:
    """Give an asset out, from the byte that is asked for."""
    model = next((one for one in site.books.models if _lies_at(one) == request.path), None)
    if model is None:
        return as_page(404, "Not Found")
    kind, size = "application/octet-stream", len(model.content)
    asked = _RANGE.match(request.header("range"))
    if asked is None:
        return Response(200, model.content, kind, {"Accept-Ranges": "bytes"})
    first = int(asked[1])
    if first >= size:
        return Response(416, b"", kind, {"Content-Range": f"bytes */{size}"})
    headers = {"Content-Range": f"bytes {first}-{size - 1}/{size}"}
    return Response(206, model.content[first:], kind, headers)


def _lies_at(model: Model) -> str:
    return f"/release-assets/{model.version}/{model.file_name}"
