"""What files and sticks do to a machine on its first day, and what it does."""

from __future__ import annotations

from typing import Final

from tests.provisioning.threats.threat import Threat

THREATS: Final[dict[str, tuple[Threat, ...]]] = {
    "What is sent to the page, or lies in the file": (
        Threat(
            "too much of it",
            "64 KiB, whether a length is said or not",
            (
                "test_more_than_64_kib_is_not_taken",
                "test_more_than_64_kib_is_not_taken_either_where_no_length_is_said",
            ),
        ),
        Threat(
            "other keys, other types, a key twice, NaN and infinity, nested without end",
            "refused whole, each in one line of its own",
            (
                "test_what_was_not_asked_for_is_refused_whole",
                "test_what_is_no_text_or_nested_without_end_is_refused_in_the_same_words",
                "test_every_wrong_file_is_refused_in_its_own_words",
                "test_a_file_that_says_one_thing_twice_is_refused",
                "test_a_thing_that_is_said_twice_where_nobody_looks_is_refused_and_not_quoted",
                "test_each_wrong_file_has_its_own_explanation",
            ),
        ),
        Threat(
            "an archive, packed bytes, UTF-16, a byte-order mark, NUL",
            "nothing is ever unpacked; UTF-8 alone, and one mark before it",
            (
                "test_every_wrong_file_is_refused_in_its_own_words",
                "test_what_is_no_request_is_refused_and_the_page_goes_on",
                "test_a_file_that_went_through_a_windows_editor_is_read",
            ),
        ),
        Threat(
            "line breaks and unicode tricks that would become settings, headers or log lines",
            "the file is written anew from checked fields; no text with a control character in it "
            "is taken",
            (
                "test_no_text_in_a_file_becomes_a_setting",
                "test_no_file_and_no_address_do_anything_but_be_read_or_refused",
                "test_a_name_that_would_forge_a_line_is_no_name",
            ),
        ),
        Threat(
            "an address that is none, or another server's behind a familiar one",
            "scheme, host and port alone; kept in the same file as the key",
            (
                "test_anything_but_a_servers_address_is_refused",
                "test_half_an_address_is_refused_as_none_is",
            ),
        ),
        Threat(
            "a time zone that is a path",
            "a name that the computer knows, or none",
            (
                "test_a_time_zone_is_a_name_that_the_computer_knows",
                "test_a_site_that_is_none_is_refused_in_one_line",
            ),
        ),
        Threat(
            "anything else",
            "answered, and nothing is broken by it (hypothesis; `make fuzz` goes on for longer)",
            ("test_whatever_is_sent_is_answered_and_breaks_nothing",),
        ),
        Threat(
            "a key that is to be seen in an answer, a refusal or the log",
            "it is in none of them, nor are the code, the cookie and the page's word in the log",
            (
                "test_no_answer_ever_holds_the_key",
                "test_no_secret_is_logged_whatever_happens",
                "test_no_refusal_quotes_a_secret",
                "test_no_repr_shows_a_secret",
            ),
        ),
    ),
    "A USB stick, or a file that is named": (
        Threat(
            "links, pipes, devices, a giant",
            "an ordinary file alone, no link of a stick followed, 64 KiB read",
            (
                "test_a_link_leads_nowhere",
                "test_a_link_to_a_device_leads_nowhere_either",
                "test_a_pipe_a_folder_and_a_giant_are_refused",
                "test_a_pipe_and_a_device_are_not_waited_for",
                "test_what_is_no_file_is_not_read",
            ),
        ),
        Threat(
            "names without end, or several files",
            "a thousand names of one folder; of several files none",
            (
                "test_a_stick_with_names_without_end_is_not_looked_through",
                "test_what_lies_deeper_is_never_looked_at",
                "test_of_several_files_none_is_taken",
            ),
        ),
        Threat(
            "programs and devices on it, or put into a machine that is set up",
            "mounted read-only, `nosuid`, `nodev`, `noexec`, vfat and exfat alone; not at all "
            "where there are credentials",
            (
                "test_a_stick_is_mounted_so_that_nothing_on_it_can_be_run_or_changed",
                "test_a_machine_that_knows_who_it_is_looks_at_no_stick",
            ),
        ),
        Threat(
            "the file stays where it came from",
            "deleted, with what a link leads to; a stick is not written to, and that is said; so "
            "is whatever cannot be deleted",
            (
                "test_what_the_server_knows_is_kept_and_the_file_is_gone",
                "test_what_a_link_leads_to_holds_the_key_and_is_deleted_with_it",
                "test_a_file_that_cannot_be_deleted_is_told",
                "test_a_stick_is_taken_where_it_is_good_and_explained_where_it_is_not",
            ),
        ),
    ),
}
