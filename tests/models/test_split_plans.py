"""Plans of splits: neither group nor band nor later time teaches what it is judged by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.models.split_plans import leave_group_out, leave_load_out, leave_time_out, load_bands

_ROWS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.one_of(st.just(float("nan")), st.floats(0.2, 1.1)), st.integers(0, 40)),
    min_size=4, max_size=50,
).filter(lambda rows: len({group for group, _, _ in rows}) > 1)  # fmt: skip
_FOLDS = st.one_of(st.none(), st.integers(2, 4))


def _columns(rows):
    groups, load, day = zip(*rows, strict=True)
    started = np.datetime64("2026-01-01") + np.array(day).astype("timedelta64[D]")
    return list(groups), np.array(load, dtype=float), started


@given(_ROWS, _FOLDS, st.integers(0, 3))
def test_every_row_is_judged_once_when_groups_are_held_out(rows, n_folds, seed):
    groups, _, _ = _columns(rows)
    plan = leave_group_out(groups, n_folds, seed)
    plan.refuse_leakage({"group": groups})
    assert (np.sum([split.judged for split in plan.splits], axis=0) == 1).all()
    assert all((split.train ^ split.judged).all() for split in plan.splits)


@given(_ROWS, _FOLDS, st.integers(1, 4), st.integers(0, 3))
def test_neither_group_nor_band_of_load_stands_on_both_sides(rows, n_folds, bands, seed):
    groups, load, _ = _columns(rows)
    plan = leave_load_out(load, groups, n_folds, bands, seed)
    band = load_bands(load, bands)
    plan.refuse_leakage({"group": groups, "band": band.tolist()})
    for split in plan.splits:
        assert len(set(band[split.judged])) == 1
        assert np.isfinite(load[split.train | split.judged]).all()
    assert (np.sum([split.judged for split in plan.splits] or [np.zeros(len(rows))], axis=0) <= 1).all()
    assert plan.n_unknown == np.isnan(load).sum()


@given(_ROWS, _FOLDS, st.floats(0.05, 0.95), st.booleans(), st.integers(0, 3))
def test_nothing_teaches_what_came_before_it(rows, n_folds, share, within, seed):
    groups, _, started = _columns(rows)
    started[0] = np.datetime64("NaT")
    plan = leave_time_out(started, groups, share, within_motor=within, n_folds=n_folds, seed=seed)
    assert plan.n_unknown == 1
    for split in plan.splits:
        assert started[split.train].max() < started[split.judged].min()
        assert not split.train[0] and not split.judged[0]
    if not within:
        plan.refuse_leakage({"group": groups})


def test_a_motor_teaches_its_own_later_part_only_when_asked():
    """Days 0, 1, 2, 3 of two motors and 60 %: the cut lies before the fifth of eight, on day 2."""
    groups, started = ["a"] * 4 + ["b"] * 4, np.tile(np.arange("2026-01-01", "2026-01-05", dtype="datetime64[D]"), 2)
    (split,) = leave_time_out(started, groups, 0.6, within_motor=True).splits
    assert split.train.tolist() == [True, True, False, False] * 2
    assert split.held_out == "all groups from 2026-01-03 on"
    first, second = leave_time_out(started, groups, 0.6).splits
    assert first.train.tolist() == [False] * 4 + [True, True, False, False]
    assert first.judged.tolist() == [False, False, True, True] + [False] * 4
    assert second.held_out == "b from 2026-01-03 on"


def test_a_band_of_a_motor_is_judged_by_other_bands_of_other_motors():
    load, groups = np.array([0.3, 0.9, 0.3, 0.9, np.nan]), ["a", "a", "b", "b", "b"]
    plan = leave_load_out(load, groups, None, [0.5], 0)
    sides = {split.held_out: (split.train.tolist(), split.judged.tolist()) for split in plan.splits}
    assert sides["a at loads of 0.3 to 0.3"] == ([False, False, False, True, False], [True] + [False] * 4)
    assert len(sides) == 4
    assert "1 rows lack what is split by" in plan.in_words()


def test_a_recording_that_lies_in_two_motors_is_caught_by_its_content():
    plan = leave_group_out(["a", "a", "b", "b"], None, 0)
    with pytest.raises(ValueError, match="leakage: content f1 stands on both sides"):
        plan.refuse_leakage({"content": ["f0", "f1", "f1", "f2"]})


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (leave_load_out(np.full(4, np.nan), ["a", "a", "b", "b"], None, 3, 0), "the known loads do not differ enough"),
        (leave_load_out(np.full(4, 0.5), ["a", "a", "b", "b"], None, 3, 0), "the known loads do not differ enough"),
        (leave_load_out(np.array([0.2, 0.2, 0.2, 0.9]), list("aabb"), None, [0.5], 0), ""),
        (leave_time_out(np.full(3, np.datetime64("NaT")), ["a", "b", "b"], 0.5), "fewer than 2 different times"),
        (leave_time_out(np.full(3, np.datetime64("2026-01-01")), ["a", "b", "b"], 0.5), "fewer than 2 different times"),
    ],
)
def test_what_cannot_be_held_out_is_said(plan, said):
    assert said in plan.in_words()
    assert bool(plan.splits) == (said == "")
    assert list(plan.sides(["a", "a", "b", "b"][: 4 if plan.splits else 0]).columns[:3]) == [
        "split",
        "fold",
        "held_out",
    ]


def test_sides_count_rows_and_groups():
    table = leave_group_out(["a", "b", "b", "c"], None, 0).sides(["a", "b", "b", "c"])
    assert table["n_judged"].tolist() == [1, 2, 1]
    assert table["n_train"].tolist() == [3, 2, 3]
    assert table["n_train_groups"].tolist() == [2, 2, 2]
    assert set(table["split"]) == {"leave_group_out"}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: leave_group_out(["a", "a"], None, 0), "only one split group"),
        (lambda: leave_time_out(np.zeros(2, "datetime64[D]"), ["a", "b"], 1.0), "must lie between 0 and 1, got 1"),
        (lambda: load_bands(np.ones(2), 0), "must be at least 1, got 0"),
        (lambda: load_bands(np.ones(2), [0.5, 0.5]), r"must be finite and rise, got \[0.5, 0.5\]"),
    ],
)
def test_settings_that_mean_nothing_are_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
