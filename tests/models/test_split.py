"""Splits: what belongs together stays together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.models.split import Split, group_folds, inner_folds, refuse_leakage, refuse_shared

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


@given(_GROUPS, st.integers(2, 5), st.integers(0, 5), st.data())
def test_inner_folds_hold_training_groups_alone_and_whole(groups, n_folds, seed, data):
    names = np.array(groups)
    held = data.draw(st.sampled_from(sorted(set(groups))))
    train = names != held
    if len(set(names[train])) < 2:
        with pytest.raises(ValueError, match="only one split group"):
            inner_folds(groups, train, n_folds, seed)
        return
    folds = inner_folds(groups, train, n_folds, seed)
    assert set(folds[~train]) == {-1}
    assert all(len(set(folds[names == name])) == 1 for name in set(groups))
    assert set(folds[train]) == set(range(min(n_folds, len(set(names[train])))))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"motor": ["M1", "M2", "M1", "M3"]}, "leakage: motor M1 stands on both sides of the split; split by motor"),
        ({"bearing": ["", "6205-a", "6205-a", ""]}, "leakage: bearing 6205-a stands"),
        ({"recording": ["r1", "r2", "r3", "r2"]}, "leakage: recording r2 stands"),
        ({"repetition": [1, 2, 2, 1]}, "leakage: repetition 1 stands on both sides of the split, and so do 1 more"),
        ({"motor": ["a", "b", "c", "d"], "content": ["f0", "f1", "f0", "f3"]}, "leakage: content f0 stands"),
    ],
)
def test_whatever_stands_on_both_sides_is_named(columns, said):
    train = np.array([True, True, False, False])
    with pytest.raises(ValueError, match=said):
        refuse_shared(columns, train, ~train)
    with pytest.raises(ValueError, match=said):
        Split("leave_group_out", train, ~train).refuse_leakage(columns)


def test_what_is_not_known_is_shared_with_nobody():
    train = np.array([True, True, False, False])
    refuse_shared({"bearing": ["", None, "", None], "repetition": [np.nan, 1.0, np.nan, 2.0]}, train, ~train)


def test_rows_of_neither_side_leak_nothing():
    refuse_shared({"motor": ["a", "b", "a"]}, np.array([True, False, False]), np.array([False, True, False]))


def test_an_unknown_split_group_is_a_group_of_its_own():
    """Rows whose group is not stated may be of one motor, so they stay together."""
    with pytest.raises(ValueError, match="leakage:"):
        refuse_leakage(["", "", "b"], np.array([True, False, False]))


def test_a_column_of_another_length_is_refused():
    with pytest.raises(ValueError, match="column 'motor' has 1 rows and the split 2 and 2; give a value a row"):
        refuse_shared({"motor": ["a"]}, np.array([True, False]), np.array([False, True]))


@pytest.mark.parametrize(
    ("train", "judged", "said"),
    [
        ([True, False], [True, True], "leakage: row 0 teaches and is judged in split s"),
        ([False, False], [True, False], "no row is left to be taught by"),
        ([True, False], [False, False], "no row is left to be judged by"),
        ([True, False], [False], "2 rows may teach and 1 be judged"),
    ],
)
def test_a_split_has_two_sides_and_a_row_has_one(train, judged, said):
    with pytest.raises(ValueError, match=said):
        Split("s", np.array(train), np.array(judged))
