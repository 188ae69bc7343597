"""A certificate that nobody vouches for but the machine's screen, which shows its fingerprint."""

from __future__ import annotations

import os
import ssl
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_BEFORE: Final = timedelta(days=30)
_AFTER: Final = timedelta(days=365)
"""Wide: on its first day a machine's clock may be anywhere near."""


class Certificate(msgspec.Struct, frozen=True):
    """One opening's certificate, and a TLS context that shows it.

    Attributes:
        context: for the server; TLS 1.2 at least.
        fingerprint: SHA-256 of the certificate, in hex pairs with colons, as browsers show it.
    """

    context: ssl.SSLContext
    fingerprint: str


def self_signed(address: IPv4Address | IPv6Address) -> Certificate:
    """Make a new key and a certificate for an address. The key lives in memory from then on.

    Raises:
        OSError: the kernel has no memory for it.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"RVM setup {address}")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _AFTER)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Certificate(_context(pem), made.fingerprint(hashes.SHA256()).hex(":").upper())


def _context(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # OpenSSL takes a key from a file alone: this one has no name, and no disk ever sees it.
    descriptor = os.memfd_create("rvm-setup")
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    return context
