"""Who vouches for a model: a manifest under an Ed25519 signature, in a DSSE envelope.

The envelope is DSSE v1.0.2 (github.com/secure-systems-lab/dsse): what is signed names its own kind,
so that no other document of the same key can pass for a manifest. Of several signatures one by a
configured key is enough, which is what a change of keys needs. Only who signs or verifies imports
this module: it brings the cryptography library with it.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Meta

from rvm_edge.untrusted_json import UnreadableError, read_json
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.manifest import MOST_ENVELOPE_BYTES, Manifest

PAYLOAD_TYPE = "application/vnd.myrvm.model-manifest+json"
_KEY_BYTES = 32
_MOST_SIGNATURES = 8


class Signature(msgspec.Struct, frozen=True):
    """One signature. The key's name is a hint, not a proof."""

    sig: Annotated[str, Meta(max_length=200)]
    keyid: Annotated[str, Meta(max_length=200)] = ""


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """What is fetched. The payload is base64 of the manifest's very bytes."""

    payload: Annotated[str, Meta(max_length=MOST_ENVELOPE_BYTES)]
    payload_type: Annotated[str, Meta(max_length=200)]
    signatures: Annotated[tuple[Signature, ...], Meta(min_length=1, max_length=_MOST_SIGNATURES)]


def verified(content: bytes, keys: tuple[str, ...]) -> Manifest:
    """Return the manifest of an envelope that one of the keys has signed.

    Args:
        content: the envelope, as it came.
        keys: public keys, each base64 of 32 bytes.

    Raises:
        UnfitError: it is no envelope, nobody trusted has signed it, or the manifest is wrong.
    """
    try:
        envelope = read_json(content, Envelope)
        payload = base64.b64decode(envelope.payload, validate=True)
        signed = [base64.b64decode(one.sig, validate=True) for one in envelope.signatures]
    except ValueError as error:  # base64's own among them
        raise UnfitError(f"the signed manifest cannot be read: {error}") from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise UnfitError("what was signed is no model's manifest")
    message = to_be_signed(payload)
    if not any(_is_signed(key, signature, message) for key in keys for signature in signed):
        raise UnfitError("the manifest is signed by none of the configured keys")
    try:
        return read_json(payload, Manifest)
    except UnreadableError as error:
        raise UnfitError(f"the manifest is wrong: {error}") from error


def signed(manifest: Manifest, private_pem: bytes) -> bytes:
    """Return the envelope of a manifest, signed with a private key in PEM form.

    Raises:
        ValueError: the key is none of Ed25519, or locked by a passphrase.
    """
    key = _private(private_pem)
    payload = msgspec.json.encode(manifest)
    signature = Signature(
        base64.b64encode(key.sign(to_be_signed(payload))).decode(),
        key_id(base64.b64encode(key.public_key().public_bytes_raw()).decode()),
    )
    return msgspec.json.encode(
        Envelope(base64.b64encode(payload).decode(), PAYLOAD_TYPE, (signature,))
    )


def public_key_of(private_pem: bytes) -> str:
    """Return the public half of a private key as settings hold it.

    Raises:
        ValueError: the key is none of Ed25519, or locked by a passphrase.
    """
    key = _private(private_pem)
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def key_id(public_key: str) -> str:
    """Return a public key's short name, for people to compare."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:16]


def to_be_signed(payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding of a manifest's bytes."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _private(pem: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, None)
    except TypeError as error:
        raise ValueError("the key is locked by a passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the key is none of Ed25519")
    return key


def _is_signed(key: str, signature: bytes, message: bytes) -> bool:
    raw = base64.b64decode(key)
    if len(raw) != _KEY_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
