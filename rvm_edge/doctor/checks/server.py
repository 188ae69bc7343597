"""Whether the server can be reached, and whether its clock agrees with ours."""

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import httpx

from rvm_edge.bridges.cloud.trust import TrustError, trusting
from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.provisioning.credentials import CredentialsError, read_credentials

PATIENCE_S = 5.0
SKEW_S = 60.0


def look(place: Place) -> Finding:
    """Ask the server for anything at all; the key stays at home."""
    try:
        server = read_credentials(place.locations.credentials_path).identity.server_url
    except CredentialsError:
        return note("no credentials name a server")
    try:
        trust = trusting(place.settings.cloud.request.ca_file)
    except TrustError as error:
        return failure(
            f"cloud.{error}",
            "The machine does not start with an authority that it cannot read.",
            "Put the authority's certificate there, or correct the setting.",
        )
    try:
        # As the machine itself asks: with its own authority, and by no proxy of whoever asks here.
        answer = httpx.head(
            server, timeout=PATIENCE_S, follow_redirects=False, verify=trust, trust_env=False
        )
    except httpx.HTTPError as error:
        return warning(
            f"{server} gives no answer: {error}",
            "Guests are served, users are not; deposits wait until it does.",
            f"Look at network and clock; then see what is in the way: curl -sSI {server}",
        )
    skew_s = _skew_s(answer.headers.get("Date", ""))
    if skew_s is not None and abs(skew_s) > SKEW_S:
        return warning(
            f"{server} answers; this clock is {abs(skew_s):.0f} s off",
            "Signed addresses may have run out before they are shown.",
            "See the clock.",
        )
    return fine(f"{server} answers")


def _skew_s(date: str) -> float | None:
    try:
        return (parsedate_to_datetime(date) - datetime.now(timezone.utc)).total_seconds()
    except (TypeError, ValueError):
        return None


CHECK = Check("server", "Server", look)
