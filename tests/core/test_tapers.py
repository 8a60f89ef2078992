"""Tapers against the table of Harris, and spectra whose ampere do not depend on the record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.tapers import (
    BLACKMAN,
    BLACKMAN_HARRIS,
    FLAT_TOP,
    HANN,
    RECTANGULAR,
    TAPERS,
    amplitude_spectrum,
    needed_duration_s,
    resolvable_offset_hz,
)

tapers = st.sampled_from(TAPERS)
lengths = st.integers(16, 400)


def line(hz: float, fs: float, n: int, amplitude_a: float = 1.0, phase_rad: float = 0.0) -> np.ndarray:
    """Cosine, shape (n,)."""
    return amplitude_a * np.cos(2 * np.pi * hz * np.arange(n) / fs + phase_rad)


def noise(seed: int, *shape: int, is_complex: bool = False) -> np.ndarray:
    """White noise of 1 A rms per quadrature."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + (1j * rng.normal(size=shape) if is_complex else 0.0)


@pytest.mark.parametrize(
    ("taper", "half_lobe_bins", "enbw_bins", "scalloping_db"),
    [
        (RECTANGULAR, 1, 1.00, -3.92),
        (HANN, 2, 1.50, -1.42),
        (BLACKMAN, 3, 1.73, -1.10),
        (BLACKMAN_HARRIS, 4, 2.00, -0.83),
        (FLAT_TOP, 5, 3.77, -0.01),
    ],
)
def test_tapers_have_the_figures_of_harris(taper, half_lobe_bins, enbw_bins, scalloping_db):
    """Table I of Harris 1978; the flat-top from its coefficients."""
    assert taper.half_lobe_bins == half_lobe_bins
    assert taper.enbw_bins == pytest.approx(enbw_bins, abs=0.006)
    assert taper.scalloping_db == pytest.approx(scalloping_db, abs=0.006)


@pytest.mark.parametrize("taper", TAPERS, ids=lambda taper: taper.name)
def test_the_highest_side_lobe_is_as_stated_and_the_main_lobe_ends_where_stated(taper):
    """Read on a grid of a hundredth of a bin, out to 50 bins."""
    beyond = taper.half_lobe_bins + np.arange(0, 50, 0.01)
    assert 20 * np.log10(np.abs(taper.gain(beyond)).max()) == pytest.approx(taper.side_lobe_db, abs=0.02)
    assert abs(taper.gain(np.array(float(taper.half_lobe_bins)))) < 1e-9
    inside = np.arange(0, taper.half_lobe_bins, 0.01)
    assert np.all((taper.gain(inside) * np.exp(-1j * np.pi * inside)).real > 0)


@settings(deadline=None, derandomize=True)
@given(tapers, lengths, st.floats(-8, 8))
def test_gain_is_what_a_bin_reads_of_a_line_beside_it(taper, n, offset_bins):
    """Against the sum over the samples itself."""
    turning = np.exp(2j * np.pi * offset_bins * np.arange(n) / n)
    read = (taper.weights(n) * turning).mean() / taper.coefficients[0]
    assert abs(taper.gain(np.array(offset_bins), n) - read) < 1e-12


def test_gain_of_many_samples_is_reached_to_a_millionth_only_by_tapers_that_end_in_zero():
    offset = np.array(0.37)
    exact = {taper.name: abs(taper.gain(offset, 1000) - taper.gain(offset)) for taper in (RECTANGULAR, HANN)}
    assert exact["Hann"] < 1e-6 < 5e-4 < exact["rectangular"]


@settings(deadline=None, derandomize=True)
@given(tapers, lengths, st.booleans(), st.integers(0, 99))
def test_bin_powers_sum_to_the_mean_square_of_the_tapered_signal(taper, n, is_complex, seed):
    x, weights = noise(seed, n, is_complex=is_complex), taper.weights(n)
    expected = np.mean(np.abs(x * weights) ** 2) / np.mean(weights**2)
    assert amplitude_spectrum(x, 1000.0, taper).power.sum() == pytest.approx(expected, rel=1e-12)


@settings(deadline=None, derandomize=True)
@given(
    tapers,
    st.floats(0.5, 6.0),
    st.floats(40.0, 60.0),
    st.floats(0.01, 1000.0),
    st.floats(-3.0, 3.0),
)
def test_a_space_vector_reads_its_ampere_whatever_the_length_of_the_record(taper, seconds, hz, ampere, phase_rad):
    fs = 500.0
    t = np.arange(round(seconds * fs)) / fs
    phasor = ampere * np.exp(1j * phase_rad)
    read = amplitude_spectrum(phasor * np.exp(2j * np.pi * hz * t), fs, taper).phasor(hz)
    assert abs(read - phasor) < 1e-9 * ampere


@settings(deadline=None, derandomize=True)
@given(st.floats(1.0, 20.0), st.floats(45.0, 55.0), st.floats(-3.0, 3.0))
def test_one_phase_reads_its_ampere_whatever_the_length_of_the_record(seconds, hz, phase_rad):
    """Under Blackman-Harris, whose side lobes keep the mirror image at -92 dB."""
    x = line(hz, 500.0, round(seconds * 500), 14.1, phase_rad)
    assert abs(amplitude_spectrum(x, 500.0).phasor(hz) - 14.1 * np.exp(1j * phase_rad)) < 14.1 * 3e-5


@settings(deadline=None, derandomize=True)
@given(tapers, lengths, st.floats(0.001, 1000.0), st.integers(0, 99))
def test_twice_the_current_is_twice_every_line(taper, n, gain, seed):
    x = noise(seed, n)
    scaled = amplitude_spectrum(gain * x, 1000.0, taper).lines
    np.testing.assert_allclose(scaled, gain * amplitude_spectrum(x, 1000.0, taper).lines, rtol=1e-9, atol=1e-12 * gain)


@settings(deadline=None, derandomize=True)
@given(st.permutations([0, 1, 2]), st.integers(0, 99))
def test_exchanged_phases_have_exchanged_spectra(order, seed):
    x = noise(seed, 3, 200)
    lines = amplitude_spectrum(x, 1000.0).lines
    np.testing.assert_array_equal(amplitude_spectrum(x[order], 1000.0).lines, lines[order])


@settings(deadline=None, derandomize=True)
@given(tapers, st.integers(8, 90), st.floats(0.0, 1.0))
def test_starting_later_turns_a_line_and_keeps_its_amplitude(taper, periods, delay_s):
    """A line on a bin, taken 1 s long from another moment."""
    first = amplitude_spectrum(line(periods, 200.0, 200, 3.0), 200.0, taper).phasor(periods)
    later = amplitude_spectrum(line(periods, 200.0, 200, 3.0, 2 * np.pi * periods * delay_s), 200.0, taper).phasor(
        periods
    )
    assert later == pytest.approx(first * np.exp(2j * np.pi * periods * delay_s), abs=1e-9)


def test_an_offset_reads_its_own_value_at_zero_and_nyquist_is_counted_once():
    x = 0.5 + 2.0 * np.cos(np.pi * np.arange(64))
    spectrum = amplitude_spectrum(x, 64.0, RECTANGULAR)
    assert (spectrum.amplitude[0], spectrum.amplitude[-1]) == (pytest.approx(0.5), pytest.approx(2.0))
    assert spectrum.power.sum() == pytest.approx(0.25 + 4.0)


def test_a_space_vector_tells_forwards_from_backwards():
    t = np.arange(400) / 400
    vector = 3 * np.exp(2j * np.pi * 50 * t) + 1j * np.exp(-2j * np.pi * 20 * t)
    spectrum = amplitude_spectrum(vector, 400.0)
    assert (spectrum.hz[0], spectrum.bin_hz) == (-200.0, 1.0)
    assert [spectrum.phasor(hz) for hz in (50.0, -20.0)] == [pytest.approx(3.0), pytest.approx(1j)]
    assert abs(spectrum.phasor(20.0)) < 1e-12


def test_a_gap_makes_its_own_row_nan_and_no_other():
    x = noise(0, 3, 100)
    x[1, 50] = np.nan
    assert np.isnan(amplitude_spectrum(x, 100.0).lines).all(axis=1).tolist() == [False, True, False]


def test_minus_45_dbc_close_to_the_carrier_drowns_under_hann_and_shows_under_blackman_harris():
    """A carrier half way between bins, the sideband 5.5 bins below it: Hann's skirts stand above -60 dBc there."""
    n, fs = 4000, 1000.0
    carrier = line(50.125, fs, n)
    at = round((50.125 - 5.5 / 4) * n / fs)
    skirt = {
        taper.name: 20 * np.log10(amplitude_spectrum(carrier, fs, taper).amplitude[at])
        for taper in (HANN, BLACKMAN_HARRIS)
    }
    assert skirt["Hann"] > -60 and skirt["Blackman-Harris"] < -90


@pytest.mark.parametrize(
    ("slip", "hann_s", "blackman_harris_s"), [(0.002, 10.0, 20.0), (0.005, 4.0, 8.0), (0.01, 2.0, 4.0)]
)
def test_seconds_needed_at_50_hz_follow_from_the_half_lobe_over_2sf(slip, hann_s, blackman_harris_s):
    """2 / (2 x 0.002 x 50 Hz) = 10 s, 4 / 0.2 Hz = 20 s, and so on."""
    offset_hz = 2 * slip * 50
    assert needed_duration_s(HANN, offset_hz) == pytest.approx(hann_s)
    assert needed_duration_s(BLACKMAN_HARRIS, offset_hz) == pytest.approx(blackman_harris_s)
    assert resolvable_offset_hz(HANN, hann_s) == pytest.approx(offset_hz)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: amplitude_spectrum(np.ones(100), 0.0), "fs must be positive, got 0.0; pass the sampling rate in Hz"),
        (
            lambda: amplitude_spectrum(np.ones(7), 1.0),
            "a Blackman-Harris taper needs at least 8 samples, got 7; lengthen",
        ),
        (lambda: resolvable_offset_hz(HANN, np.nan), "duration_s must be positive, got nan; pass the length"),
        (lambda: needed_duration_s(HANN, -0.1), "offset_hz must be positive, got -0.1; pass the distance"),
        (lambda: amplitude_spectrum(np.ones(100), 100.0).phasor(2.0), "line_hz must lie from 4 to 46 Hz .*, got 2.0"),
        (lambda: amplitude_spectrum(1j * np.ones(100), 100.0).phasor(60.0), "from -50 to 49 Hz .*, got 60.0"),
    ],
)
def test_what_has_no_spectrum_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
