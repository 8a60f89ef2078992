"""The score of the Numenta benchmark on cases that can be worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from nab_scoring import begins, nab_score, probation_rows, sigmoid, trivial_detections

#: Two windows of a hundred rows in a thousand.
WINDOWS = [(300, 399), (700, 799)]


def _detected(*rows: int) -> np.ndarray:
    flags = np.zeros(1000, dtype=bool)
    flags[list(rows)] = True
    return flags


def test_the_sigmoid_is_that_of_the_paper() -> None:
    """2 / (1 + e^(5 y)) - 1: 2 / (1 + e^-5) - 1 = 0.98661 at the left end, 0 at the right, -1 beyond three windows."""
    assert sigmoid(-1.0) == pytest.approx(0.98661, abs=1e-5)
    assert sigmoid(0.0) == 0
    assert sigmoid(0.2) == pytest.approx(-0.46212, abs=1e-5)
    assert sigmoid(3.1) == -1


def test_silence_is_0_and_the_first_row_of_every_window_is_100() -> None:
    assert set(nab_score(_detected(), WINDOWS).scores.values()) == {0.0}
    perfect = nab_score(_detected(300, 700), WINDOWS)
    assert list(perfect.scores.values()) == pytest.approx([100, 100, 100])
    assert (perfect.n_found, perfect.n_false) == (2, 0)


def test_only_the_first_detection_in_a_window_counts() -> None:
    assert nab_score(_detected(300, 301, 399, 700), WINDOWS) == nab_score(_detected(300, 700), WINDOWS)


def test_one_of_two_windows_is_half_or_less_where_misses_cost_double() -> None:
    """Standard: gained 1, missed 1, silence -2, perfect 2: (0 + 2) / 4. Low false negatives: (1 - 2 + 4) / 6."""
    found = nab_score(_detected(300), WINDOWS).scores
    assert found["standard"] == pytest.approx(50)
    assert found["low_false_negatives"] == pytest.approx(50)


def test_a_late_detection_gains_less() -> None:
    """In the middle y = -0.5: (2 / (1 + e^-2.5) - 1) / 0.98661 = 0.85979; of two windows that is (0.85979 + 1) / 4."""
    found = nab_score(_detected(350), WINDOWS).scores["standard"]
    assert found == pytest.approx(100 * (0.85979 + 1) / 4, abs=1e-2)


def test_a_false_detection_costs_its_weight_and_twice_that_where_false_ones_count_double() -> None:
    """Before any window it costs 0.11 of a scale of four: 2.75; row 650 lies 2.5 windows behind: 1 - 7e-6 of it."""
    assert nab_score(_detected(200), WINDOWS).scores["standard"] == pytest.approx(-2.75)
    assert nab_score(_detected(200), WINDOWS).scores["low_false_positives"] == pytest.approx(-5.5)
    assert nab_score(_detected(650), WINDOWS).scores["standard"] == pytest.approx(-2.75, abs=1e-3)
    assert -1.5 < nab_score(_detected(410), WINDOWS).scores["standard"] < 0


def test_detections_in_the_probation_are_left_out() -> None:
    assert probation_rows(1000) == 150
    assert probation_rows(22_695) == 750
    assert nab_score(_detected(10, 149), WINDOWS).n_false == 0


def test_trivial_detectors_tell_the_begin_of_a_run() -> None:
    values = np.r_[np.tile([0.0, 1.0], 200), [9.0] * 5, np.tile([0.0, 1.0], 100)]
    found = trivial_detections(values, 0)
    assert np.flatnonzero(found["fixed_threshold"]).tolist() == [400]
    assert found["three_sigma_rows"].sum() == 5
    assert begins(np.array([True, True, False, True])).tolist() == [True, False, False, True]
