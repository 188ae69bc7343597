"""What strangers and pages do to a machine on its first day, and what it does."""

from __future__ import annotations

from typing import Final

from tests.provisioning.threats.threat import Threat

THREATS: Final[dict[str, tuple[Threat, ...]]] = {
    "Somebody in the same network": (
        Threat(
            "looks for the page on a machine that knows who it is",
            "there is none: it is open in PROVISIONING alone, on one address and never on all",
            (
                "test_another_address_of_the_same_computer_is_not_listened_on",
                "test_an_address_that_is_not_the_computers_is_told",
                "test_what_is_no_address_of_one_interface_is_refused",
                "test_the_page_is_gone_once_credentials_come_another_way",
            ),
        ),
        Threat(
            "reads along",
            "TLS 1.2 or later; a new key for each opening, in memory alone",
            (
                "test_who_speaks_no_tls_hears_nothing",
                "test_tls_of_old_is_not_spoken",
                "test_the_key_is_another_one_each_time_and_needs_no_place_on_a_disk",
            ),
        ),
        Threat(
            "answers in the machine's place",
            "the screen shows the SHA-256 fingerprint of the certificate that is there",
            ("test_the_screen_shows_the_fingerprint_of_the_certificate_that_is_there",),
        ),
        Threat(
            "guesses the code",
            "eight digits, five tries, then another code and a wait that doubles up to a day: "
            "sixty tries on the first day, five on each later one",
            (
                "test_guessing_burns_the_code_and_costs_time",
                "test_no_other_text_is_the_code",
                "test_each_burnt_code_costs_more_time_up_to_a_bound",
                "test_a_year_of_guessing_is_one_chance_in_fifty_thousand",
                "test_a_technician_who_got_it_right_begins_anew",
            ),
        ),
        Threat(
            "guesses, and waits for the code's end or for another opening of the page",
            "wrong tries are counted over all codes and openings, until a right one",
            (
                "test_who_waits_for_the_codes_end_gains_no_tries_by_it",
                "test_who_has_the_page_opened_anew_gains_no_tries_by_it",
            ),
        ),
        Threat(
            "measures how long a comparison takes",
            "the same for every text: compared whole, in constant time",
            ("test_how_much_of_it_was_right_does_not_show_in_the_time",),
        ),
        Threat(
            "uses a code that was used, or that is old",
            "good once, and for ten minutes",
            (
                "test_a_code_is_good_for_ten_minutes_and_for_one_pairing",
                "test_a_code_pairs_one_phone_once",
                "test_a_code_grows_old",
            ),
        ),
        Threat(
            "asks without having paired",
            "401 for everything but the page itself and the code",
            ("test_who_has_not_paired_gets_nowhere",),
        ),
        Threat(
            "opens the page while somebody is paired",
            "sees nothing of theirs and ends nothing; who pairs with the next code begins anew, "
            "and the session before ends",
            (
                "test_a_stranger_who_guesses_does_not_throw_out_who_has_paired",
                "test_a_second_technician_begins_anew_and_sees_nothing_of_the_first",
                "test_a_session_that_is_left_alone_ends_and_a_new_one_ends_the_old",
            ),
        ),
        Threat(
            "holds connections open, says nothing, or one byte at a time",
            "cut off within seconds; a body has fifteen",
            (
                "test_who_says_nothing_or_only_a_little_is_cut_off",
                "test_a_body_that_does_not_end_is_not_waited_for",
            ),
        ),
        Threat(
            "opens connections without end, from one address or from every one in the network",
            "twelve of one address, sixty-four in all: one too many hangs up on an older one of "
            "whoever holds most, and never on who has paired",
            (
                "test_a_phone_gets_in_while_a_stranger_holds_five_hundred_connections",
                "test_a_phone_gets_in_while_every_address_of_the_network_holds_its_own",
                "test_who_has_paired_keeps_a_connection_whoever_comes",
                "test_who_loses_the_network_and_comes_back_finds_room",
            ),
        ),
        Threat(
            "asks without end and reads no answer, so that the page cannot close",
            "what is on its way is given up after two seconds",
            ("test_who_asks_and_never_reads_does_not_keep_the_page_from_closing",),
        ),
        Threat(
            "sends what is no request: two hosts, two lengths, ways up, another protocol",
            "refused or cut off, also where it breaks the HTTP server; the next one is answered",
            (
                "test_what_is_no_request_is_refused_and_the_page_goes_on",
                "test_two_lengths_hide_no_second_request",
                "test_http_2_is_no_way_around_the_one_host",
                "test_http_2_is_no_way_to_ask_a_hundred_things_at_once",
                "test_only_the_pages_own_files_are_there_and_every_answer_is_closed_in",
            ),
        ),
    ),
    "A page from elsewhere in the technician's browser": (
        Threat(
            "calls the page by a name that was bent to its address (DNS rebinding)",
            "`Host` is the address on the screen, and nothing else",
            (
                "test_another_name_for_the_same_address_is_not_the_page",
                "test_no_other_way_of_writing_it_is_let_in",
            ),
        ),
        Threat(
            "asks in the technician's name (CSRF)",
            "`Origin` compared whole, JSON alone, and a word that only the page was told",
            (
                "test_a_page_from_elsewhere_changes_nothing",
                "test_all_that_changes_anything_is_asked_for_here",
                "test_a_forged_request_with_the_technicians_cookie_changes_nothing",
                "test_a_word_that_is_said_twice_is_none",
                "test_nobody_pairs_from_another_site_not_even_with_the_code",
                "test_nothing_is_changed_by_a_request_that_only_looks",
                "test_no_other_site_is_told_that_it_may_ask",
                "test_what_the_technician_asks_is_done",
            ),
        ),
        Threat(
            "takes the cookie elsewhere",
            "`__Host-`, `Secure`, `HttpOnly`, `SameSite=Strict`, no domain; good with the word "
            "alone, and for one session",
            (
                "test_the_cookie_is_for_this_page_alone",
                "test_the_pages_word_without_the_cookie_changes_nothing",
                "test_the_word_and_the_cookie_of_a_session_that_has_ended_are_good_no_more",
            ),
        ),
        Threat(
            "frames the page, guesses types, runs a script in it, or finds it in a cache",
            "the same headers with every answer, whatever it is: `Content-Security-Policy` with "
            "`frame-ancestors 'none'`, `nosniff`, `no-store`, `no-referrer`, `same-origin`",
            (
                "test_every_kind_of_answer_is_closed_in",
                "test_the_page_needs_nothing_from_elsewhere_and_writes_no_markup",
            ),
        ),
    ),
}
