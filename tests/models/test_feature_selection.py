"""Help for choosing features: clusters, information and importance of known features, from the training side alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.models.feature_selection import (
    correlation_clusters,
    importance_by_permutation,
    information_with_labels,
    selection_help,
)

NAMES = ["level", "twice", "mirrored", "noise", "other", "constant", "missing"]
N = 240


@pytest.fixture
def data():
    """A label "x" or "y" that the level tells, three features that say the same, and some that say nothing."""
    rng = np.random.default_rng(0)
    label = np.where(np.arange(N) % 2, "x", "y")
    level = (label == "x") * 2.0 + rng.normal(0, 0.5, N)
    frame = pd.DataFrame(
        {
            "level": level, "twice": np.exp(level), "mirrored": -level + rng.normal(0, 0.01, N),
            "noise": rng.normal(size=N), "other": rng.normal(size=N), "constant": 3.0,
            "missing": np.where(np.arange(N) == 5, np.nan, level),
        }
    )  # fmt: skip
    groups = [f"M{k // 30}" for k in range(N)]
    return frame, label.tolist(), groups, np.array([g < "M6" for g in groups])


def test_features_that_rise_and_fall_together_are_a_cluster_whatever_their_sign_and_scale(data):
    frame, _, groups, train = data
    found = correlation_clusters(frame, NAMES, groups, train).set_index("feature")
    assert found["cluster"].to_dict() == {"level": 1, "twice": 1, "mirrored": 1, "noise": 2, "other": 3}
    assert found["size"].tolist() == [3, 3, 3, 1, 1]
    assert found.loc["level", "representative"] == "level"
    assert found.loc["twice", "rho"] == pytest.approx(1.0)
    assert found.loc["mirrored", "rho"] < -0.99


def test_information_is_that_of_a_level_that_tells_the_label_nearly_always(data):
    """Two equal classes 4 sigma apart: 1 - mean log2(1 + exp(-2 * 2 (2 + z))) = 0.91 bit of 1 bit, z normal."""
    z = np.linspace(-8, 8, 100_001)
    weight = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    expected = 1 - float(weight @ np.log2(1 + np.exp(-4 * (2 + z))))
    frame, labels, groups, train = data
    found = information_with_labels(frame, NAMES, labels, groups, train, 0)
    assert found["feature"].tolist()[3:] in (["noise", "other"], ["other", "noise"])
    bits = found.set_index("feature")["information_bit"]
    assert bits["level"] == pytest.approx(expected, abs=0.06)
    assert bits["noise"] < 0.1
    assert found["entropy_bit"].unique() == pytest.approx([1.0])
    assert (found["chance_bit"] < 0.2).all()


def test_the_loss_is_that_of_the_feature_that_tells(data):
    """Without its twins the level alone separates the classes; shuffled, the forest is left with chance: 0.5 lost."""
    frame, labels, groups, train = data
    found = importance_by_permutation(frame, ["level", "noise", "other"], labels, groups, train, 0)
    assert found["feature"].iloc[0] == "level"
    assert found["loss"].iloc[0] == pytest.approx(0.45, abs=0.1)
    assert found["loss"].iloc[1:].abs().max() < 0.05
    assert found["accuracy"].iloc[0] > 0.93


def test_twins_hide_each_other_which_is_why_representatives_are_shuffled(data):
    frame, labels, groups, train = data
    twins = importance_by_permutation(frame, ["level", "twice", "mirrored"], labels, groups, train, 0)
    assert twins["loss"].max() < 0.3
    table = selection_help(frame, NAMES, labels, groups, train, 0)
    assert table.loc[table["feature"] == "level", "loss"].item() > 0.35
    assert table.loc[table["loss"].notna(), "feature"].tolist() == ["level", "noise", "other"]
    assert set(table["feature"]) == {"level", "twice", "mirrored", "noise", "other"}


@pytest.mark.parametrize("what", ["values", "labels"])
def test_what_is_judged_later_changes_nothing(data, what):
    """The direct proof: other values and labels of the other side, the same tables."""
    frame, labels, groups, train = data
    other, other_labels = frame.copy(), list(labels)
    if what == "values":
        other.loc[~train, NAMES] = np.random.default_rng(9).normal(size=((~train).sum(), len(NAMES)))
    else:
        other_labels = [label if own else "z" for label, own in zip(labels, train, strict=True)]
    one = selection_help(frame, NAMES, labels, groups, train, 0)
    pd.testing.assert_frame_equal(one, selection_help(other, NAMES, other_labels, groups, train, 0))


@pytest.mark.parametrize(
    "function", [correlation_clusters, information_with_labels, importance_by_permutation, selection_help]
)
def test_a_group_on_both_sides_is_refused(data, function):
    frame, labels, groups, train = data
    train = train.copy()
    train[0] = False
    more = () if function is correlation_clusters else (labels,)
    seed = () if function is correlation_clusters else (0,)
    with pytest.raises(ValueError, match="leakage: M0 stands on both sides of the split"):
        function(frame, NAMES, *more, groups, train, *seed)


def test_rows_without_a_label_are_left_out(data):
    frame, labels, groups, train = data
    some = [label if k % 3 else "" for k, label in enumerate(labels)]
    found = information_with_labels(frame, NAMES, some, groups, train, 0)
    assert found["entropy_bit"].iloc[0] == pytest.approx(1.0, abs=0.01)


def test_what_cannot_be_computed_is_said(data):
    frame, labels, groups, train = data
    with pytest.raises(ValueError, match="the table has no feature 'rms_X'"):
        correlation_clusters(frame, ["level", "rms_X"], groups, train)
    with pytest.raises(ValueError, match="0 rows on the training side, at least 20 are needed"):
        correlation_clusters(frame, NAMES, groups, np.zeros(N, dtype=bool))
    with pytest.raises(ValueError, match="fewer than 2 labels"):
        information_with_labels(frame, NAMES, ["x"] * N, groups, train, 0)
    with pytest.raises(ValueError, match="no feature is defined and varies"):
        importance_by_permutation(frame, ["constant", "missing"], labels, groups, train, 0)
    with pytest.raises(ValueError, match="only one split group"):
        importance_by_permutation(frame, ["level"], labels, ["M"] * N, np.ones(N, dtype=bool), 0)


def test_one_feature_or_none_is_a_table_too(data):
    frame, _, groups, train = data
    one = correlation_clusters(frame, ["level"], groups, train)
    assert one.iloc[0].tolist() == ["level", 1, 1, "level", 1.0]
    assert correlation_clusters(frame, ["constant"], groups, train).empty


def test_a_label_that_only_one_group_has_is_missed_without_a_word_of_warning(data):
    frame, labels, groups, train = data
    rare = ["z" if group == "M2" else label for group, label in zip(groups, labels, strict=True)]
    assert importance_by_permutation(frame, ["level", "noise"], rare, groups, train, 0)["accuracy"].iloc[0] < 0.9


def test_the_same_seed_gives_the_same_table(data):
    frame, labels, groups, train = data
    one, other = (selection_help(frame, NAMES, labels, groups, train, 3) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
