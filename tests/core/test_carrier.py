"""The supply line measured on exact signals: its frequency, what modulates it, and its negative sequence over time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import FS, currents_of
from reference_machine import MACHINE

from diagmod.core.carrier import REACH_OVER_LINE, Carrier, coarse_line_hz, sequence_tracks, track_carrier
from diagmod.core.symmetrical import space_vector
from diagmod.core.wideband import wideband_spectrum
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.sensor import Sensor
from diagmod.sim.signal import Line
from diagmod.sim.supply import Supply

#: What a supply frequency may err by on 10 s, Hz, and with a grid that wanders.
EXACT_HZ, WANDERING_HZ = 1e-3, 5e-3

angles = st.floats(0, 2 * np.pi)


def carrier_of(x: np.ndarray, fs: float = FS, near_hz: float = 50.0) -> Carrier:
    """Carrier of three phases."""
    return track_carrier(space_vector(x), fs, near_hz)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.floats(49.5, 50.5), st.floats(0.3, 30.0), angles, angles, angles)
def test_sidebands_of_minus_35_dbc_move_the_supply_frequency_by_less_than_a_millihertz(hz, offset, a, b, c):
    """10 s with noise of -60 dBc; from 0.5 Hz beside the supply on the error stays below 1 mHz, at 0.3 Hz below 2."""
    lines = [Line(hz - offset, -35, a), Line(hz + offset, -35, b)]
    x = currents_of(lines, line_hz=hz, phase_rad=c, noise_dbc=-60)
    assert carrier_of(x, near_hz=hz + 0.02).line_hz == pytest.approx(hz, abs=EXACT_HZ if offset >= 0.5 else 2e-3)


@pytest.mark.parametrize("hz", [49.9, 50.1, 59.95])
def test_a_grid_off_its_nominal_frequency_is_measured_as_it_is(hz):
    carrier = carrier_of(currents_of(line_hz=hz, noise_dbc=-60), near_hz=round(hz))
    assert carrier.line_hz == pytest.approx(hz, abs=1e-5)
    assert carrier.drift_hz < 1e-4


def test_the_mean_of_a_wandering_grid_is_found_within_five_millihertz():
    """0.03 Hz of wander, three times what an ordinary grid does, about 49.98 Hz."""
    for seed in range(4):
        supply = Supply(line_hz=49.98, wander_hz=0.03)
        run = simulate([Experiment(machine=MACHINE, supply=supply, sensor=Sensor(noise_dbc=-60), seed=seed)], FS, 10.0)[
            0
        ]
        carrier = carrier_of(run.currents)
        assert carrier.line_hz == pytest.approx(run.truth.line_hz, abs=WANDERING_HZ)
        assert carrier.drift_hz > 1e-3


def test_the_interval_of_the_supply_frequency_holds_the_truth_in_nine_of_ten_recordings():
    """Noise of -50 dBc alone, then with a pair of lines: 95 % is stated, 30 of 33 is what chance allows."""
    rng = np.random.default_rng(5)
    for lines in ((), (2.2, 0.8)):
        n_held = 0
        for seed in range(33):
            hz = 50 + rng.uniform(-0.3, 0.3)
            content = [Line(hz + s * o, -40, rng.uniform(0, 6)) for o in lines for s in (-1, 1)]
            carrier = carrier_of(currents_of(content, line_hz=hz, noise_dbc=-50, seconds=5.0, seed=seed), near_hz=hz)
            n_held += abs(carrier.line_hz - hz) <= carrier.uncertainty_hz
        assert n_held >= 28
        assert carrier.uncertainty_hz < EXACT_HZ


def test_a_linear_drift_of_the_frequency_is_reported_as_its_range():
    """From 49.9 to 50.1 Hz in 10 s: the mean is 50, the range 0.2 Hz."""
    t = np.arange(50_000) / FS
    x = 10 * np.exp(2j * np.pi * (49.9 * t + 0.01 * t**2))
    carrier = track_carrier(x, FS, 50.0)
    assert carrier.line_hz == pytest.approx(50.0, abs=1e-4)
    assert carrier.drift_hz == pytest.approx(0.2, abs=2e-3)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(3.0, REACH_OVER_LINE * 50), st.sampled_from([-1, 1]), angles, st.sampled_from([1000.0, 5000.0, 1e4]))
def test_lines_up_to_1_4_times_the_supply_frequency_beside_it_pass_unchanged(offset, side, angle, fs):
    """A line of 0.01 reads 0.01 within a fifth of a percent (0.02 dB), wherever it stands and whatever the rate."""
    t = np.arange(int(4 * fs)) / fs
    line = 0.01 * np.exp(1j * (2 * np.pi * side * offset * t + angle))
    carrier = track_carrier(10 * np.exp(2j * np.pi * 50 * t) * (1 + line), fs, 50.0)
    expected = np.exp(1j * (2 * np.pi * side * offset * carrier.time_s + angle))
    taper = np.hanning(len(expected))
    measured = (taper * carrier.modulation) @ expected.conj() / taper.sum()
    assert measured == pytest.approx(0.01, abs=2e-5)
    assert carrier.reach_hz == pytest.approx(REACH_OVER_LINE * 50, rel=1e-3)


def test_the_image_of_the_negative_sequence_stands_at_twice_the_supply_frequency_and_not_beside_it():
    carrier = carrier_of(currents_of(i2_over_i1=0.1, noise_dbc=-np.inf))
    taper = np.hanning(len(carrier.modulation))
    image = (taper * carrier.modulation) @ np.exp(2j * np.pi * 100 * carrier.time_s) / taper.sum()
    assert abs(image) == pytest.approx(0.1, rel=0.02)
    lines = np.abs(np.fft.fft(carrier.modulation * taper)) / taper.sum()
    assert lines[np.abs(np.fft.fftfreq(len(lines), 1 / carrier.fs)) < 90].max() < 5e-5


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.floats(1e-3, 1e4), angles)
def test_scale_and_phase_of_the_current_change_nothing_but_its_amplitude(gain, angle):
    vector = space_vector(currents_of([Line(47.0, -40)], seconds=2.0))
    before = track_carrier(vector, FS, 50.0)
    after = track_carrier(gain * np.exp(1j * angle) * vector, FS, 50.0)
    assert after.amplitude == pytest.approx(gain * before.amplitude, rel=1e-9)
    assert after.line_hz == pytest.approx(before.line_hz, abs=1e-9)
    np.testing.assert_allclose(after.modulation, before.modulation, atol=1e-9)


def test_a_single_phase_gives_the_same_carrier_as_three():
    x = currents_of([Line(47.0, -40), Line(53.0, -45)], phase_rad=0.7)
    three, one = carrier_of(x), track_carrier(x[1], FS, 50.0)
    assert (three.n_phases, one.n_phases) == (3, 1)
    assert one.line_hz == pytest.approx(three.line_hz, abs=1e-4)
    assert (one.amplitude, three.amplitude) == pytest.approx((10.0, 10.0), rel=1e-3)


def test_a_load_that_falls_by_a_tenth_is_followed_as_slow_amplitude():
    t = np.arange(50_000) / FS
    carrier = track_carrier((10 - 0.1 * t) * np.exp(2j * np.pi * 50 * t), FS, 50.0)
    assert carrier.amplitude == pytest.approx(9.5, abs=1e-3)
    assert carrier.amplitude_range == pytest.approx(1 / 9.5, rel=0.02)
    assert np.abs(carrier.modulation).max() < 1e-3


def test_the_envelope_is_the_peak_of_the_current():
    carrier = carrier_of(currents_of(seconds=2.0))
    np.testing.assert_allclose(carrier.envelope, 10.0, rtol=1e-3)
    assert carrier.duration_s == pytest.approx(2.0, abs=0.1)


def test_a_stretch_of_less_than_four_periods_is_refused():
    with pytest.raises(ValueError, match=r"a stretch of 0\.08 s holds fewer than four periods of 50 Hz; record longer"):
        carrier_of(currents_of(seconds=0.08))


def test_the_coarse_frequency_lies_within_a_tenth_of_a_bin():
    for hz in (49.9, 49.95, 50.0, 50.04):
        spectrum = wideband_spectrum(space_vector(currents_of(line_hz=hz, seconds=4.0)), FS)
        assert coarse_line_hz(spectrum, 20, 120) == pytest.approx(hz, abs=0.1 * spectrum.bin_hz)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_holds_no_supply_line(seed):
    noise = np.random.default_rng(seed).normal(size=20_000) * (1 + 0j)
    assert np.isnan(coarse_line_hz(wideband_spectrum(noise, FS), 20, 120))


def test_a_supply_outside_the_searched_band_is_not_found():
    spectrum = wideband_spectrum(space_vector(currents_of(line_hz=50.0)), FS)
    assert np.isnan(coarse_line_hz(spectrum, 55, 120))
    assert np.isnan(coarse_line_hz(spectrum, 60, 60.1))


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.floats(0.0, 0.3), angles, angles, st.floats(0, 0.5))
def test_the_track_of_the_negative_sequence_reads_its_phasor_at_any_start(size, angle, phase, begin):
    ratio = size * np.exp(1j * angle)
    x = currents_of(i2_over_i1=ratio, phase_rad=phase, seconds=2.0, line_hz=50.02, noise_dbc=-np.inf)
    later = x[:, round(begin * FS) :]
    # I2 / I1 turns with twice the phase of the positive sequence; a track is against the phase at each time.
    for part in (x, later):
        time_s, track = sequence_tracks(space_vector(part), FS, 50.02, 8)
        assert np.ptp(np.abs(track)) < 1e-3
        assert len(time_s) == len(track) > 10
    np.testing.assert_allclose(np.abs(track), size, atol=1e-3)


def test_a_step_of_the_negative_sequence_is_seen_at_its_time():
    calm, strong = currents_of(seconds=1.0), currents_of(seconds=1.0, i2_over_i1=0.05)
    time_s, track = sequence_tracks(space_vector(np.concatenate([calm, strong], axis=1)), FS, 50.0, 8)
    np.testing.assert_allclose(np.abs(track[time_s < 0.9]), 0.0, atol=1e-3)
    np.testing.assert_allclose(np.abs(track[time_s > 1.1]), 0.05, atol=1e-3)


def test_a_recording_shorter_than_the_window_has_no_track():
    time_s, track = sequence_tracks(space_vector(currents_of(seconds=0.1)), FS, 50.0, 8)
    assert (len(time_s), len(track)) == (0, 0)
