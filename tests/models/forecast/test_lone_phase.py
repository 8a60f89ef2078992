"""A phase that drifts alone is told, and load, wear, shorts and unbalance are not taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.models.forecast.lone_phase import lone_phase
from diagmod.models.forecast.series import TrendSeries

DAYS = np.arange(90)


def _phases(
    r: np.ndarray, s: np.ndarray, t: np.ndarray, seed: int = 0, breaks: tuple[int, ...] = ()
) -> list[TrendSeries]:
    """Three phases with a wandering load and 0.1 % of noise a day."""
    rng = np.random.default_rng(seed)
    load = 10 * (1 + 0.02 * np.sin(DAYS / 9) + 0.01 * rng.standard_normal(90))
    start = np.datetime64("2026-01-05T00")
    return [
        TrendSeries(
            "M01", f"rms_{name}", "A", 24, start, load * factor * (1 + 0.001 * rng.standard_normal(90)), breaks=breaks
        )
        for name, factor in zip("RST", (r, s, t), strict=True)
    ]


ONE = np.ones(90)


def test_a_transducer_that_gains_one_per_cent_a_month_is_named() -> None:
    found = lone_phase(_phases(ONE, 1 + 0.01 * DAYS / 30, ONE))
    assert found is not None
    assert found.quantity == "rms_S"
    assert found.drift_pct == pytest.approx(1.0, abs=0.15)
    assert found.others_pct < 0.2


def test_one_that_loses_has_a_negative_drift() -> None:
    found = lone_phase(_phases(ONE, ONE, 1 - 0.01 * DAYS / 30))
    assert found is not None and found.quantity == "rms_T" and found.drift_pct < -0.8


@pytest.mark.parametrize("seed", range(20))
def test_steady_phases_and_worn_drives_name_none(seed: int) -> None:
    wear = 1 + 0.05 * DAYS / 30
    assert lone_phase(_phases(ONE, ONE, ONE, seed)) is None
    assert lone_phase(_phases(wear, wear, wear, seed)) is None


def test_a_short_that_raises_the_other_phases_unequally_names_none() -> None:
    """Rises of 3.0, 1.4 and 0.5 % a month, as 8, 3.6 and 1.3 deviations of a simulated short."""
    assert lone_phase(_phases(*(1 + share * DAYS / 30 for share in (0.03, 0.014, 0.005)))) is None


def test_an_unbalance_that_counts_less_at_more_load_is_no_drift() -> None:
    load = 1 + 0.04 * DAYS / 30
    phases = _phases(load, load, load)
    tilted = TrendSeries(**{**vars(phases[0]), "values": phases[0].values ** 0.8})
    assert lone_phase([tilted, *phases[1:]]) is None


def test_what_was_before_a_repair_does_not_count() -> None:
    drifting = 1 + 0.03 * np.minimum(DAYS, 60) / 30
    drifting[60:] = 1
    assert lone_phase(_phases(drifting, ONE, ONE, breaks=(60,))) is None


def test_too_few_phases_or_days_name_none() -> None:
    phases = _phases(1 + 0.02 * DAYS / 30, ONE, ONE)
    assert lone_phase(phases[:2]) is None
    assert lone_phase([series.until(20) for series in phases]) is None
    empty = [TrendSeries(**{**vars(series), "values": np.full(90, np.nan)}) for series in phases]
    assert lone_phase(empty) is None
    constant = [TrendSeries(**{**vars(series), "values": np.full(90, 5.0)}) for series in phases]
    assert lone_phase(constant) is None


def test_phases_of_other_lengths_are_compared_where_they_meet() -> None:
    phases = _phases(1 + 0.01 * DAYS / 30, ONE, ONE)
    found = lone_phase([phases[0], phases[1].between(10, 90), phases[2].until(85)])
    assert found is not None and found.quantity == "rms_R"


def test_hours_are_refused() -> None:
    hourly = [TrendSeries(**{**vars(series), "step_h": 1}) for series in _phases(ONE, ONE, ONE)]
    with pytest.raises(ValueError, match=r"phases are compared by daily means"):
        lone_phase(hourly)
