"""What was typed is kept only whole: a part that was replaced or refused leaves nothing behind."""

from __future__ import annotations

import json

import pytest

from rvm_edge.provisioning.wizard.draft import Draft, NotEnteredError
from rvm_edge.provisioning.wizard.wire import SiteChoice
from tests.provisioning.wizard.opened import EXPORTED, SERVER

EVERYTHING = json.dumps(EXPORTED).encode()
HOMELESS = json.dumps({key: EXPORTED[key] for key in ("serial_number", "api_key", "name")}).encode()
HERE = SiteChoice(SERVER, "Asia/Jakarta", "id")


def refused(draft: Draft) -> str:
    with pytest.raises(NotEnteredError) as why:
        draft.complete()
    return why.value.problem


def test_credentials_and_site_are_complete_together() -> None:
    draft = Draft()
    assert refused(draft) == "no_credentials"
    with pytest.raises(NotEnteredError, match="bring the credentials first"):
        draft.choose(HERE)
    draft.take_file(EVERYTHING)
    assert draft.shown("c").server_url == SERVER
    assert refused(draft) == "no_credentials"
    draft.choose(HERE)
    credentials, site = draft.complete()
    assert (credentials.identity.server_url, site.time_zone) == (SERVER, "Asia/Jakarta")


def test_other_credentials_ask_for_the_site_again() -> None:
    draft = Draft()
    draft.take_file(EVERYTHING)
    draft.choose(HERE)
    draft.take_file(EVERYTHING)
    assert refused(draft) == "no_credentials"


def test_a_file_of_no_use_leaves_nothing_of_the_one_before() -> None:
    draft = Draft()
    draft.take_file(EVERYTHING)
    draft.choose(HERE)
    with pytest.raises(NotEnteredError):
        draft.take_file(b"{}")
    assert refused(draft) == "no_credentials"
    assert (draft.shown("c").serial, draft.shown("c").server_url) == ("", "")


def test_a_file_that_names_no_server_has_it_named_on_the_page() -> None:
    draft = Draft()
    draft.take_file(HOMELESS)
    shown = draft.shown("c")
    assert (shown.serial, shown.server_url, shown.sited) == ("RVM-1", "", False)
    with pytest.raises(NotEnteredError, match="name the server"):
        draft.choose(SiteChoice("https://server.invalid", "Asia/Jakarta", "id"))
    draft.choose(HERE)
    assert draft.shown("c").server_url == SERVER
    assert draft.complete()[0].identity.server_url == SERVER


def test_a_full_bin_that_is_refused_leaves_no_depth_from_before() -> None:
    draft = Draft()
    draft.take_file(EVERYTHING)
    draft.choose(HERE)
    draft.measured_empty(80.0)
    draft.measured_full(20.0)
    assert draft.complete()[1].bin is not None
    with pytest.raises(NotEnteredError):
        draft.measured_full(79.9)
    assert draft.complete()[1].bin is None
    draft.measured_full(20.0)
    draft.measured_empty(81.0)
    assert draft.complete()[1].bin is None
    draft.leave_bin()
    with pytest.raises(NotEnteredError, match="measure the empty bin first"):
        draft.measured_full(20.0)
