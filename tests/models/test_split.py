"""Splits: what belongs together stays together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.models.split import group_folds, refuse_leakage

_GROUPS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=60).filter(lambda groups: len(set(groups)) > 1)


@given(_GROUPS, st.integers(2, 10), st.integers(0, 5))
def test_no_group_lies_in_two_folds(groups, n_folds, seed):
    folds = group_folds(groups, n_folds, seed)
    assert all(len(set(folds[np.array(groups) == name])) == 1 for name in set(groups))


@given(_GROUPS, st.integers(2, 10), st.integers(0, 5))
def test_every_fold_holds_something_and_none_is_left_out(groups, n_folds, seed):
    folds = group_folds(groups, n_folds, seed)
    assert set(folds) == set(range(min(n_folds, len(set(groups)))))


@given(_GROUPS, st.integers(0, 5))
def test_folds_follow_from_groups_and_seed_alone(groups, seed):
    assert np.array_equal(group_folds(groups, 3, seed), group_folds(list(groups), 3, seed))


def test_largest_groups_are_dealt_first_so_that_folds_are_even():
    """Sizes 6, 4, 3, 3, 2 in two folds: 6 | 4, then 3 to the 4, 3 to the 6, 2 to the 7: 9 | 9."""
    groups = ["a"] * 6 + ["b"] * 4 + ["c"] * 3 + ["d"] * 3 + ["e"] * 2
    for seed in range(10):
        assert list(np.bincount(group_folds(groups, 2, seed))) == [9, 9]


def test_another_seed_deals_equal_groups_otherwise():
    groups = list("abcdefgh")
    deals = {tuple(group_folds(groups, 4, seed)) for seed in range(10)}
    assert len(deals) > 5


@pytest.mark.parametrize(("groups", "said"), [(["M01"] * 5, "M01"), ([], "none")])
def test_single_group_cannot_be_held_out(groups, said):
    with pytest.raises(ValueError, match=rf"only one split group \({said}\); at least 2 are needed"):
        group_folds(groups, 4, 0)


def test_one_fold_is_refused():
    with pytest.raises(ValueError, match="n_folds must be at least 2, got 1"):
        group_folds(["a", "b"], 1, 0)


def test_leakage_is_refused_by_name_of_the_group():
    with pytest.raises(ValueError, match="leakage: b stands on both sides"):
        refuse_leakage(["a", "b", "b"], np.array([True, True, False]))


def test_clean_split_passes():
    refuse_leakage(["a", "b", "b"], np.array([True, False, False]))
