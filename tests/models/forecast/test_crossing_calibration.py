"""The map of probabilities: it mends what is wrong, leaves what is right, and never sees the motor it is applied to."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from diagmod.models.forecast.crossing_calibration import CrossingCalibration, fit_calibration, held_out


def _forecasts(n_motors: int, each: int, slope: float, offset: float, seed: int) -> tuple[np.ndarray, ...]:
    """Stated probabilities, outcomes drawn at the log-odds ``offset + slope`` times the stated ones, motors."""
    rng = np.random.default_rng(seed)
    said = expit(rng.normal(-1, 2, n_motors * each))
    hit = rng.uniform(size=len(said)) < expit(offset + slope * logit(said))
    return said, hit, np.repeat([f"M{k:02d}" for k in range(n_motors)], each)


def test_overconfident_probabilities_are_drawn_together() -> None:
    fitted = fit_calibration(*_forecasts(60, 12, 0.5, 0.0, 0))
    assert fitted.slope == pytest.approx(0.5, abs=0.1)
    assert fitted.offset == pytest.approx(0.0, abs=0.25)


def test_probabilities_that_are_too_low_are_raised() -> None:
    fitted = fit_calibration(*_forecasts(60, 12, 1.0, 1.0, 1))
    assert fitted.offset == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("seed", range(5))
def test_right_probabilities_are_left_nearly_as_they_are(seed: int) -> None:
    fitted = fit_calibration(*_forecasts(12, 24, 1.0, 0.0, seed))
    grid = np.array([0.05, 0.2, 0.5, 0.8])
    assert np.abs(fitted.apply(grid) - grid).max() < 0.12


def test_the_map_rises_whatever_the_outcomes_are() -> None:
    said, hit, motors = _forecasts(20, 12, 1.0, 0.0, 2)
    fitted = fit_calibration(said, ~hit, motors)
    assert fitted.slope > 0
    assert (np.diff(fitted.apply(np.linspace(0, 1, 50))) >= 0).all()


def test_few_crossings_change_nothing() -> None:
    said, motors = np.full(40, 0.2), np.repeat(["M1", "M2", "M3", "M4"], 10)
    seven = np.arange(40) % 6 == 0
    assert seven.sum() == 7
    assert fit_calibration(said, seven, motors).is_identity
    assert fit_calibration(said, np.zeros(40, dtype=bool), motors).is_identity
    assert fit_calibration(said, motors == "M1", motors).is_identity
    assert fit_calibration(said[:0], seven[:0], motors[:0]).is_identity
    assert fit_calibration(np.full(40, np.nan), seven, motors).n == 0


def test_a_motor_with_many_rows_counts_no_more_than_its_bound() -> None:
    """One motor of 600 rows that always crosses at 0.1, against 30 motors of 12 rows that are as they say."""
    said, hit, motors = _forecasts(30, 12, 1.0, 0.0, 3)
    alone = fit_calibration(said, hit, motors)
    joined = [np.concatenate(pair) for pair in zip((said, hit, motors), _stubborn(600), strict=True)]
    assert abs(fit_calibration(*joined).offset - alone.offset) < 0.6


def _stubborn(n: int) -> tuple[np.ndarray, ...]:
    return np.full(n, 0.1), np.ones(n, dtype=bool), np.full(n, "X")


def test_a_motor_is_not_calibrated_on_itself() -> None:
    said, hit, motors = _forecasts(12, 24, 0.5, 0.0, 4)
    before, _ = held_out(said, hit, motors)
    turned = np.where(motors == "M03", ~hit, hit)
    after, climatology = held_out(said, turned, motors)
    own = motors == "M03"
    assert np.array_equal(before[own], after[own])
    assert not np.array_equal(before[~own], after[~own])
    assert climatology[own][0] == pytest.approx((hit[~own].sum() + 0.5) / ((~own).sum() + 1))


def test_a_single_motor_has_no_others_and_keeps_its_probabilities() -> None:
    said, hit, motors = _forecasts(1, 24, 0.5, 0.0, 5)
    calibrated, climatology = held_out(said, hit, motors)
    assert np.array_equal(calibrated, said)
    assert (climatology == 0.5).all()


def test_certainties_stay_probabilities_and_nan_stays() -> None:
    found = CrossingCalibration(offset=1.0, slope=2.0).apply(np.array([0.0, 1.0, np.nan]))
    assert 0 < found[0] < found[1] < 1
    assert np.isnan(found[2])


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a probability must lie between 0 and 1, got 0.5 to 50"):
        fit_calibration(np.array([0.5, 50.0]), np.array([True, False]), np.array(["a", "b"]))
    with pytest.raises(ValueError, match=r"got 2 probabilities, 1 outcomes and 2 motors; give one of each"):
        held_out(np.array([0.5, 0.5]), np.array([True]), np.array(["a", "b"]))
