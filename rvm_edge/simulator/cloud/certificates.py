"""The certificates that the simulated server shows: a good one, an expired one, a stranger's."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime, timezone

import trustme

from rvm_edge.simulator.cloud.misbehaviour import Certificate

_LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc)
_NAMES = ("localhost", "127.0.0.1", "::1")


class Authority:
    """An authority of our own, in memory, and what it signs.

    Attributes:
        ca_pem: its certificate, for clients to trust.
    """

    def __init__(self, *names: str) -> None:
        """Make one up.

        Args:
            names: further host names and addresses that the server is called by.
        """
        called = (*_NAMES, *names)
        ours, strange = trustme.CA(), trustme.CA()
        self.ca_pem = ours.cert_pem.bytes()
        self._shown = {
            Certificate.GOOD: _context(ours.issue_cert(*called)),
            Certificate.EXPIRED: _context(ours.issue_cert(*called, not_after=_LONG_AGO)),
            Certificate.UNKNOWN_AUTHORITY: _context(strange.issue_cert(*called)),
        }

    def trust(self) -> ssl.SSLContext:
        """Return a client's context that trusts this authority alone."""
        return ssl.create_default_context(cadata=self.ca_pem.decode())

    def server_context(self, shown: Callable[[], Certificate]) -> ssl.SSLContext:
        """Return a server's context.

        Args:
            shown: asked at every handshake which certificate to show.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(tls: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            tls.context = self._shown[shown()]

        context.sni_callback = choose  # asked also where the client names no host
        return context


def _context(cert: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    cert.configure_cert(context)
    return context
