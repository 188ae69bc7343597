"""The endpoints that want a logged-in user. A machine's key gets a bare 401 from all of them.

What they answer to a user is not on record; here it is the least that makes sense.
"""

from __future__ import annotations

from rvm_edge.simulator.cloud.books import KEY_CHARACTERS
from rvm_edge.simulator.cloud.doors import user_at
from rvm_edge.simulator.cloud.exchange import Request, Response, as_json
from rvm_edge.simulator.cloud.refusals import no_route
from rvm_edge.simulator.cloud.site import Site


def accept(site: Site, request: Request) -> Response:
    """Nod to a user, and do nothing."""
    user = user_at(site, request)
    return user if isinstance(user, Response) else as_json(200, {"status": "success"})


def register(site: Site, request: Request) -> Response:
    """Hand out a key that no endpoint ever accepts, as the server does."""
    user = user_at(site, request)
    if isinstance(user, Response):
        return user
    return as_json(
        201, {"status": "success", "api_key": f"rvm_{site.books.new_text(KEY_CHARACTERS)}"}
    )


def model_sync(site: Site, request: Request) -> Response:
    """Name the newest model."""
    user = user_at(site, request)
    if isinstance(user, Response):
        return user
    model = site.books.model
    version, sha256 = (model.version, model.sha256) if model else ("v1.0.0", None)
    return as_json(200, {"status": "success", "data": {"version": version, "hash": sha256}})


def download_model(site: Site, request: Request) -> Response:
    """Give a model out by its hash."""
    user = user_at(site, request)
    if isinstance(user, Response):
        return user
    wanted = request.path.rpartition("/")[2]
    for model in reversed(site.books.models):
        if model.sha256 == wanted:
            return Response(200, model.content, "application/octet-stream")
    return no_route(request)
