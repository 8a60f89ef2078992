"""Probabilities are honest after calibration, whatever the weights did to them before."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV

from diagmod.models.faults.calibration import CALIBRATIONS, calibration_error, fit_calibration


def _overconfident(n=4000, seed=0):
    """Truth drawn from known probabilities of three classes, stated with odds to the third power."""
    rng = np.random.default_rng(seed)
    true = rng.dirichlet([4.0, 1.0, 0.7], n)
    truth = (rng.uniform(size=(n, 1)) > np.cumsum(true, axis=1)).sum(axis=1)
    stated = true**3 / (true**3).sum(axis=1, keepdims=True)
    return stated, truth


def test_error_of_eight_in_ten_said_with_certainty_is_a_fifth():
    """Ten recordings said with certainty, eight right: the gap is 0.2 in the only bin."""
    said = np.tile([1.0, 0.0], (10, 1))
    assert calibration_error(said, np.array([0] * 8 + [1] * 2)) == pytest.approx(0.2)


def test_error_of_nothing_is_not_known():
    assert np.isnan(calibration_error(np.zeros((0, 2)), np.zeros(0, dtype=int)))


@pytest.mark.parametrize("kind", ["sigmoid", "isotonic", "temperature"])
def test_what_was_overconfident_is_honest_on_new_recordings(kind):
    said, truth = _overconfident()
    fresh, fresh_truth = _overconfident(seed=1)
    scale = fit_calibration(kind, said, truth)
    assert calibration_error(fresh, fresh_truth) > 0.1
    assert calibration_error(scale.apply(fresh), fresh_truth) < 0.03
    np.testing.assert_allclose(scale.apply(fresh).sum(axis=1), 1.0)


def test_temperature_undoes_the_power_that_was_applied():
    """Odds to the third power are undone by a temperature of 3."""
    scale = fit_calibration("temperature", *_overconfident(20000))
    assert scale.arrays["temperature"][0] == pytest.approx(3.0, abs=0.15)


def test_sigmoid_is_about_what_scikit_learn_makes_of_two_classes():
    from sklearn.frozen import FrozenEstimator
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    x = rng.normal(size=(800, 2))
    y = (x[:, 0] + rng.normal(0, 1, 800) > 0.8).astype(int)
    model = LogisticRegression(class_weight="balanced").fit(x, y)
    theirs = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid").fit(x, y).predict_proba(x)
    ours = fit_calibration("sigmoid", model.predict_proba(x), y).apply(model.predict_proba(x))
    np.testing.assert_allclose(ours, theirs, atol=0.02)


@pytest.mark.parametrize("kind", CALIBRATIONS)
def test_class_that_nobody_taught_keeps_probability_zero(kind):
    said = np.array([[0.7, 0.3, 0.0], [0.2, 0.8, 0.0], [0.6, 0.4, 0.0], [0.1, 0.9, 0.0]])
    found = fit_calibration(kind, said, np.array([0, 1, 1, 1])).apply(said)
    assert (found[:, 2] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_unknown_calibration_is_refused_by_name():
    with pytest.raises(ValueError, match=r"calibration must be one of sigmoid, isotonic.*got 'beta'"):
        fit_calibration("beta", np.ones((1, 1)), np.zeros(1, dtype=int))
