"""Time stamps: an even clock is even however coarsely it is read, an uneven one and a gap are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from sampled_recordings import GOOD, RATES_HZ, clock_of, recorded

from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.clock import Clock


def even_stamps(fs: float, duration_s: float) -> NDArray[np.float64]:
    return np.arange(round(fs * duration_s)) / fs


def stamps_only(stamps_s: NDArray[np.float64], fs: float) -> Clock:
    """Clock of a good current with these stamps."""
    return clock_of(recorded(fs, len(stamps_s) / fs).currents, fs, stamps_s)


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("step_s", [1e-3, 1e-2, 1e-4, 1e-6, 1 / 25600, 1 / 1024, 1 / 64, 1e-9])
@pytest.mark.parametrize("begin_s", [0.0, 1.7e9])
def test_an_even_clock_read_on_any_grid_is_even(fs, step_s, begin_s):
    """Decimal steps, and those of counters that tick 25600, 1024 or 64 times a second; also as times of today."""
    stamps_s = begin_s + step_s * np.floor(even_stamps(fs, 4.0) / step_s + 1e-6)
    clock = stamps_only(stamps_s, fs)
    assert clock.stamps_rise
    assert 100 * clock.stamp_jitter_s * fs < CALIBRATED.stamp_jitter_pct
    assert clock.stamp_gap_s <= 1.1 * max(step_s, 1 / fs) + step_s


@pytest.mark.parametrize(
    ("fs", "step_s", "shown_s"), [(25600.0, 1e-3, 1e-3), (25600.0, 1 / 1024, 1 / 1024), (1000.0, 1e-2, 1e-2)]
)
def test_the_resolution_of_coarse_stamps_is_found(fs, step_s, shown_s):
    clock = stamps_only(step_s * np.floor(even_stamps(fs, 4.0) / step_s + 1e-6), fs)
    assert clock.stamp_step_s == pytest.approx(shown_s, rel=1e-6)


@pytest.mark.parametrize("fs", [*RATES_HZ, 12_000.0])
def test_stamps_as_fine_as_the_clock_are_even(fs):
    clock = stamps_only(even_stamps(fs, 4.0), fs)
    assert clock.stamp_jitter_s == 0.0
    assert clock.stamp_gap_s == pytest.approx(1 / fs)


def test_a_clock_that_drifts_slowly_is_even():
    """300 ppm off, and 20 ppm a second more: a smooth clock is no jitter."""
    sampled = recorded(5000.0, 4.0, replace(GOOD, stamp_step_s=1e-6, clock_ppm=300.0, clock_ppm_per_s=20.0))
    stamp_jitter_s = clock_of(sampled.currents, 5000.0, sampled.stamps_s).stamp_jitter_s
    assert 100 * stamp_jitter_s * 5000 < CALIBRATED.stamp_jitter_pct


@pytest.mark.parametrize("jitter_s", [3e-5, 1e-4, 3e-4])
@pytest.mark.parametrize("begin_s", [0.0, 1.7e9])
def test_fine_stamps_of_a_software_timer_tell_its_jitter(jitter_s, begin_s):
    stamps_s = even_stamps(1000.0, 4.0) + np.random.default_rng(0).normal(0, jitter_s, 4000)
    clock = stamps_only(begin_s + np.maximum.accumulate(stamps_s), 1000.0)
    assert clock.stamp_jitter_s == pytest.approx(jitter_s, rel=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_stamps_of_a_millisecond_show_a_software_timer_that_is_worse(seed):
    """Waits that vary by 1 ms around 2 ms: 0.7 ms rms of the stamps is more than their resolution explains."""
    steps = np.random.default_rng(seed).normal(2e-3, 1e-3, 4000)
    stamps_s = 1e-3 * np.floor(np.cumsum(np.maximum(steps, 1e-4)) * 1e3)
    assert 100 * stamps_only(stamps_s, 500.0).stamp_jitter_s * 500.0 > CALIBRATED.stamp_jitter_pct


@pytest.mark.parametrize("fs", RATES_HZ)
@pytest.mark.parametrize("n_lost", [2, 5, 100])
@pytest.mark.parametrize("grid_s", [None, 1e-4])
def test_a_gap_in_the_stamps_is_found(fs, n_lost, grid_s):
    """Where stamps are coarser than the samples, only a gap longer than their resolution shows."""
    stamps_s = even_stamps(fs, 4.0)
    stamps_s[round(2.3 * fs) :] += n_lost / fs
    if grid_s:
        stamps_s = grid_s * np.floor(stamps_s / grid_s + 1e-6)
    clock = stamps_only(stamps_s, fs)
    assert clock.stamp_gap_s == pytest.approx((n_lost + 1) / fs, abs=(grid_s or 0.0) + 1e-9)
    if clock.stamp_gap_s > 2.5 * max(grid_s or 0.0, 1 / fs):
        assert clock.stamp_jitter_s == 0.0, "the clock is even on either side of the gap"


@pytest.mark.parametrize(
    "stamps_s",
    [
        np.full(4000, np.nan),
        np.full(4000, 7.0),
        np.arange(4000)[::-1] / 1000,
        np.where(np.arange(4000) == 2000, 0.0, np.arange(4000) / 1000),
    ],
)
def test_stamps_that_do_not_rise_are_said_to_be_useless(stamps_s):
    clock = stamps_only(stamps_s, 1000.0)
    assert not clock.stamps_rise
    assert np.isnan([clock.stamp_step_s, clock.stamp_jitter_s, clock.stamp_gap_s]).all()


@pytest.mark.parametrize("stamps_s", [None, np.arange(3.0)])
def test_without_stamps_nothing_is_said_of_them(stamps_s):
    clock = clock_of(recorded(1000.0, 2.0).currents, 1000.0, stamps_s)
    assert clock.stamps_rise and np.isnan(clock.stamp_step_s)
