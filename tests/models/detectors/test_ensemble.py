"""The ensemble is the mean surprise of its members, and costs nothing where they are fitted already."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_healthy import QUICK, groups_of, healthy

from diagmod.models.detectors.detector import DetectorParts, fit_detector, restore_detector
from diagmod.models.detectors.ensemble import fit_detectors
from diagmod.models.detectors.tail import Tail
from diagmod.models.detectors.threshold import cross_fitted_scores, held_out_surprise, threshold_of

ROWS, GROUPS, FRESH = healthy(200), groups_of(200), healthy(60, seed=1)


def test_score_is_the_mean_surprise_of_the_members_among_rows_they_had_not_seen() -> None:
    ensemble = fit_detector("ensemble", ROWS, QUICK, GROUPS)
    expected = [
        Tail.of(cross_fitted_scores(name, ROWS, GROUPS, QUICK, QUICK.n_folds)).surprise(
            fit_detector(name, ROWS, QUICK, GROUPS).score(FRESH)
        )
        for name in QUICK.members
    ]
    np.testing.assert_allclose(ensemble.score(FRESH), np.mean(expected, axis=0))


def test_detectors_fitted_together_are_those_fitted_one_by_one() -> None:
    names = ("dbscan", "ensemble", "robust_z")
    together = fit_detectors(names, ROWS, GROUPS, QUICK, QUICK.n_folds)
    assert tuple(together) == names
    for name in names:
        scores = cross_fitted_scores(name, ROWS, GROUPS, QUICK, QUICK.n_folds)
        np.testing.assert_array_equal(together[name].scores, scores)
        alone = fit_detector(name, ROWS, QUICK, GROUPS).score(FRESH)
        np.testing.assert_array_equal(together[name].detector.score(FRESH), alone)


def test_a_fold_is_measured_by_the_scores_of_the_others() -> None:
    """The second fold scores 100 times as much: by the first it is most surprising, by itself it would be usual."""
    scores, folds = np.concatenate([np.arange(50.0), 100 * np.arange(50.0)]), np.repeat([0, 1], 50)
    assert held_out_surprise([scores], folds)[51:].min() > 1.5


def test_members_that_agree_count_more_than_one_gone_wild() -> None:
    """A row strange for all members against one that a single member calls absurd."""
    members = fit_detector("ensemble", ROWS, replace(QUICK, members=("robust_z", "one_class_svm", "dbscan")), GROUPS)
    everywhere = np.full((1, 6), 4.0)
    assert members.score(everywhere)[0] > 2
    by_one = [tail.surprise([1e6])[0] for tail in members.tails]
    assert max(by_one) / 3 < 20


def test_fresh_groups_of_motors_that_differ_are_flagged_as_asked_only_with_cross_fitted_scores() -> None:
    """40 motors with offsets of half a spread; 5 % asked. Scored by their own model, twice as many and more."""
    rng, per = np.random.default_rng(0), 10

    def motors(n: int) -> np.ndarray:
        return rng.standard_normal((n * per, 6)) + np.repeat(0.5 * rng.standard_normal((n, 6)), per, axis=0)

    rows, fresh, groups = motors(40), motors(200), [str(k // per) for k in range(40 * per)]
    for name in ("dbscan", "one_class_svm", "ensemble"):
        detector = fit_detector(name, rows, QUICK, groups)
        own, scores = detector.score(rows), detector.score(fresh)
        crossed = cross_fitted_scores(name, rows, groups, QUICK, 5)
        assert 0.02 < np.mean(scores > threshold_of(crossed, 5.0)) < 0.09, name
        assert np.mean(scores > threshold_of(own, 5.0)) > np.mean(scores > threshold_of(crossed, 5.0)), name


def test_members_of_different_rows_are_refused() -> None:
    parts = fit_detector("ensemble", ROWS, QUICK).parts()
    arrays = dict(parts.arrays)
    for name in ("centre", "spread"):
        arrays[f"robust_z/{name}"] = arrays[f"robust_z/{name}"][:-1]
    with pytest.raises(ValueError, match="the members of the ensemble look at different rows"):
        restore_detector(DetectorParts(parts.name, parts.estimators, arrays, parts.facts))


def test_a_group_for_every_row_is_asked_for() -> None:
    for ask in (
        lambda: fit_detector("ensemble", ROWS, QUICK, GROUPS[:-1]),
        lambda: cross_fitted_scores("robust_z", ROWS, GROUPS[:-1], QUICK, 3),
    ):
        with pytest.raises(ValueError, match="there must be a group for every row, got 199 groups for 200 rows"):
            ask()
