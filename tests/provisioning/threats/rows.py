"""What strangers, pages, files and power cuts do to a machine on its first day, and what it does.

Each row names the tests that show it; `table.py` writes all of them down.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.provisioning.threats import at_the_end, from_the_network, in_what_is_brought
from tests.provisioning.threats.threat import Threat

_TESTS: Final = Path(__file__).resolve().parents[2]

PLACES: Final = tuple(
    _TESTS / one
    for one in (
        "provisioning",
        "cli/test_own_presence.py",
        "cli/test_provision.py",
        "display/test_a_code_to_reset_is_told_to_one_page.py",
        "display/test_a_reset_is_meant.py",
        "states/test_it_is_set_up_anew.py",
        "systemd/test_the_stick_unit.py",
        "uplink/test_what_an_older_version_took.py",
        "browser/test_a_whole_day_zero.py",
        "browser/test_setting_up_can_be_read.py",
    )
)
"""Where the tests are."""

ALL_OF: Final = (
    "test_codes_are_guessed.py",
    "test_connections_are_held_open.py",
    "test_forged_requests.py",
    "test_nothing_is_kept_before_the_handshake.py",
    "test_power_is_cut_while_credentials_are_saved.py",
    "test_strangers_at_the_set_up_page.py",
    "test_the_page_closes_for_good.py",
    "test_what_every_answer_says.py",
    "test_what_is_no_request.py",
)
"""Files about nothing else: each of their tests has its place in a row."""


THREATS: Final[dict[str, tuple[Threat, ...]]] = {
    **from_the_network.THREATS,
    **in_what_is_brought.THREATS,
    **at_the_end.THREATS,
}
"""By who, or what, does it."""

LEFT: Final = (
    "A technician who does not compare the fingerprint may hand the key to whoever answers in the "
    "machine's place.",
    "A stranger who types wrong codes holds the page up, and one who opens connections as fast as "
    "they can makes it slow. A stick, the command line, and switching the machine off and on are "
    "not held up.",
    "A program on the machine itself can read the code from the local bridge, as it can read the "
    "screen.",
    "The file on the phone is the technician's to delete, and flash memory does not overwrite in "
    "place: a key that is lost is revoked at the server.",
)
"""What is known, and not prevented."""
