"""How dropped items and their pictures are put into the server's words."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from rvm_edge.bridges.cloud.dataset_wire import dataset_form
from rvm_edge.bridges.cloud.deposit_wire import deposit_form, path_segment
from rvm_edge.bridges.cloud.sync_wire import UndeliverableError, sync_body
from rvm_edge.delivery import Parcel, Record
from rvm_edge.item import SessionMode

ITEM, SESSION = "0d1c6b9e-2f43-4c6e-9d57-3f0f3b7a9c11", "7a0f8e52-51c5-4f0a-8a3e-6d1c2b3a4f5e"
GUEST = Record(ITEM, SESSION, SessionMode.GUEST, "", "mineral", None, 1_770_692_400)
USER = replace(GUEST, mode=SessionMode.USER, owner="7", weight_g=18.5)
PARCEL = Parcel(ITEM, SESSION, True, "empty_pet", "mineral", 0.84, 18.5, "3b" * 32, 61.0, b"\xff")


def test_a_guests_item_goes_to_the_donation_account_and_earns_nothing() -> None:
    body = json.loads(msgspec.json.encode(sync_body([GUEST], -1, 10)))
    assert body == {
        "transactions": [
            {
                "client_uuid": ITEM,
                "session_id": ITEM,
                "user_id": -1,
                "type": "GUEST_DONATION",
                "timestamp": "1770692400",
                "items": [{"type": "mineral", "weight": 0, "points": 0}],
            }
        ]
    }


def test_a_users_item_is_theirs_and_earns_what_the_settings_say() -> None:
    one = sync_body([USER], -1, 25).transactions[0]
    assert (one.user_id, one.type) == (7, "USER_DEPOSIT")
    assert (one.items[0].weight, one.items[0].points) == (18.5, 25)


def test_items_keep_their_order() -> None:
    records = [replace(GUEST, client_uuid=f"item-{number}") for number in range(9)]
    sent = [one.client_uuid for one in sync_body(records, -1, 10).transactions]
    assert sent == [record.client_uuid for record in records]


@pytest.mark.parametrize("owner", ["", "anna", "7.0", "-7", "٧", "7\n", "9" * 19, "1e3"])
def test_an_owner_that_is_no_number_can_never_be_delivered(owner: str) -> None:
    with pytest.raises(UndeliverableError, match=ITEM):
        sync_body([GUEST, replace(USER, owner=owner)], -1, 10)


def test_an_item_without_a_label_still_has_a_type() -> None:
    assert sync_body([replace(GUEST, label="")], -1, 10).transactions[0].items[0].type == "unknown"


def test_a_picture_carries_the_keys_of_both_published_shapes() -> None:
    form = deposit_form(PARCEL)
    fields = dict(form.fields)
    assert fields["status"] == "ACCEPTED"
    assert fields["session_id"] == SESSION
    data = json.loads(fields["data"])
    assert data["client_uuid"] == ITEM
    assert (data["classification"], data["confidence"], data["weight_g"]) == ("mineral", 0.84, 18.5)
    assert data["brand"] is None
    assert data["session_token"] == data["session_id"] == SESSION
    assert data["detected_objects"] == [{"class": "mineral", "conf": 0.84}]
    assert data["ai_metadata"] == {"model_hash": "3b" * 32, "processing_time_ms": 61.0}
    assert form.image.filename == f"{ITEM}.jpg"
    assert form.image.jpeg == b"\xff"


def test_a_rejected_item_that_shows_nothing_says_so() -> None:
    form = deposit_form(replace(PARCEL, accepted=False, reason="nothing_detected", label=""))
    fields = dict(form.fields)
    data = json.loads(fields["data"])
    assert fields["status"] == data["status"] == "REJECTED"
    assert data["reason"] == "nothing_detected"
    assert data["detected_objects"] == []


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_session_is_never_more_than_a_folders_name_at_the_server(session: str) -> None:
    fields = dict(deposit_form(replace(PARCEL, session_id=session)).fields)
    segment = fields["session_id"]
    assert json.loads(fields["data"])["session_id"] == segment
    assert 0 < len(segment) <= 64
    assert segment.isascii()
    assert not set(segment) & set("./\\:%\0 ")
    assert path_segment("../../etc/x") == "_etc_x"


def test_a_picture_that_was_ordered_says_of_which_camera_it_is() -> None:
    form = dataset_form(b"\xff")
    assert form.fields == (("camera_port", "0"),)
    assert form.image.filename.endswith(".jpg")
