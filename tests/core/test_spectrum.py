"""Lines read what they are, on and between bins, in short and long records."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.spectrum import (
    HANN_ENBW,
    LINE_HALF_WIDTH,
    band_rms,
    fundamental_hz,
    hann_spectrum,
    level_dbc,
    line_phasor,
)
from diagmod.core.supply_free import interharmonic_rms
from diagmod.sim.signal import Line, SignalSpec, synthesise

FS = 2000.0


def cosine(hz, duration_s, amplitude=14.1, phase_rad=0.0, fs=FS):
    """One cosine, shape (n,)."""
    return amplitude * np.cos(2 * np.pi * hz * np.arange(round(duration_s * fs)) / fs + phase_rad)


def three_phases(duration_s, seed=0, **spec):
    """Spectrum of a synthetic three-phase current of 10 A at 50 Hz unless told otherwise."""
    spec = SignalSpec(**({"line_hz": 50.0, "amplitude_a": 10.0} | spec))
    return hann_spectrum(synthesise(spec, FS, round(duration_s * FS), np.random.default_rng(seed)), FS)


@pytest.mark.parametrize("duration_s", [0.5, 1.0, 1.234, 7.0, 60.0])
@pytest.mark.parametrize("hz", [50.0, 50.5, 49.37])
def test_amplitude_and_phase_do_not_depend_on_the_record_length(hz, duration_s):
    phasor = line_phasor(hann_spectrum(cosine(hz, duration_s, phase_rad=0.6), FS), hz)
    assert np.abs(phasor) == pytest.approx(14.1, abs=0.001)
    assert np.angle(phasor) == pytest.approx(0.6, abs=1e-4)


@pytest.mark.parametrize("offset_bins", [-0.5, -0.2, 0.0, 0.31, 0.5])
def test_phase_between_bins_is_exact_far_from_the_mirror_image(offset_bins):
    """500 Hz lies 1000 bins from its image, so only the taper's own phase is left: below 1e-6 rad."""
    hz = 500 + offset_bins
    phasor = line_phasor(hann_spectrum(cosine(hz, 1.0, 1.0, 1.0), FS), hz)
    assert np.angle(phasor) == pytest.approx(1.0, abs=1e-6)
    assert np.abs(phasor) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("offset_hz", [0.0, 0.25, 0.5])
def test_sideband_of_minus_40_dbc_reads_minus_40_dbc_between_bins(offset_hz):
    """1 % beside the supply, 10 bins away in 2 s; 0.25 Hz is half a bin."""
    hz = 45.0 + offset_hz
    spectrum = three_phases(2.0, lines=[Line(hz, -40.0)])
    level_dbc = 20 * np.log10(np.abs(line_phasor(spectrum, hz)) / np.abs(line_phasor(spectrum, 50.0)))
    np.testing.assert_allclose(level_dbc, -40.0, atol=0.02)


def test_sideband_of_minus_60_dbc_is_measured_in_noise_of_minus_50_dbc():
    """White noise of -50 dBc over 20000 bins of 10 s lies near -50 - 43 + 1.8 = -91 dBc in a bin."""
    spectrum = three_phases(20.0, lines=[Line(47.0, -60.0)], noise_dbc=-50.0)
    level_dbc = 20 * np.log10(np.abs(line_phasor(spectrum, 47.0)) / np.abs(line_phasor(spectrum, 50.0)))
    np.testing.assert_allclose(level_dbc, -60.0, atol=0.5)


@pytest.mark.parametrize("hz", [20.31, 49.985, 50.0, 50.5, 59.75, 119.2])
def test_supply_frequency_between_bins_is_found_to_a_millihertz(hz):
    assert fundamental_hz(three_phases(1.0, line_hz=hz), 15.0, 125.0) == pytest.approx(hz, abs=1e-3)


def test_supply_frequency_in_noise_is_found_to_a_few_millihertz():
    """Noise of -40 dBc in 2000 samples of three phases: sigma of the order of 0.3 mHz."""
    found = [float(fundamental_hz(three_phases(1.0, k, line_hz=50.2, noise_dbc=-40.0), 20, 120)) for k in range(30)]
    np.testing.assert_allclose(found, 50.2, atol=3e-3)


def test_supply_frequency_does_not_need_every_phase():
    currents = np.stack([cosine(50.3, 1.0), np.full(2000, np.nan), cosine(50.3, 1.0)])
    assert fundamental_hz(hann_spectrum(currents, FS), 20, 120) == pytest.approx(50.3, abs=1e-3)


@pytest.mark.parametrize(
    ("currents", "why"),
    [
        (np.full((3, 2000), np.nan), "no phase is finite"),
        (np.zeros((3, 2000)), "there is no energy"),
        (np.tile(cosine(19.0, 1.0), (3, 1)), "the line lies below the band and only its skirt is inside"),
    ],
)
def test_supply_frequency_is_nan_without_a_line_in_the_band(currents, why):
    assert np.isnan(fundamental_hz(hann_spectrum(currents, FS), 20, 120)), why


def test_supply_frequency_is_nan_where_the_band_is_narrower_than_three_bins():
    assert np.isnan(fundamental_hz(hann_spectrum(np.tile(cosine(50, 0.1), (3, 1)), FS), 990.0, 999.0))


@pytest.mark.parametrize("hz", [np.nan, -50.0, 0.0, 1.9, 998.1, 1000.0, 3000.0])
def test_phasor_too_near_to_zero_or_nyquist_is_nan(hz):
    assert np.isnan(line_phasor(hann_spectrum(cosine(50, 1.0), FS), hz))


def test_each_row_is_read_at_its_own_frequency():
    x = np.stack([cosine(50.0, 1.0, 1.0), cosine(60.5, 1.0, 2.0), cosine(70.2, 1.0, 3.0)])
    read = np.abs(line_phasor(hann_spectrum(x, FS), np.array([50.0, 60.5, 70.2])))
    np.testing.assert_allclose(read, [1, 2, 3], atol=1e-4)


def test_gap_makes_its_own_row_nan_and_no_other():
    x = np.stack([cosine(50, 1.0), cosine(50, 1.0)])
    x[1, 7] = np.nan
    np.testing.assert_array_equal(np.isnan(np.abs(line_phasor(hann_spectrum(x, FS), 50.0))), [False, True])


def test_dc_offset_does_not_reach_the_lines():
    plain, raised = cosine(50, 1.0), cosine(50, 1.0) + 1000
    difference = hann_spectrum(raised, FS).lines - hann_spectrum(plain, FS).lines
    assert np.abs(difference).max() < 1e-9


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(4, 301))
def test_power_of_all_bins_is_the_mean_square_of_the_tapered_signal(seed, n):
    """Parseval, for even and odd lengths; the mean square of a Hann taper is 3/8."""
    x = np.random.default_rng(seed).normal(size=n)
    tapered = (x - x.mean()) * scipy.signal.windows.hann(n, sym=False)
    assert hann_spectrum(x, 1.0).power.sum() == pytest.approx(np.mean(tapered**2) / (3 / 8), rel=1e-9)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.floats(20, 900), st.floats(-np.pi, np.pi))
def test_bins_of_a_line_sum_to_its_power(hz, phase_rad):
    """A^2 / 2 whatever the offset from a bin: HANN_ENBW is 1.5."""
    power = hann_spectrum(cosine(hz, 1.0, 2.0, phase_rad), FS).power.sum()
    assert HANN_ENBW == 1.5
    assert power == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize("offset_bins", [0.0, 0.2, 0.4999, 0.5001])
def test_line_holds_all_but_1e_4_of_its_power_within_three_bins(offset_bins):
    power = hann_spectrum(cosine(500 + offset_bins, 1.0), FS).power
    nearest = round(500 + offset_bins)
    held = power[nearest - LINE_HALF_WIDTH : nearest + LINE_HALF_WIDTH + 1].sum()
    assert LINE_HALF_WIDTH == 3
    assert 1 - held / power.sum() < 1e-4


def test_spectrum_agrees_with_scipy_periodogram():
    x = np.random.default_rng(1).normal(size=1000)
    _, power = scipy.signal.periodogram(x, FS, window="hann", scaling="density")
    np.testing.assert_allclose(hann_spectrum(x, FS).power, power * FS / 1000, rtol=1e-9, atol=1e-12)


def test_band_holds_a_line_inside_and_not_one_outside():
    """3 A and 4 A peak: 3 / sqrt 2 below 75 Hz, 5 / sqrt 2 in all."""
    spectrum = hann_spectrum(cosine(50.3, 1.0, 3.0) + cosine(100.0, 1.0, 4.0), FS)
    assert band_rms(spectrum, np.array(10.0), np.array(75.0)) == pytest.approx(3 / np.sqrt(2), abs=1e-3)
    assert band_rms(spectrum, np.array(10.0), np.array(500.0)) == pytest.approx(5 / np.sqrt(2), abs=1e-3)
    assert band_rms(spectrum, np.array(200.0), np.array(500.0)) == pytest.approx(0.0, abs=1e-3)


def test_band_without_limits_is_nan():
    assert np.isnan(band_rms(hann_spectrum(cosine(50, 1.0), FS), np.array(10.0), np.array(np.nan)))


@pytest.mark.parametrize("line_hz", [50.0, 50.25, 50.5])
def test_interharmonics_of_a_clean_current_are_below_a_ten_thousandth(line_hz):
    """The skirt of a line half a bin off would be 0.8 %; a frequency must not look like a fault."""
    spectrum = three_phases(1.0, line_hz=line_hz, harmonics_pct={5: 1.0}, offset_a=(1.0, 0.0, -1.0))
    assert interharmonic_rms(spectrum, np.full(3, line_hz)).max() < 1e-4 * 10


@pytest.mark.parametrize("line_hz", [50.0, 50.5])
def test_interharmonics_hold_the_sidebands_and_the_noise(line_hz):
    """Two sidebands of -30 dBc on 10 A: amplitude 0.316 A each, together 0.316 A rms."""
    spectrum = three_phases(2.0, line_hz=line_hz, lines=[Line(line_hz - 20, -30.0), Line(line_hz + 20, -30.0)])
    np.testing.assert_allclose(interharmonic_rms(spectrum, np.full(3, line_hz)), 10**-0.5, rtol=0.001)


def test_interharmonics_of_white_noise_are_its_rms_less_the_harmonics_share():
    """Noise of -40 dBc on 10 A has 0.0707 A rms; 7 of every 100 bins belong to harmonics."""
    rms = np.mean([interharmonic_rms(three_phases(2.0, k, noise_dbc=-40.0), np.full(3, 50.0)) for k in range(20)])
    assert rms == pytest.approx(0.1 / np.sqrt(2) * np.sqrt(0.93), rel=0.01)


def test_interharmonics_are_nan_where_harmonics_are_nearer_than_eight_bins():
    near, apart = three_phases(0.14), three_phases(0.16)
    assert np.isnan(interharmonic_rms(near, np.full(3, 50.0))).all()
    assert np.isfinite(interharmonic_rms(apart, np.full(3, 50.0))).all()


def test_interharmonics_of_an_absent_phase_are_nan_and_of_the_others_not():
    currents = np.stack([cosine(50, 1.0), np.full(2000, np.nan), cosine(50, 1.0)])
    read = interharmonic_rms(hann_spectrum(currents, FS), np.full(3, 50.0))
    np.testing.assert_array_equal(np.isnan(read), [False, True, False])


def test_a_hundredth_of_the_fundamental_reads_minus_40_dbc_and_an_absent_phase_nothing():
    """2 A at 50 Hz and 0.02 A at 100 Hz."""
    time_s = np.arange(1000) / 1000
    current = 2 * np.sin(2 * np.pi * 50 * time_s) + 0.02 * np.sin(2 * np.pi * 100 * time_s)
    hz, level = level_dbc(np.stack([current, np.full(1000, np.nan)]), 1000.0, 20.0, 120.0)
    assert level[0][hz == 50] == pytest.approx(0.0, abs=0.01)
    assert level[0][hz == 100] == pytest.approx(-40.0, abs=0.01)
    assert np.isnan(level[1]).all()
