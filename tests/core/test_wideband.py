"""The two-sided spectrum in single precision, against the exact one in double."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.symmetrical import space_vector
from diagmod.core.tapers import HANN, amplitude_spectrum
from diagmod.core.wideband import _hann, wideband_spectrum

FS = 1000.0


def turning(hz: float, n: int, phasor: complex = 1.0) -> np.ndarray:
    """Space vector of one line, shape (n,)."""
    return phasor * np.exp(2j * np.pi * hz * np.arange(n) / FS)


@settings(deadline=None, derandomize=True, max_examples=30)
@given(st.sampled_from([500, 1000, 2500, 2640, 4096]), st.integers(0, 99), st.booleans())
def test_both_sides_equal_the_exact_two_sided_spectrum(n, seed, is_vector):
    """To the rounding of single precision, 1e-6 of the rms."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n) + (1j * rng.normal(size=n) if is_vector else 0.0)
    read, exact = wideband_spectrum(x, FS), amplitude_spectrum(x, FS, HANN)
    if not is_vector:
        np.testing.assert_allclose(read.forward[1:-1], exact.lines[1:-1], atol=2e-6)
        assert not read.backward.any()
        return
    middle = n // 2
    np.testing.assert_allclose(read.forward[1:-1], exact.lines[middle + 1 :], atol=2e-6)
    np.testing.assert_allclose(read.backward[1:-1], exact.lines[middle - 1 : 0 : -1], atol=2e-6)


def test_a_line_keeps_its_ampere_and_its_phase_on_its_own_side():
    vector = turning(50, 2000, 3.0j) + turning(-20, 2000, 0.5)
    read = wideband_spectrum(vector, FS)
    assert (read.bin_hz, read.nyquist_hz) == (0.5, 500.0)
    assert read.forward[100] == pytest.approx(3.0j, abs=1e-5)
    assert read.backward[40] == pytest.approx(0.5, abs=1e-5)
    assert max(abs(read.backward[100]), abs(read.forward[40])) < 1e-6
    assert read.power[[40, 100]] == pytest.approx([0.25, 9.0], abs=1e-4)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(1.0, 30.0), st.floats(0.01, 1000.0), st.integers(40, 60), st.booleans())
def test_ampere_do_not_depend_on_the_length_of_the_record(seconds, ampere, hz, is_vector):
    """The peak bins of an isolated line hold 1.5 times its power wherever it lies between two bins."""
    vector = turning(hz, round(seconds * FS), ampere)
    read = wideband_spectrum(vector if is_vector else vector.real, FS)
    near = round(hz / read.bin_hz) + np.arange(-10, 11)
    assert np.sqrt(read.power[near].sum() / 1.5) == pytest.approx(ampere, rel=2e-3)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.integers(1000, 5000), st.integers(0, 99))
def test_the_power_of_all_bins_is_that_of_the_tapered_record(n, seed):
    """Parseval: bin powers sum to 1.5 times the mean square under the taper; DC and Nyquist have no second side."""
    rng = np.random.default_rng(seed)
    vector = rng.normal(size=n) + 1j * rng.normal(size=n)
    read = wideband_spectrum(vector, FS)
    used = round(FS / read.bin_hz)
    weights = HANN.weights(used)
    total = read.power[1 : (used + 1) // 2].sum() + np.abs(read.forward[0]) ** 2
    total += np.abs(read.forward[-1]) ** 2 if used % 2 == 0 else 0.0
    expected = np.mean(np.abs(vector[:used] * weights) ** 2) / np.mean(weights**2) * 1.5
    assert total == pytest.approx(expected, rel=1e-4)


def test_rounding_stays_below_minus_130_dbc():
    """A carrier on a bin, 60 s at 5 kHz: everything but its three bins is rounding."""
    n = 300_000
    vector = 14.1 * np.exp(2j * np.pi * 50 * np.arange(n) / 5000)
    for x in (vector, vector.astype(np.complex64), vector.real):
        read = wideband_spectrum(x, 5000.0)
        level = 10 * np.log10(np.maximum(read.power, 1e-30) / 14.1**2)
        level[2998:3003] = -np.inf
        assert level.max() < -130


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.integers(0, 99), st.floats(0.1, 10.0))
def test_exchanging_phases_exchanges_the_sides_and_scaling_scales(seed, gain):
    """S and T exchanged conjugate the space vector; a cyclic exchange turns it by 120 degrees."""
    rows = np.random.default_rng(seed).normal(size=(3, 1000))
    read = wideband_spectrum(space_vector(rows), FS)
    swapped = wideband_spectrum(gain * space_vector(rows[[0, 2, 1]]), FS)
    np.testing.assert_allclose(swapped.forward, gain * read.backward.conj(), atol=2e-6 * gain)
    cyclic = wideband_spectrum(space_vector(rows[[1, 2, 0]]), FS)
    np.testing.assert_allclose(np.abs(cyclic.forward), np.abs(read.forward), atol=2e-6)


@pytest.mark.parametrize(("n", "share"), [(300_007, 0.006), (1_499_999, 0.006), (1009, 0.022), (4999, 0.022)])
def test_little_of_a_record_of_awkward_length_is_left_out(n, share):
    used = round(FS / wideband_spectrum(np.ones(n, dtype=np.float32), FS).bin_hz)
    assert (1 - share) * n <= used <= n


@pytest.mark.parametrize("n", [1, 2, 3, 8, 9, 1000, 1155, 307_200])
def test_the_mirrored_taper_is_the_cosine_written_out(n):
    full = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)).astype(np.float32)
    np.testing.assert_array_equal(_hann(n), full)
