"""Brier score, calibration error and reliability by hand, and both ways: shifted is told from calibrated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from diagmod.io.evaluation_schemas import CALIBRATION
from diagmod.models.calibration_figures import Stated, calibration_table, equal_mass_bins, reliability_table


def _binary(p, y, group=None, model="m"):
    p = np.asarray(p, dtype=float)
    groups = np.arange(len(p)) if group is None else group
    return Stated("leave_group_out", model, ("faulty",), p[:, None], np.asarray(y, dtype=int), np.asarray(groups, "U8"))


def _figures(stated, n_bins=10, n_bootstrap=0):
    table = calibration_table([stated], n_bins, n_bootstrap, 0)
    return {(row["figure"], row["condition"]): row for row in table.to_dict("records")}


def _drawn(seed, shift=0.0, n=400, n_groups=20):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.1, 0.9, n)
    y = rng.uniform(size=n) < np.clip(p - shift, 0, 1)
    return _binary(p, y, rng.integers(0, n_groups, n), f"m{seed}")


def _many(n_seeds, n_bootstrap, shift=0.0):
    """Rows of the table by figure, a row a seed."""
    table = calibration_table([_drawn(seed, shift) for seed in range(n_seeds)], 10, n_bootstrap, 0)
    return {name: part.reset_index(drop=True) for name, part in table.groupby("figure")}


def test_brier_of_a_yes_or_no_is_that_of_scikit_learn():
    stated = _drawn(0)
    found = _figures(stated)["brier", ""]["value"]
    assert found == pytest.approx(brier_score_loss(stated.truth, stated.probabilities[:, 0]))


def test_brier_of_several_classes_is_the_sum_over_them():
    """(0.7, 0.2, 0.1) for the first: 0.09 + 0.04 + 0.01; for the second: 0.49 + 0.64 + 0.01; mean 0.64."""
    p = np.array([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]])
    stated = Stated("s", "m", ("a", "b", "c"), p, np.array([0, 1]), np.array(["g", "h"]))
    found = _figures(stated)
    assert found["brier", ""]["value"] == pytest.approx(0.64)
    assert found["brier_of_shares", ""]["value"] == pytest.approx(1 - 0.25 - 0.25)


def test_calibration_error_by_hand():
    """20 rows state 0.8 and 15 are true; 20 state 0.3 and 10 are true: (0.05 + 0.2) / 2 = 0.125, of class and yes-no.

    The most probable answer of 0.3 is no, stated with 0.7 and right in 10 of 20: (0.05 + 0.2) / 2 again, since the
    bins of 0.7 and 0.8 are apart.
    """
    stated = _binary([0.8] * 20 + [0.3] * 20, [1] * 15 + [0] * 5 + [1] * 10 + [0] * 10)
    found = _figures(stated, n_bins=2)
    assert found["ece_of_class", "faulty"]["value"] == pytest.approx(0.125)
    assert found["ece_class_wise", ""]["value"] == pytest.approx(0.125)
    assert found["ece_top_label", ""]["value"] == pytest.approx(0.125)
    assert found["ece_top_label", ""]["n_bins"] == 2


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80), st.integers(1, 12))
def test_bins_keep_equal_values_together_and_the_order(values, n_bins):
    p = np.array(values)
    bins = equal_mass_bins(p, n_bins)
    order = np.argsort(p)
    assert (np.diff(bins[order]) >= 0).all()
    assert set(bins) == set(range(bins.max() + 1))
    assert bins.max() < n_bins
    assert all(len(set(bins[p == value])) == 1 for value in set(values))


def test_bins_hold_equally_many():
    assert np.bincount(equal_mass_bins(np.linspace(0, 1, 100), 10)).tolist() == [10] * 10


def test_few_rows_have_few_bins_and_the_table_says_so():
    assert _figures(_drawn(0, n=25))["ece_of_class", "faulty"]["n_bins"] == 2


def test_a_calibrated_model_lies_within_chance_and_a_shifted_one_does_not():
    within, outside = _many(60, 0), _many(60, 0, shift=0.15)
    assert (within["ece_top_label"]["value"] <= within["ece_by_chance"]["high"]).mean() >= 0.9
    assert (outside["ece_of_class"]["value"] > outside["ece_by_chance"]["high"]).mean() >= 0.95
    assert outside["ece_of_class"]["value"].mean() == pytest.approx(0.15, abs=0.02)
    assert within["ece_of_class"]["value"].mean() < 0.07


def test_debiasing_takes_away_a_part_of_what_chance_adds():
    found = _many(30, 100)
    assert found["ece_top_label_debiased"]["value"].mean() < 0.8 * found["ece_top_label"]["value"].mean()


def test_intervals_hold_the_brier_score_about_as_often_as_they_say():
    """E(p - y)^2 with y true to p uniform over 0.1..0.9 is E p(1 - p) = 0.5 - (0.25 + 0.64 / 12) = 0.1967."""
    found = _many(80, 200)["brier"]
    truth = 0.5 - 0.25 - 0.64 / 12
    assert ((found["low"] <= truth) & (truth <= found["high"])).mean() >= 0.85


def test_reliability_shows_bins_with_both_intervals():
    """20 rows of 4 groups state 0.8, of which 15 are true; 20 state 0.3, of which none is."""
    group = list("abcd") * 10
    table = reliability_table([_binary([0.8] * 20 + [0.3] * 20, [1] * 15 + [0] * 25, group)], 2, 200, 0)
    own = table[table["condition"] == "faulty"].set_index("bin")
    assert own.loc[1, ["stated", "observed", "n", "n_groups"]].tolist() == pytest.approx([0.8, 0.75, 20, 4])
    assert own.loc[1, "low"] <= 0.75 <= own.loc[1, "high"]
    assert own.loc[1, "low_wilson"] == pytest.approx(0.5313, abs=1e-3)
    assert own.loc[0, "observed"] == 0
    assert own.loc[0, "high"] == pytest.approx(0.4899, abs=1e-3), "no width by bootstrap: 4 groups by Wilson"
    assert set(table["condition"]) == {"", "faulty"}


def test_nothing_judged_is_an_empty_table_and_a_single_group_has_no_bootstrap():
    none = _binary([], [], [])
    assert calibration_table([none], 10, 10, 0).empty
    assert reliability_table([none], 10, 10, 0).empty
    assert list(calibration_table([], 10, 10, 0).columns) == [c.name for c in CALIBRATION.columns]
    one = _figures(_binary([0.2] * 12, [0] * 12, ["g"] * 12), n_bootstrap=50)
    assert np.isnan(one["brier", ""]["low"])
    assert np.isnan(one["ece_top_label_debiased", ""]["value"])


@pytest.mark.parametrize(
    ("p", "y", "said"),
    [
        ([[0.5, 0.6]], [0], "must lie between 0 and 1 and those of 2 classes add to 1"),
        ([[np.nan, 0.5]], [0], "must lie between 0 and 1"),
        ([[0.5, 0.5]], [2], "a truth is none of the classes a, b"),
        ([[0.5, 0.5]], [-1], "a truth is none of the classes a, b"),
        ([[0.5, 0.5]], [0, 1], r"probabilities of shape \(1, 2\) for 2 truths"),
    ],
)
def test_probabilities_that_are_none_are_refused(p, y, said):
    with pytest.raises(ValueError, match=said):
        Stated("s", "m", ("a", "b"), np.array(p), np.array(y), np.array(["g"] * len(y)))
