"""Amplitude and phase modulation of known depth, and the Park modulus of known vectors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.demodulation import DIFFERENTIATOR_REACH, RATE_OVER_CUTOFF, demodulate, park_modulus_spectrum
from diagmod.core.tapers import amplitude_spectrum

FS = 2000.0
LINE_HZ = 50.0


def seconds(duration_s: float, fs: float = FS) -> np.ndarray:
    """Times of the samples, shape (n,)."""
    return np.arange(round(duration_s * fs)) / fs


def turning(t: np.ndarray, hz: float, amplitude_a: float = 1.0, phase_rad: float = 0.0) -> np.ndarray:
    """Space vector of one line."""
    return amplitude_a * np.exp(1j * (2 * np.pi * hz * t + phase_rad))


def test_one_percent_of_amplitude_modulation_reads_one_percent_at_its_true_time():
    t = seconds(10)
    x = 14.1 * (1 + 0.01 * np.cos(2 * np.pi * 3 * t + 0.4)) * np.cos(2 * np.pi * LINE_HZ * t + 1.0)
    baseband = demodulate(x, FS, LINE_HZ, 20)
    expected = 1 + 0.01 * np.cos(2 * np.pi * 3 * baseband.time_s + 0.4)
    np.testing.assert_allclose(baseband.amplitude_a, 14.1 * expected, rtol=2e-5)
    np.testing.assert_allclose(baseband.phase_rad, 1.0, atol=2e-5)
    assert baseband.amplitude_modulation_pct.max() == pytest.approx(1.0, abs=2e-3)


def test_phase_modulation_reads_its_depth_and_leaves_the_amplitude():
    t = seconds(10)
    x = 5 * np.cos(2 * np.pi * LINE_HZ * t + 0.02 * np.sin(2 * np.pi * 4 * t))
    baseband = demodulate(x, FS, LINE_HZ, 20)
    np.testing.assert_allclose(baseband.phase_rad, 0.02 * np.sin(2 * np.pi * 4 * baseband.time_s), atol=2e-5)
    np.testing.assert_allclose(baseband.amplitude_a, 5.0, rtol=2e-5)


@pytest.mark.parametrize("modulation_hz", [1.0, 10.0, 19.9])
def test_the_instantaneous_frequency_follows_to_a_ten_thousandth_of_its_deviation_up_to_the_cutoff(modulation_hz):
    """phi = m sin(2 pi fm t) deviates by m fm: 0.01 rad at 10 Hz are 0.1 Hz."""
    t = seconds(10)
    phase = 0.01 * np.sin(2 * np.pi * modulation_hz * t)
    time_s, hz = demodulate(np.exp(1j * (2 * np.pi * LINE_HZ * t + phase)), FS, LINE_HZ - 0.3, 20).instantaneous_hz()
    deviation_hz = 0.01 * modulation_hz
    expected = LINE_HZ + deviation_hz * np.cos(2 * np.pi * modulation_hz * time_s)
    np.testing.assert_allclose(hz, expected, atol=1e-4 * deviation_hz)


def test_a_drifting_supply_is_followed_without_lag():
    """0.1 Hz/s from 49.9 Hz: the phase is its integral."""
    t = seconds(6)
    time_s, hz = demodulate(np.exp(2j * np.pi * (49.9 * t + 0.05 * t**2)), FS, LINE_HZ, 10).instantaneous_hz()
    np.testing.assert_allclose(hz, 49.9 + 0.1 * time_s, atol=1e-6)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.floats(1.5, 6.0), st.floats(0.01, 1000.0), st.floats(5.0, 24.0), st.floats(45.0, 65.0), st.booleans())
def test_a_steady_current_reads_its_ampere_whatever_the_record(duration_s, ampere, cutoff_hz, hz, is_vector):
    turning_current = turning(seconds(duration_s), hz, ampere, 0.7)
    x = turning_current if is_vector else turning_current.real
    baseband = demodulate(x, FS, hz, min(cutoff_hz, hz / 2))
    np.testing.assert_allclose(baseband.values, ampere * np.exp(0.7j), rtol=3e-5)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.integers(1, 3000))
def test_cutting_samples_off_the_start_moves_time_and_nothing_else(cut):
    """The modulation of the later record, on its own clock moved by the cut, is the same function of time."""
    t = seconds(6)
    x = (1 + 0.1 * np.cos(2 * np.pi * 2 * t)) * np.cos(2 * np.pi * LINE_HZ * t)
    later = demodulate(x[cut:], FS, LINE_HZ, 20)
    expected = 1 + 0.1 * np.cos(2 * np.pi * 2 * (later.time_s + cut / FS))
    np.testing.assert_allclose(later.amplitude_a, expected, atol=2e-5)


def test_an_offset_and_the_image_of_one_phase_stay_below_minus_100_db():
    """At the widest cutoff: an offset as large as the carrier lies at -f, the image at -2 f."""
    x = 1.0 + np.cos(2 * np.pi * LINE_HZ * seconds(4))
    assert np.abs(demodulate(x, FS, LINE_HZ, 25).values - 1.0).max() < 2e-5


@pytest.mark.parametrize("beyond", [2.0, 2.4, 5.0, 20.0])
def test_what_lies_beyond_twice_the_cutoff_is_suppressed_by_100_db(beyond):
    other = turning(seconds(4), LINE_HZ + beyond * 20)
    assert np.abs(demodulate(other, FS, LINE_HZ, 20).values).max() < 1.1e-5


def test_what_lies_between_one_and_two_cutoffs_never_folds_into_the_passband():
    """A line at 1.9 cutoffs is let through in part; decimated, it must still lie above the cutoff."""
    baseband = demodulate(turning(seconds(8), LINE_HZ + 1.9 * 20), FS, LINE_HZ, 20)
    assert baseband.fs >= RATE_OVER_CUTOFF * 20
    spectrum = amplitude_spectrum(baseband.values, baseband.fs)
    assert spectrum.amplitude[np.abs(spectrum.hz) < 20].max() < 1.1e-5


def test_nothing_is_padded_and_the_missing_ends_are_as_long_as_stated():
    """About 3.2 / cutoff at either end; the last value lies as far from the end as the first from the start."""
    baseband = demodulate(turning(seconds(4), LINE_HZ), FS, LINE_HZ, 20)
    assert baseband.start_s == pytest.approx(3.2 / 20, rel=0.15)
    assert 4 - baseband.time_s[-1] == pytest.approx(3.2 / 20, rel=0.3)


def test_a_backward_carrier_is_demodulated_with_a_negative_frequency():
    values = demodulate(turning(seconds(2), -LINE_HZ, 3.0), FS, -LINE_HZ, 20).values
    np.testing.assert_allclose(values, 3.0, rtol=2e-5)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fs": 0.0}, "fs must be positive, got 0.0; pass the sampling rate in Hz"),
        ({"carrier_hz": 1200.0}, "carrier_hz must lie below half the sampling rate of 2000 Hz, got 1200.0"),
        (
            {"cutoff_hz": 26.0},
            "at most 25 Hz for a carrier of 50 Hz sampled at 2000 Hz, got 26.0; use the space vector",
        ),
        ({"cutoff_hz": 0.0}, "cutoff_hz must be above 0"),
        ({"fs": 110.0, "cutoff_hz": 20.0}, "at most 5 Hz for a carrier of 50 Hz sampled at 110 Hz, got 20.0"),
        ({"cutoff_hz": 1.0}, r"a cutoff of 1 Hz needs a record of at least 6\.\d+ s, got 2 s; record longer or widen"),
    ],
)
def test_what_cannot_be_demodulated_is_refused_in_a_sentence(change, sentence):
    """At 110 Hz the image of 50 Hz folds to 10 Hz beside the carrier."""
    with pytest.raises(ValueError, match=sentence):
        demodulate(**({"x": np.ones(4000), "fs": FS, "carrier_hz": LINE_HZ, "cutoff_hz": 20.0} | change))


def test_a_frequency_of_too_few_values_is_refused():
    baseband = demodulate(turning(seconds(0.4), LINE_HZ), FS, LINE_HZ, 20)
    assert len(baseband.values) <= 2 * DIFFERENTIATOR_REACH
    with pytest.raises(ValueError, match=r"a frequency needs at least 41 values, got \d+; lengthen the record"):
        baseband.instantaneous_hz()


@pytest.mark.parametrize(("lower", "upper"), [(0.01, 0.01), (0.02, 0.005j), (-0.01, 0.01), (0.006 + 0.01j, 0.0)])
def test_a_sideband_pair_becomes_one_line_that_is_their_phasor_sum(lower, upper):
    """|1 + L e^-iwt + U e^iwt| = 1 + Re((conj(L) + U) e^iwt) to first order."""
    t = seconds(10)
    pair = 1 + lower * np.exp(-2j * np.pi * 3 * t) + upper * np.exp(2j * np.pi * 3 * t)
    read = park_modulus_spectrum(10 * pair * turning(t, LINE_HZ), FS)
    expected_pct = 100 * abs(np.conj(lower) + upper)
    assert read.mean_a == pytest.approx(10.0, rel=2e-4)
    assert read.amplitude_pct[30] == pytest.approx(expected_pct, abs=0.01)


def test_the_park_modulus_does_not_see_phase_modulation():
    """A load that only shifts the phase leaves the modulus alone: EPVA is blind to it."""
    t = seconds(10)
    x = turning(t, LINE_HZ) * np.exp(0.05j * np.sin(2 * np.pi * 3 * t))
    assert park_modulus_spectrum(x, FS).amplitude_pct.max() < 1e-9


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.floats(0.05, 0.2), st.floats(0.01, 100.0), st.integers(1000, 8000), st.floats(0, 6.28))
def test_a_negative_sequence_reads_its_share_at_twice_the_supply_whatever_the_record(share, ampere, n, phase_rad):
    """|1 + r e^ix| has the line r (1 - r^2 / 8) to third order; 0.2 is the largest here."""
    t = np.arange(n) / FS
    x = ampere * (turning(t, LINE_HZ) + turning(t, -LINE_HZ, share, phase_rad))
    read = park_modulus_spectrum(x, FS)
    pct = 100 * abs(read.spectrum.phasor(2 * LINE_HZ)) / read.mean_a
    assert pct == pytest.approx(100 * share * (1 - share**2 / 8) / (1 + share**2 / 4), rel=1e-3)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.integers(0, 99), st.floats(0, 6.28))
def test_the_park_modulus_depends_neither_on_the_reference_phase_nor_on_the_direction(seed, phase_rad):
    """Cyclic exchange of the phases turns the vector by 120 degrees, a swap of two mirrors it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=500) + 1j * rng.normal(size=500)
    lines = park_modulus_spectrum(x, FS).spectrum.lines
    for same in (x * np.exp(1j * phase_rad), x.conj()):
        np.testing.assert_allclose(park_modulus_spectrum(same, FS).spectrum.lines, lines, atol=1e-12)
