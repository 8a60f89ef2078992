"""Every detector: fresh healthy rows stay below its threshold, a stated shift does not, and it says which figure."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_healthy import N_FEATURES, QUICK, groups_of, healthy

from diagmod.models.detectors.detector import DETECTORS, DetectorSettings, fit_detector, restore_detector
from diagmod.models.detectors.threshold import cross_fitted_scores, threshold_of

#: What must see that two figures no longer go together; the others look at figures one by one or roughly.
SEES_CORRELATION = ("pca_t2_q", "local_outlier_factor", "one_class_svm", "dbscan", "ensemble")

#: Methods that cut at random, one figure at a time.
CUTS_AT_RANDOM = ("isolation_forest", "half_space_trees")


@pytest.fixture(scope="module", params=DETECTORS)
def fitted(request: pytest.FixtureRequest):
    rows, groups = healthy(300), groups_of(300)
    scores = cross_fitted_scores(request.param, rows, groups, QUICK, 3)
    return fit_detector(request.param, rows, QUICK, groups), threshold_of(scores, 5.0)


def test_fresh_healthy_rows_are_flagged_about_as_often_as_asked(fitted) -> None:
    """5 % asked; 2000 fresh rows of the same kind, threshold of 300."""
    detector, threshold = fitted
    assert 0.01 < np.mean(detector.score(healthy(2000, seed=9)) > threshold) < 0.11


def test_a_shift_of_seven_spreads_is_found(fitted) -> None:
    """In one figure; random cuts see one figure of six too seldom, so the tree methods get it in three."""
    detector, threshold = fitted
    rows = healthy(200, seed=5)
    before = detector.score(rows).copy()
    rows[:, 3:] += np.array([7, 7, 7] if detector.name in CUTS_AT_RANDOM else [7, 0, 0])
    after = detector.score(rows)
    assert np.mean(after > threshold) > 0.9
    assert np.mean(after > before) > 0.95


def test_figures_that_no_longer_go_together_are_found_where_a_method_looks_at_them_together(fitted) -> None:
    """3 and -3 spreads are each usual enough; together, at a correlation of 0.9, they are 13 spreads off."""
    detector, threshold = fitted
    rows = healthy(200, seed=6)
    rows[:, 0], rows[:, 1] = 3.0, -3.0
    if detector.name in SEES_CORRELATION:
        assert np.mean(detector.score(rows) > threshold) > 0.95


def test_contributions_are_shares_and_name_the_shifted_figure(fitted) -> None:
    detector, _ = fitted
    rows = healthy(40, seed=7)
    rows[:, 3] += 7
    parts = detector.contributions(rows)
    assert parts.shape == rows.shape
    assert (parts >= 0).all()
    np.testing.assert_allclose(parts.sum(axis=1), 1.0, atol=1e-9)
    assert np.mean(parts.argmax(axis=1) == 3) > 0.8


def test_restored_it_scores_to_the_bit(fitted) -> None:
    detector, _ = fitted
    again, rows = restore_detector(detector.parts()), healthy(100, seed=8)
    assert again.name == detector.name
    np.testing.assert_array_equal(again.score(rows), detector.score(rows))


def test_far_rows_have_finite_scores_and_no_rows_have_none(fitted) -> None:
    detector, _ = fitted
    assert np.isfinite(detector.score(np.full((2, N_FEATURES), 1e9))).all()
    assert detector.score(np.empty((0, N_FEATURES))).shape == (0,)


@pytest.mark.parametrize("name", DETECTORS)
def test_same_seed_is_the_same_and_the_order_of_figures_does_not_matter_much(name: str) -> None:
    rows, fresh = healthy(120), healthy(60, seed=4)
    one, two = (fit_detector(name, rows, QUICK).score(fresh) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    turned = fit_detector(name, rows[:, ::-1], QUICK).score(fresh[:, ::-1])
    assert np.corrcoef(one, turned)[0, 1] > 0.5


@pytest.mark.parametrize("name", DETECTORS)
def test_constant_figures_few_rows_and_a_single_figure_are_no_failure(name: str) -> None:
    constant = healthy(40)
    constant[:, 2] = 1.0
    for rows in (constant, healthy(10), healthy(30, n_features=1)):
        assert np.isfinite(fit_detector(name, rows, QUICK).score(rows)).all()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.zeros((3, 2)), "3 rows to fit a detector to, at least 5 are needed"),
        (np.full((9, 2), np.nan), "rows must be finite, row 0 is not"),
        (np.full((9, 2), 1e9), "rows must be scaled to about unit spread"),
        (np.zeros(9), r"rows must have the shape \(n_rows, n_features\), got \(9,\)"),
    ],
)
def test_rows_that_cannot_teach_are_refused_in_a_sentence(rows: np.ndarray, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        fit_detector("robust_z", rows, QUICK)


def test_unknown_detectors_and_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="there is no detector 'oracle'; detectors are sigma_rule, "):
        fit_detector("oracle", healthy(20), QUICK)
    with pytest.raises(ValueError, match="svm_nu must lie between 0 and 1, got 0"):
        DetectorSettings(seed=0, svm_nu=0.0)
    with pytest.raises(ValueError, match="an ensemble has no member 'ensemble'"):
        DetectorSettings(seed=0, members=("ensemble",))


def test_streaming_trees_learn_more_rows_without_the_old_ones() -> None:
    """A new usual state is strange at first and usual after 500 rows of it."""
    trees = fit_detector("half_space_trees", healthy(300), QUICK)
    moved = healthy(500, seed=11) + 2.0
    before = trees.score(moved[:50]).mean()
    learned = trees.updated(moved)
    assert learned.score(moved[:50]).mean() < before
    np.testing.assert_array_equal(trees.score(moved[:50]).mean(), before)
