"""Cepstral coefficients against librosa and against what a gain may change."""

import numpy as np
import pytest
from feature_batches import FS, batch, check_that_torch_agrees, current, figures
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core import cepstral_features
from diagmod.core.cepstral_features import FEATURES, N_BANDS, N_COEFFICIENTS, mean_mfcc
from diagmod.core.mel_bands import hz_to_mel, mel_bank, mel_to_hz
from diagmod.core.short_time import frame_samples, short_time_power
from diagmod.sim.signal import Line

RATES = (1000.0, 5000.0, 10_000.0, 25_600.0)


def figures_of(x, fs=FS):
    """Cepstral features of a segment."""
    return figures(cepstral_features, x, fs)


def librosa_mfcc(librosa, y, fs):
    """Mean coefficients by librosa with the settings that the documentation names."""
    n = frame_samples(fs)
    mel = librosa.feature.melspectrogram(
        y=y,
        sr=fs,
        n_fft=n,
        hop_length=n // 2,
        n_mels=N_BANDS,
        fmin=fs / n,
        center=False,
        htk=False,
        norm="slaney",
    )
    level_db = librosa.power_to_db(mel, amin=1e-30, top_db=None)
    return librosa.feature.mfcc(S=level_db, n_mfcc=N_COEFFICIENTS).mean(axis=-1)


@pytest.mark.parametrize("fs", RATES)
@pytest.mark.parametrize(("dtype", "tolerance_db"), [(np.float32, 2e-3), (np.float64, 1e-4)])
def test_coefficients_agree_with_librosa(fs, dtype, tolerance_db):
    librosa = pytest.importorskip("librosa")
    x = current(2.0, fs, noise_dbc=-50.0, harmonics_pct={5: 3.0}, lines=[Line(123.0, -35.0)]).astype(dtype)
    found = figures_of(x, fs)
    expected = librosa_mfcc(librosa, x[1].astype(np.float64), fs)
    for k in range(N_COEFFICIENTS):
        assert found[f"mfcc{k}_S"] == pytest.approx(expected[k], abs=tolerance_db), k


@pytest.mark.parametrize("fs", RATES)
def test_filter_bank_agrees_with_librosa(fs):
    librosa = pytest.importorskip("librosa")
    n = frame_samples(fs)
    expected = librosa.filters.mel(sr=fs, n_fft=n, n_mels=N_BANDS, fmin=fs / n, dtype=np.float64)
    np.testing.assert_allclose(mel_bank(fs, n, N_BANDS), expected, rtol=1e-9, atol=1e-12)


def test_mel_scale_goes_back_and_forth():
    hz = np.array([0.0, 500.0, 999.0, 1000.0, 1001.0, 6400.0, 12_800.0])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz)), hz, rtol=1e-12)


@pytest.mark.parametrize(
    ("fs", "n"), [(25_600.0, 2048), (20_000.0, 2048), (5000.0, 512), (1000.0, 128), (50_000.0, 4096)]
)
def test_frames_are_the_power_of_two_nearest_to_a_tenth_of_a_second(fs, n):
    assert frame_samples(fs) == n


def test_frames_are_the_plain_transform_of_tapered_pieces():
    x = np.random.default_rng(0).normal(size=(2, 3, 1400))
    power = short_time_power(x, FS)
    assert power.shape == (2, 3, 4, 257)
    piece = x[1, 2, 512:1024] * np.hanning(513)[:-1]
    np.testing.assert_allclose(power[1, 2, 2], np.abs(np.fft.rfft(piece)) ** 2, rtol=1e-9, atol=1e-12)


def test_frames_of_long_recordings_do_not_depend_on_how_they_are_cut_up():
    x = current(60.0, line_hz=50.0, noise_dbc=-40.0)
    whole, alone = short_time_power(x, FS), short_time_power(x[1:2, : 5 * 256], FS)
    np.testing.assert_allclose(whole[1:2, :4], alone, rtol=1e-9)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_gain_moves_the_first_coefficient_alone(gain, seed):
    """20 log10 g in each of 40 bands, times sqrt(40) by the orthonormal transform: 126.5 log10 g."""
    x = current(seed=seed, noise_dbc=-40.0)
    before, after = figures_of(x), figures_of(gain * x)
    for phase in "RST":
        moved = after[f"mfcc0_{phase}"] - before[f"mfcc0_{phase}"]
        assert moved == pytest.approx(126.491 * np.log10(gain), abs=1e-3)
        for k in range(1, N_COEFFICIENTS):
            assert after[f"mfcc{k}_{phase}"] == pytest.approx(before[f"mfcc{k}_{phase}"], abs=1e-6), k


def test_offset_changes_nothing():
    x = current(noise_dbc=-40.0)
    before, after = figures_of(x), figures_of(x + 30)
    for name, value in before.items():
        assert after[name] == pytest.approx(value, abs=1e-6), name


def test_scale_free_are_all_but_the_first_coefficient():
    assert {f.name[:-2] for f in FEATURES if not f.is_scale_free} == {"mfcc0"}


def test_noise_of_another_colour_changes_the_outline():
    x = current(noise_dbc=-50.0)
    red = x + np.cumsum(np.random.default_rng(1).normal(scale=0.01, size=x.shape), axis=-1)
    assert figures_of(red)["mfcc1_R"] > figures_of(x)["mfcc1_R"] + 5


def test_phases_change_places_with_their_figures():
    x = current(noise_dbc=-30.0)
    before, after = figures_of(x), figures_of(x[[1, 2, 0]])
    assert after["mfcc3_R"] == pytest.approx(before["mfcc3_S"], abs=1e-9)


@pytest.mark.parametrize("gap", [slice(None), slice(2600, 2601)])
def test_absent_phase_and_gap_are_nan_and_the_others_not(gap):
    x = current(noise_dbc=-40.0)
    x[2, gap] = np.nan
    for name, value in figures_of(x).items():
        assert np.isnan(value) == name.endswith("_T"), name


def test_constant_nothing_and_too_short_segments_are_nan():
    for level in (0.0, 0.1, -1e6 / 3):
        assert np.isnan(list(figures_of(np.full((3, 5000), level)).values())).all()
    assert np.isnan(list(figures_of(current()[:, :400]).values())).all()
    assert np.isnan(list(figures_of(current(fs=300.0), 300.0).values())).all()
    found = cepstral_features.compute(batch(np.empty((0, 3, 5000))))
    assert {value.shape for value in found.values()} == {(0,)}


def test_rate_too_low_for_forty_bands_is_nan_and_no_empty_band():
    """At 400 Hz a frame of 32 samples has 17 bins for 40 bands."""
    assert np.isnan(mean_mfcc(short_time_power(current(fs=400.0, noise_dbc=-20.0), 400.0), 400.0)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_torch_tensors_give_the_same_figures(dtype):
    check_that_torch_agrees(cepstral_features, dtype, atol=1e-4)
