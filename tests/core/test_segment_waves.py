"""Raw current in the frame of the supply: nothing of the recorder and the grid is left, and all of the faults is."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.core.segment_waves import N_PERIODS, N_POINTS, SAMPLES_PER_PERIOD, length_s, segment_wave
from diagmod.sim.signal import Line, SignalSpec, synthesise

BAND_HZ = (20.0, 120.0)

#: Order of the sidebands of broken bars with 8 turns in a segment, 2 s = 1/12: they stand on a bin of its transform.
TURNS = 8
TWO_SLIP = TURNS / N_PERIODS


def currents(
    fs: float = 5000.0, line_hz: float = 50.0, amplitude_a: float = 10.0, phase_rad: float = 0.7, **more: object
) -> np.ndarray:
    """One machine in orders of its supply: sidebands, a bearing's line, harmonics, unbalance."""
    lines = [Line(line_hz * (1 - TWO_SLIP), -40), Line(line_hz * (1 + TWO_SLIP), -46, 1.0), Line(line_hz * 3.3, -55)]
    spec = {"harmonics_pct": {5: 3, 7: 2}, "lines": lines, "i2_over_i1": 0.02} | more
    made = SignalSpec(line_hz=line_hz, amplitude_a=amplitude_a, phase_rad=phase_rad, **spec)
    return synthesise(made, fs, round(length_s(line_hz) * fs) + 4, np.random.default_rng(0))


def wave_of(samples: np.ndarray, fs: float = 5000.0, line_hz: float = 50.0) -> np.ndarray:
    """Its wave about the same place, counted in periods."""
    return segment_wave(samples, fs, *BAND_HZ, middle_s=length_s(line_hz) / 2)


def lines_of(wave: np.ndarray) -> np.ndarray:
    """Peak amplitude of what turns so many times in a segment; negative numbers from the end."""
    return np.abs(np.fft.fft(wave[0] + 1j * wave[1])) / N_POINTS


@pytest.mark.parametrize(
    ("fs", "line_hz", "tolerance"),
    [(12000.0, 50.0, 5e-4), (5000.0, 60.0, 5e-4), (25600.0, 49.93, 5e-4), (1000.0, 50.0, 4e-3), (1000.0, 60.0, 4e-3)],
)
def test_rate_and_grid_frequency_are_gone(fs, line_hz, tolerance):
    """At 5000 Hz and 50 Hz, and at others: within -66 dB of the supply line; -48 dB with 1000 Hz, whose filter ends."""
    found = wave_of(currents(fs, line_hz), fs, line_hz)
    assert np.abs(found - wave_of(currents())).max() < tolerance


def test_amplitude_and_offset_are_gone():
    other = currents(amplitude_a=373.0, offset_a=(20.0, -11.0, 5.0))
    np.testing.assert_allclose(wave_of(other), wave_of(currents()), atol=1e-4)


@pytest.mark.parametrize("order", [[1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0]])
def test_the_order_in_which_phases_are_wired_is_gone(order):
    np.testing.assert_allclose(wave_of(currents()[order]), wave_of(currents()), atol=1e-5)


def test_a_phase_that_is_clamped_on_backwards_is_put_right():
    backwards = currents() * np.array([1, -1, 1])[:, None]
    np.testing.assert_allclose(wave_of(backwards), wave_of(currents()), atol=1e-4)


def test_sidebands_and_negative_sequence_stand_where_and_as_high_as_they_are():
    """-40 dBc is 0.01 at -2 s f, -46 dBc 0.005 at +2 s f; I2 of 2 % turns two orders backwards, the 5th six."""
    lines = lines_of(wave_of(currents()))
    assert lines[0] == pytest.approx(1.0, abs=1e-6)
    assert lines[[-TURNS, TURNS]] == pytest.approx([0.01, 10 ** (-46 / 20)], rel=0.02)
    assert lines[-2 * N_PERIODS] == pytest.approx(0.02, rel=0.01)
    assert lines[-6 * N_PERIODS] == pytest.approx(0.03, rel=0.01)


def test_what_lies_above_the_band_does_not_fold_into_it():
    """Order 12 would stand at order 12 - 16 = -4, five orders below the supply line, if it were not filtered."""
    plain, high = wave_of(currents()), wave_of(currents(harmonics_pct={5: 3, 7: 2, 12: 5}))
    assert lines_of(high - plain)[-5 * N_PERIODS] < 0.05 * 10 ** (-60 / 20)


def test_a_rotor_that_swings_is_not_taken_for_a_grid_that_does():
    """A modulation of 1 Hz, two turns in a segment, keeps its height within 10 %, in amplitude and in phase."""
    t = np.arange(round(length_s(50.0) * 5000) + 4) / 5000
    swing = 0.01 * np.cos(2 * np.pi * 50 / 48 * t)
    for factor in (1 + swing, np.exp(1j * swing)):
        turning = factor * np.exp(2j * np.pi * 50 * t)
        samples = np.stack([(turning * np.exp(-2j * np.pi * k / 3)).real for k in range(3)])
        assert lines_of(wave_of(samples))[[2, -2]] == pytest.approx([0.005, 0.005], rel=0.1)


def test_a_grid_that_drifts_smears_nothing():
    """A drift of 20 mHz in 2 s, as grids do; the 5th harmonic turns backwards and stays one line."""
    t = np.arange(round(length_s(50.0) * 5000) + 4) / 5000
    angle = 2 * np.pi * (50 * t + 0.005 * t**2)
    samples = np.stack([np.cos(angle - k * 2 * np.pi / 3) + 0.03 * np.cos(5 * angle + k * 2 * np.pi / 3)
                        for k in range(3)])  # fmt: skip
    lines = lines_of(wave_of(samples))
    assert lines[-6 * N_PERIODS] == pytest.approx(0.03, rel=0.02)
    assert max(lines[1], lines[-1]) < 5e-4


def with_gap() -> np.ndarray:
    samples = currents()
    samples[1, 4000] = np.nan
    return samples


@pytest.mark.parametrize(
    "samples",
    [
        with_gap(), currents() * np.array([1, np.nan, 1])[:, None], currents() * np.array([1, 0, 1])[:, None],
        currents()[:, : 5000], currents()[:, :0], np.random.default_rng(0).normal(size=(3, 11000)),
        np.full((3, 11000), 7.0), np.full((3, 11000), np.inf),
    ],
    ids=["gap", "absent phase", "dead phase", "short", "empty", "noise", "constant", "infinite"],
)  # fmt: skip
def test_what_is_not_defined_is_nan_throughout(samples):
    wave = segment_wave(samples, 5000.0, *BAND_HZ)
    assert wave.shape == (2, N_POINTS)
    assert np.isnan(wave).all()


def test_a_recorder_too_slow_for_the_band_and_a_place_outside_are_not_defined():
    slow = currents(500.0, harmonics_pct={}, lines=())
    assert np.isnan(segment_wave(slow, 500.0, *BAND_HZ)).all()
    assert np.isnan(segment_wave(currents(), 5000.0, *BAND_HZ, middle_s=0.5)).all()


def test_points_are_single_precision_and_a_whole_number_of_periods():
    wave = wave_of(currents())
    assert wave.dtype == np.float32
    assert N_POINTS == N_PERIODS * SAMPLES_PER_PERIOD
