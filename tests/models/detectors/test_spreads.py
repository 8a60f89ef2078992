"""Sigma rule and robust z by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from handmade_healthy import QUICK, healthy

from diagmod.models.detectors.detector import fit_detector

#: Mean 0, standard deviation (n - 1) of sqrt(20 / 4); median 0, MAD 2.
COLUMN = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])


def test_sigma_rule_is_the_largest_distance_in_standard_deviations() -> None:
    """Deviations sqrt(5) and 2 sqrt(5): of the row (5, 5) the first figure is sqrt(5) off, the second half of it."""
    detector = fit_detector("sigma_rule", np.stack([COLUMN, 2 * COLUMN], axis=1), QUICK)
    np.testing.assert_allclose(detector.score([[5.0, 5.0]]), np.sqrt(5))
    np.testing.assert_array_equal(detector.contributions([[5.0, 5.0]]), [[1.0, 0.0]])


def test_robust_z_is_the_mean_of_the_highest_squares() -> None:
    """MAD 1 x 1.4826 in each of three figures: of (3, 2, 1) the two highest squares are 9 and 4 over 1.4826^2."""
    detector = fit_detector("robust_z", np.stack([COLUMN] * 3, axis=1), replace(QUICK, n_highest=2))
    np.testing.assert_allclose(detector.score([[3.0, 2.0, 1.0]]), (9 + 4) / 2 / 1.4826**2)
    np.testing.assert_allclose(detector.contributions([[3.0, 2.0, 1.0]]), [[9 / 13, 4 / 13, 0.0]])


def test_bad_training_rows_move_the_sigma_rule_and_not_the_robust_z() -> None:
    """A tenth of the rows lies 50 spreads off; a row 6 spreads off is to be seen nevertheless."""
    rows = healthy(200)
    rows[:20] += 50
    strange = np.full((1, rows.shape[1]), 6.0)
    for name, is_seen in (("sigma_rule", False), ("robust_z", True)):
        detector = fit_detector(name, rows, QUICK)
        assert bool(detector.score(strange)[0] > np.quantile(detector.score(rows[20:]), 0.99)) == is_seen


def test_a_constant_figure_is_measured_in_the_unit_of_the_rows() -> None:
    rows = np.stack([COLUMN, np.full(5, 2.0)], axis=1)
    np.testing.assert_allclose(fit_detector("sigma_rule", rows, QUICK).score([[0.0, 6.0]]), 4.0)
    np.testing.assert_allclose(fit_detector("robust_z", rows, replace(QUICK, n_highest=1)).score([[0.0, 6.0]]), 16.0)


def test_a_figure_that_is_mostly_one_value_is_measured_in_standard_deviations() -> None:
    """MAD 0, but not constant: 0, 0, 0, 0, 5 has the standard deviation sqrt(5)."""
    rows = np.array([[0.0], [0.0], [0.0], [0.0], [5.0]])
    np.testing.assert_allclose(fit_detector("robust_z", rows, QUICK).score([[5.0]]), 5.0)
