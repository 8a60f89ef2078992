"""A severity is read off a line that was learned elsewhere, and not pretended where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.faults.severity import LEAST, figures_of, fit_severity
from diagmod.models.own_baseline import Rows


def _rows(severity, load=None, noise=0.0, seed=0, name="bars"):
    """Logarithm of bars = log10 of the severity: half a severity is half a bar."""
    n, rng = len(severity), np.random.default_rng(seed)
    value = np.log10(severity) + rng.normal(0, noise, n) if name == "bars" else rng.normal(size=n)
    motor = np.array([f"M{k // 4}" for k in range(n)])
    load = np.full(n, 0.7) if load is None else load
    return Rows((name,), value[:, None], motor, np.arange(n).astype(str), load, np.zeros(n, dtype=bool))


def test_line_through_logarithms_finds_the_severity_of_other_motors():
    severity = np.tile([0.1, 0.2, 0.4, 0.8], 6)
    rows = _rows(severity, noise=0.02)
    model = fit_severity(rows, severity, rows.motor.tolist(), "broken_bar", 3, 0)
    fresh = np.array([0.15, 0.3, 0.6])
    value, low, high = model.predict(_rows(fresh), 0.9)
    np.testing.assert_allclose(value, fresh, rtol=0.1)
    assert ((low < value) & (value < high)).all()


def test_line_holds_at_a_load_that_nobody_recorded():
    severity = np.tile([0.1, 0.2, 0.4, 0.8], 6)
    rows = _rows(severity, np.repeat([0.3, 0.4], 12))
    model = fit_severity(rows, severity, rows.motor.tolist(), "broken_bar", 3, 0)
    value = model.predict(_rows(np.array([0.5]), np.array([1.0])), 0.9)[0]
    assert value[0] == pytest.approx(0.5, rel=0.15)


def test_interval_holds_the_truth_as_often_as_stated():
    rng = np.random.default_rng(3)
    severity, fresh = rng.uniform(0.1, 0.9, 800), rng.uniform(0.1, 0.9, 1000)
    rows = _rows(severity, noise=0.1)
    model = fit_severity(rows, severity, rows.motor.tolist(), "broken_bar", 4, 0)
    _, low, high = model.predict(_rows(fresh, noise=0.1, seed=9), 0.9)
    assert ((low <= fresh) & (fresh <= high)).mean() == pytest.approx(0.9, abs=0.03)


def test_figure_that_tells_nothing_gives_the_usual_severity_and_a_wide_interval():
    severity = np.tile([0.1, 0.3, 0.5, 0.9], 10)
    rows = _rows(severity, name="bpfo_pair_db")
    model = fit_severity(rows, severity, rows.motor.tolist(), "bearing_outer", 4, 0)
    assert model.figures == ()
    value, low, high = model.predict(rows, 0.9)
    assert (value == value[0]).all()
    assert (high - low > 0.5).all()


def test_one_motor_gives_a_line_and_no_interval():
    severity = np.linspace(0.1, 0.9, 12)
    model = fit_severity(_rows(severity), severity, ["M0"] * 12, "broken_bar", 3, 0)
    value, low, high = model.predict(_rows(np.array([0.5])), 0.9)
    assert value[0] == pytest.approx(0.5, rel=0.1)
    assert (low[0], high[0]) == (0.0, 1.0)


@pytest.mark.parametrize("severity", [np.full(20, np.nan), np.full(20, 0.5), np.r_[0.2, 0.4, np.full(18, np.nan)]])
def test_too_few_severities_give_no_model(severity):
    rows = _rows(np.full(20, 0.5))
    assert fit_severity(rows, severity, rows.motor.tolist(), "broken_bar", 3, 0) is None


def test_unknown_figures_and_wild_values_stay_within_the_scale():
    severity = np.tile([0.1, 0.2, 0.4, 0.8], 6)
    rows = _rows(severity)
    model = fit_severity(rows, severity, rows.motor.tolist(), "broken_bar", 3, 0)
    wild = Rows(
        ("bars",), np.array([[np.nan], [1e9], [-1e9]]), np.array(["A"] * 3), np.array(["1", "2", "3"]),
        np.full(3, np.nan), np.zeros(3, dtype=bool),
    )  # fmt: skip
    value = model.predict(wild, 0.9)[0]
    assert 0.1 < value[0] < 0.8
    np.testing.assert_allclose(value[1:], [1.0, LEAST])
    assert model.predict(wild.only(np.zeros(3, dtype=bool)), 0.9)[0].shape == (0,)


def test_fault_has_its_own_figures_and_an_unknown_one_has_all():
    assert figures_of("stator_short", ("bars", "i2_log", "i2_change_log", "crest_R")) == ("i2_log", "i2_change_log")
    assert figures_of("misalignment", ("bars", "crest_R")) == ("bars",)
