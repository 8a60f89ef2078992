"""The periodic part of a current, against exact synthetic currents and a dense least-squares fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.harmonic_removal import remove_harmonics
from diagmod.core.symmetrical import space_vector
from diagmod.sim.signal import Line, SignalSpec, synthesise

FS = 2000.0


def mains(seconds: float, line_hz: float = 49.973, seed: int = 0, **changes) -> np.ndarray:
    """Three phases of 14.1 A with offset and harmonics up to the 13th, shape (3, n)."""
    content = {
        "amplitude_a": 14.1,
        "phase_rad": 0.4,
        "harmonics_pct": {3: 0.5, 5: 4.0, 7: 2.0, 11: 1.0, 13: 0.5},
        "offset_a": (0.3, -0.1, 0.02),
        "i2_over_i1": 0.03j,
    }
    spec = SignalSpec(line_hz=line_hz, **(content | changes))
    return synthesise(spec, FS, round(seconds * FS), np.random.default_rng(seed))


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.floats(0.06, 8.0), st.floats(48.0, 51.5), st.floats(0.01, 1000.0))
def test_a_periodic_current_is_removed_to_a_millionth_whatever_the_record_and_its_scale(seconds, line_hz, ampere):
    """Three periods and more; 50 Hz is stated, the frequency is found."""
    fit = remove_harmonics(mains(seconds, line_hz, amplitude_a=ampere, offset_a=(ampere, 0, 0)), FS, 50.0)
    assert np.abs(fit.residual).max() < 1e-6 * ampere
    assert fit.line_hz == pytest.approx(line_hz, rel=1e-8)
    assert fit.phasor(0) == pytest.approx([ampere, 0, 0], abs=1e-6 * ampere)


def test_phasors_are_ampere_with_their_phase_at_the_first_sample():
    """R: 14.1 A at 0.4 rad plus the negative sequence 0.03j of it; the fifth has 4 % and five times the phase."""
    fit = remove_harmonics(mains(1.234, i2_over_i1=0.0), FS, 50.0)
    assert fit.orders.tolist() == list(range(20))  # 49.97 Hz x 20 is nearer than 1 / T to 1000 Hz
    assert fit.phasor(1)[0] == pytest.approx(14.1 * np.exp(0.4j), abs=1e-6)
    assert fit.phasor(5)[0] == pytest.approx(0.564 * np.exp(2.0j), abs=1e-6)
    assert np.angle(fit.phasor(1)[1] / fit.phasor(1)[0], deg=True) == pytest.approx(-120.0, abs=1e-6)
    assert np.abs(fit.phasor(2)).max() < 1e-6


def test_a_space_vector_is_fitted_in_both_directions():
    """The negative sequence of 0.03j turns backwards; the fifth is a negative, the seventh a positive sequence."""
    fit = remove_harmonics(space_vector(mains(2.0)), FS, 50.0, n_harmonics=7)
    assert fit.orders.tolist() == list(range(-7, 8))
    assert fit.phasor(1) == pytest.approx(14.1 * np.exp(0.4j), abs=1e-2)
    assert np.conj(fit.phasor(-1)) / fit.phasor(1) == pytest.approx(0.03j, abs=1e-3)
    assert abs(fit.phasor(-5)) == pytest.approx(0.564, abs=1e-3)
    assert abs(fit.phasor(7)) == pytest.approx(0.282, abs=1e-3)
    assert abs(fit.phasor(5)) < 1e-3


@pytest.mark.parametrize("is_vector", [False, True])
@pytest.mark.parametrize("n", [400, 1024, 2049])
def test_the_fit_equals_a_dense_least_squares_fit_at_the_same_frequency(n, is_vector):
    """Noise, short records, lengths below, at and beyond whole blocks."""
    x = np.random.default_rng(n).normal(size=(3, n)) + mains(n / FS)
    x = space_vector(x) if is_vector else x[0]
    fit = remove_harmonics(x, FS, 49.9, n_harmonics=6, is_refined=False)
    angle = 2 * np.pi * 49.9 * np.arange(n) / FS
    if is_vector:
        basis = np.exp(1j * np.outer(angle, np.arange(-6, 7)))
    else:
        turns = np.outer(angle, np.arange(1, 7))
        basis = np.concatenate([np.ones((n, 1)), np.cos(turns), -np.sin(turns)], axis=1)
    solved = np.linalg.lstsq(basis, x, rcond=None)[0]
    expected = solved if is_vector else np.concatenate([solved[:1], solved[1:7] + 1j * solved[7:]])
    np.testing.assert_allclose(fit.phasors, expected, atol=1e-10)
    np.testing.assert_allclose(fit.residual, x - basis @ solved, atol=1e-9)
    assert fit.line_hz == pytest.approx(49.9, rel=1e-14)


def test_no_other_frequency_leaves_less():
    """Noise of -40 dBc: the frequency found is the minimum of what is left, among its neighbours too."""
    x = mains(1.0, seed=3, noise_dbc=-40.0)
    found = remove_harmonics(x, FS, 50.0)

    def left(line_hz: float) -> float:
        return float((remove_harmonics(x, FS, line_hz, is_refined=False).residual ** 2).sum())

    assert all(left(found.line_hz) < left(found.line_hz + move) for move in (-1e-4, -1e-3, 1e-3, 1e-4))


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.integers(200, 4000), st.integers(0, 99))
def test_energy_is_shared_between_the_periodic_part_and_the_rest(n, seed):
    """The residual is orthogonal to everything fitted (Pythagoras, the Parseval of a fit)."""
    x = mains(n / FS)[0, :n] + np.random.default_rng(seed).normal(size=n)
    fit = remove_harmonics(x, FS, 50.0)
    periodic = x - fit.residual
    assert (periodic**2).sum() + (fit.residual**2).sum() == pytest.approx((x**2).sum(), rel=1e-12)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.permutations([0, 1, 2]), st.floats(0.01, 100.0))
def test_phases_may_be_exchanged_and_scaled(order, gain):
    x = mains(0.8, noise_dbc=-50.0)
    fit, other = (remove_harmonics(rows, FS, 50.0) for rows in (x, gain * x[order]))
    np.testing.assert_allclose(other.phasors, gain * fit.phasors[order], atol=1e-7 * gain)
    np.testing.assert_allclose(other.residual, gain * fit.residual[order], atol=1e-6 * gain)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.integers(1, 1000))
def test_starting_later_turns_every_order_by_its_share(cut):
    x = mains(2.0)
    first, later = remove_harmonics(x[:, :2000], FS, 50.0), remove_harmonics(x[:, cut : cut + 2000], FS, 50.0)
    turn = np.exp(2j * np.pi * first.line_hz * first.orders * cut / FS)
    np.testing.assert_allclose(later.phasors, first.phasors * turn, atol=1e-5)


@pytest.mark.parametrize("offset_hz", [1.0, 2.5, 10.0])
def test_a_sideband_of_minus_60_dbc_survives_beside_the_carrier_that_is_gone(offset_hz):
    """10 s: ten bins away and more. Its amplitude is 14.1 mA; 0.3 mA of it may be lost to the carrier."""
    fit = remove_harmonics(mains(10.0, lines=(Line(49.973 - offset_hz, -60.0, 0.7),)), FS, 50.0)
    t = np.arange(20000) / FS
    expected = 0.0141 * np.cos(2 * np.pi * (49.973 - offset_hz) * t + 0.7)
    assert np.abs(fit.residual[0] - expected).max() < 0.0141 * 0.1 / offset_hz
    assert fit.line_hz == pytest.approx(49.973, abs=1e-5)


def test_the_supply_frequency_is_as_good_as_noise_allows():
    """Cramer-Rao bound of 3 phases x 4000 samples at -40 dBc, 50 seeds: the spread is within a third of it.

    var(f) = 6 sigma^2 fs^2 / (pi^2 A^2 n (n^2 - 1)) per phase for a cosine of A in noise of variance sigma^2, over 3.
    """
    n, sigma = 4000, 10.0**-2 / np.sqrt(2)  # rms of the noise over the peak of the carrier, -40 dBc of its rms
    bound_hz = np.sqrt(6 * sigma**2 * FS**2 / (np.pi**2 * n * (n**2 - 1)) / 3)
    found = [
        remove_harmonics(mains(2.0, seed=seed, noise_dbc=-40.0, harmonics_pct={}), FS, 50.0, n_harmonics=3).line_hz
        for seed in range(50)
    ]
    assert abs(np.mean(found) - 49.973) < bound_hz
    assert np.std(found) == pytest.approx(bound_hz, rel=0.35)


def test_single_precision_is_fitted_in_double():
    fit = remove_harmonics(mains(2.0).astype(np.float32), FS, 50.0)
    assert fit.residual.dtype == np.float64
    assert np.abs(fit.residual).max() < 14.1 * 2e-7


def test_a_current_of_nothing_leaves_nothing():
    fit = remove_harmonics(np.zeros(500), FS, 50.0)
    assert not fit.residual.any() and not fit.phasors.any()


def test_two_periods_are_enough_where_the_frequency_is_known():
    x = mains(2 / 49.973 + 1e-3)
    assert np.abs(remove_harmonics(x, FS, 49.973, is_refined=False).residual).max() < 1e-6


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fs": 0.0}, "fs must be positive, got 0.0; pass the sampling rate in Hz"),
        ({"line_hz": 1000.0}, "line_hz must lie between 0 and half the sampling rate of 2000 Hz, got 1000.0"),
        ({"n_harmonics": 0}, "n_harmonics must be at least 1, got 0; 1 is the carrier alone"),
        ({"x": np.ones(79)}, "a fit needs at least 2 periods of 50 Hz, got 0.0395 s; record longer"),
        ({"x": np.array([np.nan] * 2 + [1.0] * 98)}, "x must be finite, got 2 gaps; choose a stretch without"),
        ({"fs": 101.0}, "line_hz must lie below half the sampling rate of 101 Hz, got 50"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        remove_harmonics(**({"x": np.ones(100), "fs": FS, "line_hz": 50.0} | change))


def test_an_order_that_was_not_fitted_is_refused():
    with pytest.raises(ValueError, match="order must be 0 to 3, got 4; fit more harmonics"):
        remove_harmonics(np.ones(500), FS, 50.0, n_harmonics=3).phasor(4)
