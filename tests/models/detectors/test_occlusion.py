"""Shares by occlusion: hand arithmetic, and the same for a table as for its rows."""

from __future__ import annotations

import time

import numpy as np
from handmade_healthy import healthy

from diagmod.models.detectors import occlusion
from diagmod.models.detectors.detector import DetectorSettings, fit_detector
from diagmod.models.detectors.occlusion import occlusion_shares, shares


def test_shares_are_the_falls_of_the_score_by_hand() -> None:
    """Sum of squares about the middle (0, 0, 1): figures at 3, 1 and 1 lower it by 9, 1 and 0."""
    middle = np.array([0.0, 0.0, 1.0])
    found = occlusion_shares(lambda rows: ((rows - middle) ** 2).sum(axis=1), np.array([[3.0, 1.0, 1.0]]), middle)
    np.testing.assert_allclose(found, [[0.9, 0.1, 0.0]])


def test_a_figure_without_which_the_row_were_stranger_has_no_share() -> None:
    found = occlusion_shares(lambda rows: rows[:, 0] - rows[:, 1], np.array([[2.0, 5.0]]), np.zeros(2))
    np.testing.assert_array_equal(found, [[1.0, 0.0]])


def test_where_nothing_lowers_the_score_all_share_alike() -> None:
    np.testing.assert_array_equal(
        occlusion_shares(lambda rows: 0 * rows[:, 0], np.ones((1, 4)), np.zeros(4)), [[0.25] * 4]
    )


def test_shares_of_huge_and_of_tiny_amounts_still_add_up() -> None:
    np.testing.assert_allclose(
        shares(np.array([[1e300, 3e300], [1e-300, 3e-300], [0.0, 0.0]]))[:, 1], [0.75, 0.75, 0.5]
    )


def test_blocks_change_nothing_and_no_rows_are_no_failure(monkeypatch) -> None:
    rows = healthy(50)
    detector = fit_detector("isolation_forest", rows, DetectorSettings(seed=0, n_trees=10))
    whole = detector.contributions(rows)
    monkeypatch.setattr(occlusion, "_AT_A_TIME", 100)
    np.testing.assert_array_equal(detector.contributions(rows), whole)
    assert detector.contributions(np.empty((0, 6))).shape == (0, 6)


def test_a_thousand_rows_of_a_hundred_figures_are_explained_in_seconds() -> None:
    """With 200 trees; about 1 s on one core, 10 s allow for a busy machine."""
    rows = np.random.default_rng(0).standard_normal((1000, 100))
    detector = fit_detector("isolation_forest", rows, DetectorSettings(seed=0))
    begin = time.perf_counter()
    detector.contributions(rows)
    assert time.perf_counter() - begin < 10
