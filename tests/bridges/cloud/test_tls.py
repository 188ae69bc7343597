"""Only the server that the certificate names is told anything; why not is said in words."""

from __future__ import annotations

import ssl
from datetime import datetime, timezone
from pathlib import Path

import pytest
import trio
import trustme

from rvm_edge.bridges.cloud.client import ApiClient
from rvm_edge.bridges.cloud.endpoints import Endpoint
from rvm_edge.bridges.cloud.exchange import Exchange, Failure, Reply
from rvm_edge.bridges.cloud.trust import TrustError, trusting
from rvm_edge.settings import RequestSettings
from tests.bridges.cloud.machines import IDENTITY, identity_at
from tests.bridges.cloud.rough_server import RoughServer, rough_server, saying, whole


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def shown(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def asked(tls: ssl.SSLContext, ca_file: str) -> tuple[Exchange, RoughServer]:
    settings = RequestSettings(connect_s=5, answer_s=5, ca_file=ca_file)
    async with rough_server(saying(whole()), tls=tls) as server:
        client = ApiClient(identity_at(server.origin), settings)
        async with client.run():
            return await client.post_json(Endpoint.SYNC, b"{}"), server


async def test_a_server_with_a_certificate_of_the_given_authority_is_spoken_to(
    authority: trustme.CA, ca_file: str
) -> None:
    exchange, server = await asked(shown(authority.issue_cert("127.0.0.1")), ca_file)
    assert isinstance(exchange.outcome, Reply)
    assert len(server.heard) == 1


async def test_an_expired_certificate_is_named_and_nothing_is_sent(
    authority: trustme.CA, ca_file: str
) -> None:
    old = authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=timezone.utc))
    exchange, server = await asked(shown(old), ca_file)
    assert (exchange.outcome, exchange.detail) == (Failure.TLS, "certificate has expired")
    assert server.heard == []


async def test_a_certificate_for_another_host_is_named(authority: trustme.CA, ca_file: str) -> None:
    exchange, server = await asked(shown(authority.issue_cert("other.example")), ca_file)
    assert exchange.outcome is Failure.TLS
    assert "127.0.0.1" in exchange.detail
    assert server.heard == []


async def test_a_certificate_of_an_unknown_authority_is_named(ca_file: str) -> None:
    stranger = trustme.CA().issue_cert("127.0.0.1")
    exchange, server = await asked(shown(stranger), ca_file)
    assert exchange.outcome is Failure.TLS
    assert "certificate" in exchange.detail
    assert server.heard == []


async def test_a_port_that_speaks_no_tls_is_a_failure_of_tls(ca_file: str) -> None:
    async def answer(stream: trio.abc.Stream) -> None:
        await stream.send_all(whole("400 Bad Request"))

    async with rough_server(answer) as server:
        secure = identity_at(server.origin.replace("http:", "https:"))
        client = ApiClient(secure, RequestSettings(connect_s=1, answer_s=1, ca_file=ca_file))
        async with client.run():
            exchange = await client.post_json(Endpoint.SYNC, b"{}")
    assert exchange.outcome in {Failure.TLS, Failure.CONNECT_TIMEOUT}


async def test_an_authority_that_cannot_be_read_is_told_before_anything_runs(
    tmp_path: Path,
) -> None:
    missing = str(tmp_path / "none.pem")
    client = ApiClient(IDENTITY, RequestSettings(ca_file=missing))
    with pytest.raises(TrustError, match=r"none\.pem: No such file"):
        async with client.run():
            raise AssertionError


def test_an_authority_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("hello")
    with pytest.raises(TrustError, match="no certificate in PEM form"):
        trusting(str(path))


def test_the_context_trusts_nobody_by_default_and_checks_names() -> None:
    context = trusting("")
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
