"""A recording states its rate, its length and its start, or it is not one."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from diagmod.core.recording import Recording


def recording(**changes):
    """Half a second of three phases at 1 kHz, with some values replaced."""
    values = {"currents": np.ones((3, 500), np.float32), "fs": 1000.0, "motor_id": "M1"}
    return Recording(**(values | {"started_at": datetime(2026, 1, 5, 8, tzinfo=UTC)} | changes))


def test_500_samples_at_1_khz_last_half_a_second():
    assert recording().duration_s == 0.5


def test_phase_of_nan_is_absent_and_a_phase_with_a_gap_is_present():
    currents = np.ones((3, 500), np.float32)
    currents[1] = np.nan
    currents[2, 100:] = np.nan
    assert recording(currents=currents).phases == "RT"


def test_recording_without_any_sample_of_a_phase_has_no_phases():
    assert recording(currents=np.full((3, 4), np.nan, np.float32)).phases == ""


@pytest.mark.parametrize("shape", [(3, 0), (2, 500), (500, 3), (3,)])
def test_currents_of_another_shape_are_refused(shape):
    with pytest.raises(
        ValueError, match=r"shape \(3, n_samples\) with rows R, S, T, got .*fill an absent phase with NaN"
    ):
        recording(currents=np.ones(shape, np.float32))


@pytest.mark.parametrize("fs", [0.0, -1000.0, float("nan"), float("inf")])
def test_rate_that_is_not_positive_and_finite_is_refused(fs):
    with pytest.raises(ValueError, match=f"fs must be positive, got {fs}; pass the sampling rate in Hz"):
        recording(fs=fs)


def test_start_without_time_zone_is_refused():
    with pytest.raises(ValueError, match=r"started_at must be in UTC, got 2026-01-05T08:00:00; add \+00:00 or convert"):
        recording(started_at=datetime(2026, 1, 5, 8))


def test_start_in_another_time_zone_is_refused():
    with pytest.raises(ValueError, match=r"must be in UTC, got 2026-01-05T08:00:00\+01:00"):
        recording(started_at=datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=1))))


def test_start_may_be_unknown():
    assert recording(started_at=None).started_at is None
