"""Lines of known frequency nearer than a spectrum resolves, and none in noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.demodulation import demodulate
from diagmod.core.subspace import MAX_SAMPLES, MIN_SAMPLES, esprit, music_pseudospectrum

FS = 40.0


def lines(n: int, hz: list[float], phasors: list[complex], noise_a: float = 0.0, seed: int = 0) -> np.ndarray:
    """Sum of lines in complex white noise of ``noise_a`` rms, shape (n,)."""
    t = np.arange(n) / FS
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=n) + 1j * rng.normal(size=n)
    return np.exp(2j * np.pi * np.outer(t, hz)) @ np.array(phasors) + noise_a / np.sqrt(2) * noise


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.integers(MIN_SAMPLES, 300),
    st.floats(-8.0, -2.0),
    st.floats(-1.0, 1.0),
    st.floats(2.0, 9.0),
    st.floats(0.01, 1000.0),
)
def test_lines_without_noise_are_exact_whatever_the_length_and_the_scale(n, low_hz, middle_hz, high_hz, ampere):
    found = esprit(lines(n, [low_hz, middle_hz, high_hz], [0.1j * ampere, ampere, -0.2 * ampere]), FS)
    np.testing.assert_allclose(found.hz, [low_hz, middle_hz, high_hz], atol=1e-6)
    np.testing.assert_allclose(found.phasors, [0.1j * ampere, ampere, -0.2 * ampere], atol=1e-6 * ampere)
    np.testing.assert_allclose(found.damping_per_s, 0.0, atol=1e-6)


@pytest.mark.parametrize("share_of_a_bin", [0.4, 0.7])
def test_two_equal_lines_half_a_bin_apart_are_told_apart_at_30_db(share_of_a_bin):
    """3 s: 0.4 / T = 0.13 Hz, where even a rectangular taper needs 1 / T."""
    apart_hz = share_of_a_bin / 3.0
    for seed in range(25):
        angle = np.exp(1j * np.random.default_rng(seed).uniform(0, 2 * np.pi))
        found = esprit(lines(120, [0.0, apart_hz], [1.0, angle], 10 ** (-30 / 20), seed), FS)
        assert found.order == 2
        np.testing.assert_allclose(found.hz, [0.0, apart_hz], atol=0.1 * apart_hz)


def test_a_sideband_pair_of_minus_35_dbc_is_found_one_bin_from_the_carrier_at_60_db():
    """Slip 0.0033 in 3 s, where Hann needs 6 s: right to 0.5 dB over 25 seeds, one with a fourth line in the noise."""
    orders = []
    for seed in range(25):
        rng = np.random.default_rng(seed)
        pair = 10 ** (-35 / 20) * np.exp(1j * rng.uniform(0, 2 * np.pi, 2))
        found = esprit(lines(120, [-1 / 3, 0.0, 1 / 3], [pair[0], 1.0, pair[1]], 1e-3, seed), FS)
        strongest = np.sort(np.argsort(np.abs(found.phasors))[-3:])
        np.testing.assert_allclose(found.hz[strongest], [-1 / 3, 0, 1 / 3], atol=0.02)
        np.testing.assert_allclose(20 * np.log10(np.abs(found.phasors[strongest[[0, 2]]])), -35.0, atol=0.5)
        orders.append(found.order)
    assert orders.count(3) >= 24


@pytest.mark.parametrize(("n", "most"), [(MIN_SAMPLES, 7), (64, 2)])
def test_noise_holds_no_line(n, most):
    """Of 300 records at most 7 of 32 samples (2.3 %) and 2 of 64 are given one."""
    assert sum(esprit(lines(n, [], [], 1.0, seed), FS).order > 0 for seed in range(300)) <= most


def test_what_the_lines_leave_is_the_noise():
    found = esprit(lines(400, [0.0, 3.0], [10.0, 0.5], 0.2, 1), FS)
    assert found.noise_rms_a == pytest.approx(0.2, rel=0.1)
    assert esprit(lines(400, [0.0], [10.0], 0.2, 1), FS, order=0).noise_rms_a == pytest.approx(10.0, rel=0.01)


def test_a_decaying_line_reads_its_decay():
    t = np.arange(200) / FS
    z = 2.0 * np.exp((2j * np.pi * 1.5 - 0.8) * t) + np.exp(-2j * np.pi * 3 * t)
    found = esprit(z, FS, order=2, is_damped=True)
    np.testing.assert_allclose(found.hz, [-3.0, 1.5], atol=1e-8)
    np.testing.assert_allclose(found.damping_per_s, [0.0, 0.8], atol=1e-8)
    np.testing.assert_allclose(found.phasors, [1.0, 2.0], atol=1e-8)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(0, 99), st.floats(0.01, 100.0), st.floats(0, 6.28), st.integers(-6, 6))
def test_scaling_turning_and_shifting_the_record_do_so_to_the_lines(seed, gain, angle, moved_hz):
    z = lines(100, [-2.0, 1.0], [1.0, 0.5j], 0.01, seed)
    turned = gain * np.exp(1j * angle) * z * np.exp(2j * np.pi * moved_hz * np.arange(100) / FS)
    before, after = esprit(z, FS), esprit(turned, FS)
    np.testing.assert_allclose(after.hz, before.hz + moved_hz, atol=1e-7)
    np.testing.assert_allclose(after.phasors, gain * np.exp(1j * angle) * before.phasors, atol=1e-6 * gain)


def test_from_a_phase_current_to_sidebands_in_a_record_of_two_seconds():
    """Slip 0.02 at 50 Hz: 48 and 52 Hz at -40 dBc, read from the baseband, whose noise is left at -80 dBc."""
    fs, t = 5000.0, np.arange(10000) / 5000.0
    x = 10 * (1 + 0.02 * np.cos(2 * np.pi * 2 * t + 0.5)) * np.cos(2 * np.pi * 50 * t)
    x += 1e-3 * np.random.default_rng(4).normal(size=len(t))
    baseband = demodulate(x, fs, 50.0, 10.0)
    found = esprit(baseband.values, baseband.fs)
    np.testing.assert_allclose(found.hz, [-2.0, 0.0, 2.0], atol=1e-2)
    np.testing.assert_allclose(20 * np.log10(np.abs(found.phasors) / 10), [-40, 0, -40], atol=0.2)


def test_the_music_pseudospectrum_peaks_at_the_lines_and_nowhere_else():
    """Two lines 0.6 bins apart and a third: three maxima 20 dB above the rest."""
    hz = np.arange(-6, 6, 0.01)
    z = lines(120, [-0.1, 0.1, 4.0], [1.0, 1.0j, 0.1], 1e-3)
    level = music_pseudospectrum(z, FS, 3, hz)
    inner = level[1:-1]
    peaks = 1 + np.flatnonzero((inner > level[:-2]) & (inner > level[2:]) & (inner > 20))
    np.testing.assert_allclose(hz[peaks], [-0.1, 0.1, 4.0], atol=0.021)


def test_the_music_pseudospectrum_of_no_line_is_flat():
    np.testing.assert_allclose(
        music_pseudospectrum(lines(64, [], [], 1.0), FS, 0, np.arange(-9.0, 9.0)), 0.0, atol=1e-9
    )


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: esprit(np.ones(100, complex), 0.0), "fs must be positive, got 0.0; pass the rate in Hz"),
        (lambda: esprit(np.ones(31, complex), FS), "takes 32 to 600 samples, got 31; decimate the baseband further"),
        (lambda: esprit(np.ones(MAX_SAMPLES + 1, complex), FS), "takes 32 to 600 samples, got 601"),
        (lambda: esprit(np.full(50, np.nan + 0j), FS), "z must be finite, got 50 gaps; choose a stretch without"),
        (lambda: esprit(np.ones(60, complex), FS, order=21), "order must be 0 to 20 lines for 60 samples, got 21"),
        (lambda: music_pseudospectrum(np.ones(60, complex), FS, -1, np.zeros(1)), "order must be 0 to 20 lines"),
    ],
)
def test_what_has_no_subspace_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
