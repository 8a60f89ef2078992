"""Spectral features of currents whose every line is known, against scipy and librosa."""

import numpy as np
import pytest
import scipy.signal
from feature_batches import FS, batch, check_that_torch_agrees, current, figures
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core import spectrum_features
from diagmod.core.spectrum import HANN_ENBW
from diagmod.core.spectrum_features import FEATURES, HARMONIC_ORDERS
from diagmod.core.spectrum_shape import BAND_ORDERS, SpectrumShape
from diagmod.core.supply_free import blank, power_without_skirt
from diagmod.sim.signal import Line

NAMES = [f.name for f in FEATURES]


def figures_of(x, fs=FS):
    """Spectral features of a segment."""
    return figures(spectrum_features, x, fs)


def rest_of(x, fs=FS):
    """Power of phase R without DC and supply line, and which bins count, shape (n_bins,)."""
    b = batch(x, fs)
    kept = blank(b.spectrum, b.line_hz[:, None], harmonics=False)
    free = power_without_skirt(b.spectrum, b.power, b.line_hz[:, None])
    return (free * kept)[0, 0], kept[0, 0], b.spectrum.bin_hz


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.floats(2000, 30000), st.floats(0.3, 4.0), st.floats(45, 65), st.floats(-np.pi, np.pi))
def test_sine_of_14_1_a_reads_14_1_at_any_rate_length_and_phase(fs, seconds, hz, phase_rad):
    found = figures_of(current(seconds, fs, line_hz=hz, amplitude_a=14.1, phase_rad=phase_rad), fs)
    for phase in "RST":
        assert found[f"fundamental_{phase}"] == pytest.approx(14.1, rel=1e-3)
        assert found[f"thd_{phase}"] == pytest.approx(0.0, abs=0.1)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.floats(0.5, 6.0), st.integers(0, 1000))
def test_lines_beside_the_supply_are_found_by_frequency_and_level(seconds, seed):
    """-30, -40 and -50 dBc in noise of -60 dBc, at any place between bins."""
    lines = [Line(317.3, -30.0), Line(83.7, -40.0), Line(1032.9, -50.0)]
    found = figures_of(current(seconds, seed=seed, lines=lines, noise_dbc=-60.0))
    for k, line in enumerate(lines, start=1):
        assert found[f"line{k}_hz_R"] == pytest.approx(line.hz, abs=0.1 / seconds), k
        assert found[f"line{k}_dbc_S"] == pytest.approx(line.level_dbc, abs=0.4), k


def test_harmonics_and_the_skirt_of_the_supply_are_no_lines():
    """Between two bins the supply leaks -42 dBc four bins away; the sideband of -60 dBc beside it is seen."""
    found = figures_of(
        current(2.0, line_hz=50.25, harmonics_pct={3: 4.0, 5: 5.0, 7: 3.0}, lines=[Line(45.0, -60.0)], noise_dbc=-50.0)
    )
    assert found["line1_hz_R"] == pytest.approx(45.0, abs=0.1)
    assert found["line1_dbc_R"] == pytest.approx(-60.0, abs=0.5)
    assert found["line2_dbc_R"] < -70


def test_lines_come_strongest_first_and_are_nan_where_there_is_none():
    found = figures_of(current(noise_dbc=-40.0))
    assert found["line1_dbc_R"] >= found["line2_dbc_R"] >= found["line3_dbc_R"]
    clean = figures_of(current(0.3, line_hz=50.0, lines=[Line(120.0, -20.0)]))
    assert clean["line1_dbc_R"] == pytest.approx(-20.0, abs=0.05)


def test_centroid_and_spread_of_two_equal_lines_are_their_middle_and_half_distance():
    found = figures_of(current(4.0, lines=[Line(300.0, -30.0), Line(700.0, -30.0)]))
    assert found["centroid_hz_R"] == pytest.approx(500.0, rel=1e-3)
    assert found["spread_hz_R"] == pytest.approx(200.0, rel=1e-3)


def test_roll_off_is_where_the_stronger_lines_end():
    """Powers 0.8, 0.1, 0.1: 85 % are reached in the second line."""
    lines = [Line(300.0, 10 * np.log10(0.8) - 30), Line(700.0, -40.0), Line(1500.0, -40.0)]
    assert figures_of(current(4.0, lines=lines))["rolloff_hz_R"] == pytest.approx(700.0, abs=1.0)


def test_shares_of_the_bands_are_those_of_their_lines():
    """Lines of 0.4, 0.3, 0.2, 0.1 of the power at 0.5, 3.4, 10.4 and 40.4 times 50.3 Hz."""
    orders = {"band_sub": (0.5, 0.4), "band_low": (3.4, 0.3), "band_mid": (10.4, 0.2), "band_high": (40.4, 0.1)}
    lines = [Line(order * 50.3, 10 * np.log10(share) - 20) for order, share in orders.values()]
    found = figures_of(current(2.0, lines=lines))
    for name, (_, share) in orders.items():
        assert found[f"{name}_T"] == pytest.approx(100 * share, abs=0.05), name


def test_bands_that_begin_above_the_nyquist_frequency_are_nan_and_the_rest_is_all():
    """20.5 x 50.3 = 1031 Hz, the Nyquist frequency is 1000 Hz."""
    found = figures_of(current(fs=2000.0, noise_dbc=-40.0), 2000.0)
    assert np.isnan(found["band_high_R"])
    assert sum(found[f"{name}_R"] for name in BAND_ORDERS if name != "band_high") == pytest.approx(100.0, abs=1e-6)


@pytest.mark.parametrize("n", [1000, 5000, 12_345])
def test_shares_of_the_bands_sum_to_everything(n):
    found = figures_of(current(noise_dbc=-30.0, seconds=n / FS))
    assert sum(found[f"{name}_R"] for name in BAND_ORDERS) == pytest.approx(100.0, abs=1e-6)


@pytest.mark.parametrize("n_bins", [1, 2, 127, 128, 129, 1000])
def test_running_power_agrees_with_a_plain_running_sum(n_bins):
    power = np.random.default_rng(n_bins).exponential(size=(2, 3, n_bins))
    shape = SpectrumShape(power, np.ones((2, 1, n_bins)), 2.0)
    for upto in (0, 1, n_bins // 2, n_bins - 1, n_bins, n_bins + 5):
        hz = np.full((2, 3), 2.0 * upto)
        np.testing.assert_allclose(shape.below(hz), power[..., :upto].sum(axis=-1), rtol=1e-12, err_msg=str(upto))


def test_white_noise_is_flat_and_a_line_is_not():
    """Power of white noise is exponential: flatness exp(-gamma) = 0.5615, entropy log2(N) - 0.61 of log2(N) bit."""
    x = np.random.default_rng(3).normal(size=(1, 1, 16_384))
    power = np.abs(np.fft.rfft(x))[..., 1:-1] ** 2
    noise = SpectrumShape(power, np.ones((1, 1, power.shape[-1])), 1.0).evenness()
    assert noise["flatness"][0, 0] == pytest.approx(np.exp(-np.euler_gamma), abs=0.02)
    assert noise["spectral_entropy"][0, 0] == pytest.approx(1 - 0.61 / np.log2(power.shape[-1]), abs=0.003)
    power = np.full((1, 1, 100), 1e-20)
    power[..., 7] = 1.0
    line = SpectrumShape(power, np.ones((1, 1, 100)), 1.0).evenness()
    assert line["flatness"][0, 0] < 1e-15
    assert line["spectral_entropy"][0, 0] < 1e-15
    even = SpectrumShape(np.ones((1, 1, 64)), np.ones((1, 1, 64)), 1.0).evenness()
    assert even["flatness"][0, 0] == pytest.approx(1.0, abs=1e-12)
    assert even["spectral_entropy"][0, 0] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_agrees_with_librosa(dtype):
    """Its centroid, bandwidth, roll-off and flatness of the same power spectrum, to 1e-4."""
    librosa = pytest.importorskip("librosa")
    x = current(noise_dbc=-40.0, harmonics_pct={5: 3.0}, lines=[Line(777.0, -35.0)]).astype(dtype)
    found = figures_of(x)
    power, kept, bin_hz = rest_of(x.astype(np.float64))
    given = {"S": power[:, None], "freq": np.arange(len(power)) * bin_hz}
    feature = librosa.feature
    assert found["centroid_hz_R"] == pytest.approx(feature.spectral_centroid(**given)[0, 0], rel=1e-4)
    assert found["spread_hz_R"] == pytest.approx(feature.spectral_bandwidth(**given)[0, 0], rel=1e-4)
    assert found["rolloff_hz_R"] == feature.spectral_rolloff(**given, roll_percent=0.85)[0, 0]
    flatness = feature.spectral_flatness(S=power[kept > 0][:, None], power=1.0, amin=1e-30)[0, 0]
    assert found["flatness_R"] == pytest.approx(flatness, rel=1e-4)


def test_power_of_the_spectrum_agrees_with_welch_of_one_segment():
    x = current(noise_dbc=-30.0)
    _, density = scipy.signal.welch(x, FS, "hann", nperseg=x.shape[-1], detrend="constant")
    np.testing.assert_allclose(batch(x).power[0], density * FS / x.shape[-1], rtol=1e-9, atol=1e-15)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(200, 3001), st.sampled_from([np.float32, np.float64]))
def test_power_sums_to_the_mean_square_of_the_tapered_segment(seed, n, dtype):
    """Parseval in both precisions; the mean square of the taper is 3/8."""
    x = np.random.default_rng(seed).normal(3.0, size=(3, n)).astype(dtype)
    tapered = (x - x.mean(axis=-1, keepdims=True)) * scipy.signal.windows.hann(n, sym=False)
    expected = (tapered.astype(np.float64) ** 2).mean(axis=-1) / (HANN_ENBW / 4)
    np.testing.assert_allclose(batch(x).power[0].sum(axis=-1), expected, rtol=1e-5 if dtype == np.float32 else 1e-9)


def test_flux_is_nothing_for_a_steady_current_and_more_for_one_that_steps():
    steady = current(noise_dbc=-80.0)
    stepped = steady.copy()
    stepped[:, 2500:] += 0.1 * current(line_hz=387.0)[:, 2500:]
    calm, moved = figures_of(steady), figures_of(stepped)
    assert calm["flux_R"] < 1e-3
    assert moved["flux_R"] > 5 * calm["flux_R"]


def test_flux_of_frames_that_share_no_bin_is_the_root_of_two():
    power = np.zeros((1, 3, 2, 8))
    power[:, :, 0, 3] = power[:, :, 1, 5] = 4.0
    np.testing.assert_allclose(spectrum_features.spectral_flux(power), np.sqrt(2))


def test_spectral_kurtosis_of_known_powers():
    """M frames, all power in one: (M + 1 - 2) M / (M - 1) = M; all equal: M/(M - 1) ((M + 1)/M - 2) = -1."""
    power = np.zeros((1, 2, 10, 9))
    power[0, 0, 4, 4], power[0, 1, :, 3] = 7.0, 2.0
    found = spectrum_features.largest_spectral_kurtosis(power)
    np.testing.assert_allclose(found, [[10.0, -1.0]])


def test_bursts_are_seen_in_the_spectral_kurtosis_and_steady_noise_is_not():
    """Bursts of 2 % at 1.8 kHz of 40 ms every 0.5 s, in noise of -60 dBc."""
    time_s = np.arange(10_000) / FS
    bursts = 0.2 * np.sin(2 * np.pi * 1800 * time_s) * (time_s % 0.5 < 0.04)
    for seed in range(10):
        quiet = current(2.0, seed=seed, noise_dbc=-60.0)
        assert figures_of(quiet)["spectral_kurtosis_R"] < 6
        assert figures_of(quiet + bursts)["spectral_kurtosis_R"] > 6


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_only_the_fundamental_scales(gain, seed):
    x = current(seed=seed, noise_dbc=-40.0, harmonics_pct={5: 3.0}, lines=[Line(83.0, -30.0)])
    before, after = figures_of(x), figures_of(gain * x)
    for name in NAMES:
        factor = gain if name.startswith("fundamental") else 1.0
        assert after[name] == pytest.approx(factor * before[name], rel=1e-6, abs=1e-9), name


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.floats(-100, 100), st.integers(0, 1000))
def test_offset_changes_nothing(offset, seed):
    x = current(seed=seed, noise_dbc=-40.0)
    before, after = figures_of(x), figures_of(x + offset)
    for name in NAMES:
        assert after[name] == pytest.approx(before[name], rel=1e-6, abs=1e-7), name


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(1, 4999))
def test_shift_of_a_periodic_current_by_whole_samples_changes_no_line(shift):
    x = current(line_hz=50.0, harmonics_pct={2: 1.0, 5: 3.0, 7: 2.0}, lines=[Line(83.0, -30.0)])
    before, after = figures_of(x), figures_of(np.roll(x, shift, axis=-1))
    names = ["fundamental", "thd", "interharmonic", "line1_hz", "line1_dbc", "centroid_hz", "spread_hz", "band_low"]
    for name in names + [f"h{k}" for k in HARMONIC_ORDERS]:
        assert after[f"{name}_S"] == pytest.approx(before[f"{name}_S"], rel=1e-5, abs=1e-4), name


def test_decimation_of_a_band_limited_current_leaves_its_lines():
    x = current(2.0, fs=20_000.0, harmonics_pct={5: 3.0, 7: 2.0}, lines=[Line(83.0, -30.0), Line(410.0, -35.0)])
    whole, every_fourth = figures_of(x, 20_000.0), figures_of(x[:, ::4])
    for name in ("fundamental", "h5", "h7", "thd", "interharmonic", "line1_hz", "line2_dbc", "centroid_hz", "band_sub"):
        assert every_fourth[f"{name}_R"] == pytest.approx(whole[f"{name}_R"], rel=1e-4), name


def test_phases_change_places_with_their_figures():
    x = current(noise_dbc=-30.0, i2_over_i1=0.05)
    before, after = figures_of(x), figures_of(x[[2, 0, 1]])
    for name in NAMES:
        source = name[:-1] + {"R": "T", "S": "R", "T": "S"}[name[-1]]
        assert after[name] == pytest.approx(before[source], rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("gap", [slice(None), slice(100, 101)])
def test_absent_phase_and_gap_are_nan_and_the_others_not(gap):
    x = current(noise_dbc=-40.0)
    x[2, gap] = np.nan
    for name, value in figures_of(x).items():
        assert np.isnan(value) == name.endswith("_T"), name


@pytest.mark.parametrize("level", [0.0, 2.5, 0.1, -1e6 / 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_constant_phase_has_no_spectrum(level, dtype):
    x = current(noise_dbc=-40.0).astype(dtype)
    x[1] = level
    found = figures_of(x)
    unknown = {n for n in NAMES if n.endswith("_S")} - {"fundamental_S"}
    assert {n for n in NAMES if np.isnan(found[n])} == unknown
    assert found["fundamental_S"] == pytest.approx(0.0, abs=1e-12 * abs(level))


@pytest.mark.parametrize("n", [1, 2, 4, 63, 300])
def test_segments_too_short_for_their_lines_are_nan_and_no_error(n):
    """In 60 ms three periods are three bins: lines cannot be told apart."""
    found = figures_of(current(noise_dbc=-40.0)[:, :n])
    assert np.isnan([found[name] for name in ("interharmonic_R", "line1_hz_R", "flux_R", "centroid_hz_R")]).all()


def test_machine_at_rest_and_no_segment_give_columns():
    found = spectrum_features.compute(batch(np.zeros((2, 3, 5000))))
    assert np.isnan(found["centroid_hz_R"]).all()
    found = spectrum_features.compute(batch(np.empty((0, 3, 5000))))
    assert {value.shape for value in found.values()} == {(0,)}
    assert sorted(found) == sorted(NAMES)


def test_neighbours_in_a_batch_change_nothing():
    pieces = [current(noise_dbc=-50.0), current(line_hz=23.7, noise_dbc=-30.0), current(line_hz=118.0)]
    together = spectrum_features.compute(batch(np.stack(pieces)))
    alone = figures_of(pieces[0])
    for name, value in alone.items():
        assert together[name][0] == pytest.approx(value, rel=1e-9, abs=1e-9), name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_tensors_give_the_same_figures(dtype):
    check_that_torch_agrees(spectrum_features, dtype, atol=2e-6)
