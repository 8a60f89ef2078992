"""Quantiles and normal scores are two ways to say the same, and paths of true errors are calibrated."""

import numpy as np
from scipy.special import ndtri

from diagmod.models.forecast.error_paths import (
    calibrated,
    gaussian_scores,
    margins_of,
    normal_scores,
    paths_of,
    usable_paths,
)
from diagmod.models.forecast.method import LEVELS

#: Quantiles of a normal distribution of mean 10 and deviation 2, three steps.
NORMAL = np.repeat(10 + 2 * ndtri(LEVELS)[:, None], 3, axis=1)


def test_a_score_is_how_many_deviations_what_came_lies_off():
    assert np.allclose(normal_scores(NORMAL, np.array([10.0, 14.0, 5.0])), [0.0, 2.0, -2.5], atol=1e-4)


def test_scores_and_paths_are_inverse_also_of_skewed_quantiles():
    skewed = np.cumsum(np.array([[1.0], [0.2], [0.5], [2.0], [7.0]]), axis=0).repeat(40, axis=1)
    came = np.linspace(0, 25, 40)
    scores = normal_scores(skewed, came)
    np.testing.assert_allclose(paths_of(skewed, scores[None])[0], came, atol=1e-4)


def test_what_was_not_measured_has_no_score_and_certain_quantiles_have_finite_ones():
    flat = np.full((5, 2), 3.0)
    assert np.isnan(normal_scores(flat, np.array([np.nan, 3.0]))).tolist() == [True, False]
    assert np.isfinite(normal_scores(flat, np.array([1e9, -1e9]))).all()
    assert np.isnan(normal_scores(np.full((5, 1), np.nan), np.array([1.0]))).all()


def test_a_path_measured_too_badly_is_left_out_and_small_gaps_are_bridged():
    scores = np.array([[0.0, np.nan, 2.0, 3.0], [np.nan, np.nan, 1.0, 1.0]])
    assert usable_paths(scores).tolist() == [[0.0, 1.0, 2.0, 3.0]]
    assert usable_paths(np.full((2, 4), np.nan)).shape == (0, 4)


def test_intervals_that_were_too_narrow_are_widened_until_they_hold():
    """Errors three times as large as the method said: its 90 % interval held 42 %; calibrated, 90 %."""
    rng = np.random.default_rng(5)
    scores = normal_scores(np.repeat(ndtri(LEVELS)[:, None], 30, axis=1), 3 * rng.standard_normal((400, 30)))
    wide = calibrated(np.repeat(ndtri(LEVELS)[:, None], 30, axis=1), scores)
    came = 3 * rng.standard_normal((400, 30))
    assert 0.88 < ((came > wide[0]) & (came < wide[-1])).mean() < 0.92
    assert (np.diff(wide, axis=0) > 0).all()


def test_the_median_stays_that_of_the_method():
    scores = 1.0 + gaussian_scores(300, 12, seed=1)
    assert (margins_of(scores)[2] == 0).all()
    assert (margins_of(scores)[0] <= 0).all()


def test_paths_keep_how_errors_hang_together():
    """Errors that last all horizon long cross a limit as often as on any one day; independent ones far more often."""
    rng = np.random.default_rng(2)
    lasting = np.repeat(rng.standard_normal((4000, 1)), 3, axis=1)
    limit = 10 + 2 * 1.645
    share = (paths_of(NORMAL, lasting) > limit).any(axis=1).mean()
    independent = (paths_of(NORMAL, rng.standard_normal((4000, 3))) > limit).any(axis=1).mean()
    assert 0.04 < share < 0.06
    assert 0.12 < independent < 0.16


def test_random_walks_have_deviation_one_at_every_step():
    walks = gaussian_scores(4000, 20, seed=3)
    np.testing.assert_allclose(walks.std(axis=0), 1.0, atol=0.05)
    assert np.corrcoef(walks[:, 18], walks[:, 19])[0, 1] > 0.95
