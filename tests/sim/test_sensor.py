from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from line_fit import phasors
from numpy.typing import NDArray

from diagmod.sim.sensor import Sampled, Sensor, sample

FS, N = 1000.0, 4000

#: Step and begin of the fine grid.
STEP_S, BEGIN_S = 1e-4, -0.05


def current(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Balanced 10 A peak at 50 Hz."""
    return 10 * np.cos(2 * np.pi * (50 * times_s[None, :] - np.array([0.0, 1 / 3, 2 / 3])[:, None]))


def acquire(sensor: Sensor, seed: int = 0) -> Sampled:
    """The current through a sensor; the range refers to 10 A."""
    if sensor.samples_on_the_grid:
        grid, begin_s, step_s = current(np.arange(2 * N) / FS), 0.0, 1 / FS
    else:
        grid, begin_s, step_s = (
            current(BEGIN_S + np.arange(round((2 * N / FS + 0.1) / STEP_S)) * STEP_S),
            BEGIN_S,
            STEP_S,
        )
    return sample(sensor, grid, begin_s, step_s, FS, N, 10.0, np.random.default_rng(seed))


TIMES_S = np.arange(N) / FS


def test_a_perfect_sensor_changes_nothing() -> None:
    assert np.array_equal(acquire(Sensor()).currents, current(TIMES_S))


def test_interpolation_between_grid_points_is_exact_to_minus_180_dbc_at_50_hz() -> None:
    got = acquire(Sensor(clock_ppm=123.456))
    error = got.currents - current(got.instants_s)
    assert 20 * np.log10(np.abs(error).max() / 10) < -180


def test_a_skew_of_20_us_makes_0_36_percent_of_negative_sequence() -> None:
    """0.577 x 2 pi x 50 x 20e-6 = 0.363 %."""
    positive, negative = phasors(acquire(Sensor(skew_s=20e-6)).currents, FS, [50.0, -50.0])
    assert abs(negative / positive) == pytest.approx(0.00363, rel=0.01)


def test_a_gain_error_of_one_percent_makes_a_third_of_it_of_negative_sequence() -> None:
    positive, negative = phasors(acquire(Sensor(gain=(1.01, 1.0, 1.0))).currents, FS, [50.0, -50.0])
    assert abs(negative / positive) == pytest.approx(0.01 / 3, rel=0.01)


def test_an_offset_is_its_share_of_the_rated_peak() -> None:
    means = acquire(Sensor(offset_share=(0.01, 0.0, -0.02))).currents.mean(axis=1)
    assert means == pytest.approx([0.1, 0.0, -0.2], abs=1e-12)


def test_noise_has_the_stated_rms_against_the_rated_current() -> None:
    noise = acquire(Sensor(noise_dbc=-60.0)).currents - current(TIMES_S)
    assert noise.std() == pytest.approx(10 / np.sqrt(2) / 1000, rel=0.03)


def test_a_range_below_the_peak_clips_and_counts() -> None:
    got = acquire(Sensor(range_share=0.8))
    assert np.abs(got.currents).max() == 8.0
    assert got.clipped == np.count_nonzero(np.abs(current(TIMES_S)) >= 8.0)


def test_quantisation_lies_on_the_steps_of_the_range() -> None:
    """12 bits over +-20 A: steps of 40/4096 A."""
    got = acquire(Sensor(range_share=2.0, bits=12))
    in_steps = got.currents / (40 / 4096)
    assert np.array_equal(in_steps, np.round(in_steps))
    assert np.abs(got.currents - current(TIMES_S)).max() <= 20 / 4096


def test_jitter_raises_the_floor_by_its_share_of_a_turn() -> None:
    """White jitter of 100 us at 50 Hz: error rms 2 pi 50 1e-4 = 3.1 % of the carrier's rms."""
    got = acquire(Sensor(jitter_s=100e-6))
    error = got.currents - current(TIMES_S)
    assert error.std() / (10 / np.sqrt(2)) == pytest.approx(2 * np.pi * 50 * 1e-4, rel=0.05)
    assert np.std(got.instants_s - TIMES_S) == pytest.approx(100e-6, rel=0.05)


def test_a_period_too_long_makes_the_line_appear_higher() -> None:
    """+1000 ppm: 50 Hz is read as 50.05 Hz."""
    got = acquire(Sensor(clock_ppm=1000.0))
    true, apparent = np.abs(phasors(got.currents, FS, [50.0, 50.05]))
    assert apparent == pytest.approx(10, rel=1e-6) and true < 1e-5


def test_clock_drift_is_quadratic_in_time() -> None:
    got = acquire(Sensor(clock_ppm_per_s=10.0))
    assert got.instants_s - TIMES_S == pytest.approx(10e-6 * TIMES_S**2 / 2, abs=1e-15)


def test_dropped_samples_close_up_and_are_told() -> None:
    got = acquire(Sensor(dropped_share=0.01))
    assert got.currents.shape == (3, N)
    assert got.dropped_at.size == 40
    kept = np.setdiff1d(np.arange(N + 40), got.dropped_at)
    assert np.array_equal(got.currents, current(kept / FS))


def test_held_samples_repeat_the_one_before_and_are_counted() -> None:
    got = acquire(Sensor(held_share=0.1))
    repeats = np.all(got.currents[:, 1:] == got.currents[:, :-1], axis=0)
    assert repeats.sum() == got.held == pytest.approx(400, abs=80)


def test_coarse_stamps_are_rounded_down() -> None:
    got = acquire(Sensor(stamp_step_s=0.01))
    assert got.stamps_s is not None
    assert got.stamps_s[[0, 9, 10, 25]] == pytest.approx([0, 0, 0.01, 0.02])
    assert acquire(Sensor()).stamps_s is None


def test_swapped_phases_turn_the_field_around() -> None:
    positive, negative = np.abs(phasors(acquire(Sensor(order="RTS")).currents, FS, [50.0, -50.0]))
    assert negative == pytest.approx(10) and positive < 1e-9


def test_a_reversed_phase_changes_sign_and_a_dead_one_reads_noise() -> None:
    got = acquire(Sensor(reversed_phases="S", dead_phases="T", noise_dbc=-80.0)).currents
    assert got[1] == pytest.approx(-current(TIMES_S)[1], abs=0.01)
    assert np.abs(got[2]).max() < 0.01 and got[2].std() > 0


def test_the_same_seed_gives_the_same_samples() -> None:
    sensor = Sensor(noise_dbc=-60.0, jitter_s=1e-5, dropped_share=0.01, held_share=0.01)
    assert np.array_equal(acquire(sensor, 5).currents, acquire(sensor, 5).currents)
    assert not np.array_equal(acquire(sensor, 5).currents, acquire(sensor, 6).currents)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"order": "RRT"}, "order must name R, S and T once each, got \"?'?RRT"),
        ({"bits": 12}, "bits must be 4 to 32 with a finite range_share, got 12, inf"),
        ({"held_share": 0.7}, "held_share must be 0 to below 0.5, got 0.7"),
        ({"dead_phases": "U"}, "phases are R, S, T, got 'U'"),
        ({"jitter_s": -1.0}, "jitter_s must be zero or more"),
    ],
)
def test_impossible_sensors_are_refused_in_a_sentence(changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(Sensor(), **changes)
