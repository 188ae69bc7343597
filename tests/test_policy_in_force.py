"""The owner's word counts for more than the server's, and the server's for more than a default."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rvm_edge.settings import Origin, Policy, PolicyInForce, ServedPolicy

OWNER_SAYS_FULL = frozenset({"policy.bin_full_pct"})
OWNER_SAYS_FREE = frozenset({"policy.bin_free_pct"})


def test_without_a_server_the_settings_apply() -> None:
    rules = PolicyInForce(Policy())
    assert (rules.now, rules.bin_full_by) == (Policy(), Origin.BUILT_IN)


def test_what_a_server_says_takes_the_place_of_a_default() -> None:
    rules = PolicyInForce(Policy())
    rules.heed(ServedPolicy(bin_full_pct=70.0))
    assert rules.now == msgspec.structs.replace(Policy(), bin_full_pct=70.0, bin_free_pct=60.0)
    assert rules.bin_full_by is Origin.SERVER


def test_what_the_owner_wrote_down_stays_even_if_it_is_the_default() -> None:
    rules = PolicyInForce(Policy(), OWNER_SAYS_FULL)
    rules.heed(ServedPolicy(bin_full_pct=70.0))
    assert (rules.now, rules.bin_full_by) == (Policy(), Origin.OWNER)


def test_a_server_that_says_nothing_any_more_leaves_the_settings() -> None:
    rules = PolicyInForce(Policy())
    rules.heed(ServedPolicy(bin_full_pct=70.0))
    rules.heed(ServedPolicy())
    assert (rules.now, rules.bin_full_by) == (Policy(), Origin.BUILT_IN)


@pytest.mark.parametrize(("full_pct", "free_pct"), [(95.0, 60.0), (61.0, 60.0), (60.0, 30.0)])
def test_the_owners_level_of_a_free_bin_stays_where_it_can(
    full_pct: float, free_pct: float
) -> None:
    rules = PolicyInForce(Policy(bin_free_pct=60.0), OWNER_SAYS_FREE)
    rules.heed(ServedPolicy(bin_full_pct=full_pct))
    assert rules.now.bin_free_pct == free_pct


@given(
    full_pct=st.floats(0.1, 100),
    free_share=st.floats(0, 0.99),
    said_pct=st.floats(50, 100),
    owners=st.sampled_from([frozenset[str](), OWNER_SAYS_FREE, OWNER_SAYS_FULL]),
)
def test_a_full_bin_is_never_free_as_well(
    full_pct: float, free_share: float, said_pct: float, owners: frozenset[str]
) -> None:
    chosen = Policy(bin_full_pct=full_pct, bin_free_pct=full_pct * free_share)
    rules = PolicyInForce(chosen, owners)
    rules.heed(ServedPolicy(bin_full_pct=said_pct))
    assert 0 <= rules.now.bin_free_pct < rules.now.bin_full_pct
