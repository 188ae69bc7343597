"""What may be fetched is decided before its first byte: hash, signature, version, expiry."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rvm_edge.settings import Thresholds
from rvm_edge.vision.models.admission import admit
from rvm_edge.vision.models.failures import UnfitError
from rvm_edge.vision.models.manifest import Manifest
from rvm_edge.vision.models.signature import (
    Envelope,
    Signature,
    public_key_of,
    signed,
    verified,
)
from rvm_edge.vision.models.state import StoreState
from rvm_edge.vision.models.target import Target
from rvm_edge.vision.models.version import is_above, parts_of

HASH, OTHER = "a" * 64, "b" * 64
ISSUED = datetime(2026, 3, 1, tzinfo=timezone.utc)
NOW_S = (ISSUED + timedelta(days=1)).timestamp()
MANIFEST = Manifest("1.2.0", HASH, 1000, "onnx", ISSUED, ISSUED + timedelta(days=30))
TARGET = Target("https://a/b.onnx", HASH, "v1.2.0")


def pem() -> bytes:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


KEY, NEXT_KEY, STRANGER = pem(), pem(), pem()
TRUSTED = (public_key_of(KEY),)


class TestSignature:
    def test_a_manifest_that_a_trusted_key_has_signed_is_believed(self) -> None:
        assert verified(signed(MANIFEST, KEY), TRUSTED) == MANIFEST

    def test_a_strangers_signature_is_not(self) -> None:
        with pytest.raises(UnfitError, match="none of the configured keys"):
            verified(signed(MANIFEST, STRANGER), TRUSTED)

    def test_thresholds_are_signed_with_it(self) -> None:
        strict = replace(MANIFEST, kind="pt", thresholds=Thresholds(mineral=0.7))
        assert verified(signed(strict, KEY), TRUSTED) == strict
        assert admit(TARGET, strict, StoreState(), NOW_S).thresholds == strict.thresholds

    def test_machines_that_know_no_thresholds_can_read_a_manifest_without_them(self) -> None:
        assert b"thresholds" not in msgspec.json.encode(MANIFEST)

    @pytest.mark.parametrize("wrong", [{"mineral": 2}, {"cola": 0.5}, {"mineral": 0.1}, [], "high"])
    def test_thresholds_that_are_none_make_no_manifest(self, wrong: object) -> None:
        said = {**msgspec.to_builtins(MANIFEST), "thresholds": wrong}
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(msgspec.json.encode(said), type=Manifest)

    def test_not_even_under_the_trusted_keys_name(self) -> None:
        envelope = msgspec.json.decode(signed(MANIFEST, STRANGER), type=Envelope)
        named = msgspec.json.decode(signed(MANIFEST, KEY), type=Envelope).signatures[0].keyid
        forged = Signature(envelope.signatures[0].sig, named)
        with pytest.raises(UnfitError, match="none of the configured keys"):
            verified(
                msgspec.json.encode(msgspec.structs.replace(envelope, signatures=(forged,))),
                TRUSTED,
            )

    @pytest.mark.parametrize("what", ["payload", "kind"])
    def test_a_changed_manifest_is_refused(self, what: str) -> None:
        envelope = msgspec.json.decode(signed(MANIFEST, KEY), type=Envelope)
        other = msgspec.json.encode(msgspec.structs.replace(MANIFEST, version="9.9.9"))
        changes = (
            {"payload": base64.b64encode(other).decode()}
            if what == "payload"
            else {"payload_type": "application/json"}
        )
        with pytest.raises(UnfitError):
            verified(msgspec.json.encode(msgspec.structs.replace(envelope, **changes)), TRUSTED)

    def test_either_key_of_a_change_of_keys_is_enough(self) -> None:
        both = (*TRUSTED, public_key_of(NEXT_KEY))
        assert verified(signed(MANIFEST, KEY), both) == verified(signed(MANIFEST, NEXT_KEY), both)

    def test_an_old_key_that_was_taken_out_is_worth_nothing(self) -> None:
        with pytest.raises(UnfitError, match="none of the configured keys"):
            verified(signed(MANIFEST, KEY), (public_key_of(NEXT_KEY),))

    def test_one_envelope_may_carry_both_signatures(self) -> None:
        one = msgspec.json.decode(signed(MANIFEST, KEY), type=Envelope)
        other = msgspec.json.decode(signed(MANIFEST, NEXT_KEY), type=Envelope)
        both = msgspec.structs.replace(one, signatures=(*other.signatures, *one.signatures))
        for key in (KEY, NEXT_KEY):
            assert verified(msgspec.json.encode(both), (public_key_of(key),)) == MANIFEST

    @given(st.binary(max_size=300))
    def test_no_bytes_break_it(self, content: bytes) -> None:
        with pytest.raises(UnfitError):
            verified(content, TRUSTED)

    @given(st.data())
    def test_no_single_changed_byte_is_believed(self, data: st.DataObject) -> None:
        envelope = bytearray(signed(MANIFEST, KEY))
        at = data.draw(st.integers(0, len(envelope) - 1))
        envelope[at] ^= data.draw(st.integers(1, 255))
        try:
            assert verified(bytes(envelope), TRUSTED) == MANIFEST  # only in the key's name
        except UnfitError:
            return

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"version": "latest"}, "no version"),
            ({"expires": ISSUED}, "after issued"),
            ({"issued": ISSUED.replace(tzinfo=None)}, "offset"),
        ],
    )
    def test_a_signer_cannot_sign_nonsense(self, changes: dict[str, object], why: str) -> None:
        with pytest.raises(ValueError, match=why):
            msgspec.structs.replace(MANIFEST, **changes)

    def test_a_key_of_another_kind_or_under_a_passphrase_signs_nothing(self) -> None:
        other = X25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        locked = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        )
        with pytest.raises(ValueError, match="Ed25519"):
            signed(MANIFEST, other)
        with pytest.raises(ValueError, match="passphrase"):
            signed(MANIFEST, locked)


class TestAdmission:
    def test_without_a_key_the_hash_that_somebody_named_is_enough(self) -> None:
        admitted = admit(TARGET, None, StoreState(), NOW_S)
        assert (admitted.sha256, admitted.version, admitted.size) == (HASH, "v1.2.0", None)

    def test_without_any_hash_nothing_is_fetched(self) -> None:
        with pytest.raises(UnfitError, match="nobody says"):
            admit(Target("https://a/b.onnx"), None, StoreState(), NOW_S)

    def test_with_a_manifest_its_word_is_what_counts(self) -> None:
        admitted = admit(Target("https://a/b.onnx"), MANIFEST, StoreState(), NOW_S)
        assert (admitted.sha256, admitted.size, admitted.kind) == (HASH, 1000, "onnx")
        assert admitted.version == "1.2.0"
        assert admitted.issued_s == ISSUED.timestamp()

    @pytest.mark.parametrize(
        "target", [Target("https://a/b", OTHER), Target("https://a/b", HASH, size=999)]
    )
    def test_a_manifest_of_another_model_is_refused(self, target: Target) -> None:
        with pytest.raises(UnfitError, match="manifest"):
            admit(target, MANIFEST, StoreState(), NOW_S)

    @pytest.mark.parametrize("floor", ["1.2.0", "v1.2", "1.2.1", "2", "v10"])
    def test_a_downgrade_and_the_same_version_again_are_refused(self, floor: str) -> None:
        for manifest in (None, MANIFEST):
            with pytest.raises(UnfitError, match="served already"):
                admit(TARGET, manifest, StoreState(floor=floor), NOW_S)

    def test_the_server_cannot_raise_a_version_above_what_is_signed(self) -> None:
        target = Target("https://a/b", HASH, "v99")
        with pytest.raises(UnfitError, match="served already"):
            admit(target, MANIFEST, StoreState(floor="2"), NOW_S)

    def test_a_name_that_is_no_version_is_not_above_one(self) -> None:
        with pytest.raises(UnfitError, match="latest is not above"):
            admit(Target("https://a/b", HASH, "latest"), None, StoreState(floor="1"), NOW_S)

    def test_an_expired_manifest_is_refused(self) -> None:
        after = MANIFEST.expires.timestamp()
        admit(TARGET, MANIFEST, StoreState(), after - 1)
        with pytest.raises(UnfitError, match="expired 2026-03-31"):
            admit(TARGET, MANIFEST, StoreState(), after)

    def test_a_clock_that_fell_back_to_1970_revives_no_manifest(self) -> None:
        later = MANIFEST.expires.timestamp() + 1
        with pytest.raises(UnfitError, match="expired"):
            admit(TARGET, MANIFEST, StoreState(issued_s=later), 0.0)

    def test_a_model_that_was_turned_away_is_not_fetched_again(self) -> None:
        with pytest.raises(UnfitError, match="before"):
            admit(TARGET, MANIFEST, StoreState(refused=(HASH,)), NOW_S)


NUMBERS = st.lists(st.integers(0, 10**6), min_size=1, max_size=4)


class TestVersions:
    @given(NUMBERS, NUMBERS)
    def test_of_two_versions_one_is_above_the_other_unless_they_are_the_same(
        self, one: list[int], other: list[int]
    ) -> None:
        a, b = (".".join(map(str, numbers)) for numbers in (one, other))
        assert is_above(a, b) + is_above(f"v{b}", a) == (parts_of(a) != parts_of(b))
        padded = [numbers + [0] * (4 - len(numbers)) for numbers in (one, other)]
        assert is_above(a, b) == (padded[0] > padded[1])

    @given(st.text(max_size=30))
    def test_no_text_breaks_it(self, text: str) -> None:
        assert not is_above(text, text) or not text
        assert is_above(text, "")

    @pytest.mark.parametrize("text", ["", "v", "1.", "1.2.3.4.5", "1.2-rc1", "١", "1\n", "-1"])
    def test_what_is_no_version(self, text: str) -> None:
        assert parts_of(text) is None
