"""What stops, power cuts and other owners do to a machine, and what it does."""

from __future__ import annotations

from typing import Final

from tests.provisioning.threats.threat import Threat

THREATS: Final[dict[str, tuple[Threat, ...]]] = {
    "From the handshake to the end": (
        Threat(
            "a key that the server does not know",
            "the handshake comes first, and nothing is kept without it",
            (
                "test_who_is_not_known_is_not_kept_and_the_key_is_not_told",
                "test_what_the_server_does_not_know_is_not_kept",
                "test_a_key_that_the_server_does_not_know_is_not_kept",
            ),
        ),
        Threat(
            "a stop or `kill -9` at any point between the handshake and the saved file",
            "the old credentials or the new, whole, 0600; what lay beside is taken away",
            (
                "test_a_stop_while_the_server_is_asked_keeps_nothing",
                "test_a_stop_while_it_is_written_leaves_a_whole_file",
                "test_killed_at_any_point_it_is_who_it_was_or_who_it_is_to_be",
                "test_what_a_cut_left_lying_beside_is_gone_with_the_next_file",
            ),
        ),
        Threat(
            "a umask, a link that lies in wait, a full disk",
            "0600 whatever the umask; a link is replaced; what was there is there still",
            (
                "test_only_the_owner_can_read_it_whatever_the_umask",
                "test_a_link_that_lies_in_wait_is_replaced_and_not_followed",
                "test_a_disk_that_refuses_leaves_what_was_there",
                "test_a_key_that_others_can_read_is_no_key_and_the_cure_is_named",
            ),
        ),
        Threat(
            "a connection that was open when the page ended, or a second end",
            "closed with it; the second changes nothing; there is no page any more",
            (
                "test_once_it_is_set_up_the_page_is_gone",
                "test_connections_that_were_open_are_closed_with_it",
                "test_what_was_paired_is_answered_no_more",
                "test_of_two_who_finish_at_once_the_second_changes_nothing",
            ),
        ),
    ),
    "A machine that is somebody already": (
        Threat(
            "another program or user replaces or resets its credentials",
            "root, or who typed the PIN and the code at its screen",
            (
                "test_a_running_machine_is_not_changed_behind_its_back",
                "test_a_journal_that_is_not_there_lets_nobody_in",
                "test_nothing_is_done_before_a_code_was_shown",
                "test_wrong_tries_add_up_over_all_codes_and_then_nobody_may_try",
                "test_no_other_page_no_log_and_no_journal_has_it",
            ),
        ),
        Threat(
            "the server orders it",
            "it is no order of a server's",
            (
                "test_a_server_cannot_have_it_done_in_any_state_that_takes_orders",
                "test_a_server_cannot_have_its_credentials_changed",
            ),
        ),
        Threat(
            "deposits go to whoever it is next",
            "they stay with whom it was, also those of a version that noted that of none",
            ("test_a_reset_before_the_first_start_gives_the_next_machine_nothing",),
        ),
    ),
}
