"""Figures of modulation of currents whose modulation is known."""

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core import envelope_features
from diagmod.core.envelope_features import FEATURES, PHASE_FLOORS
from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.tapered_baseband import tapered_baseband

FS = 5000.0
CHANNELS = ("_R", "_S", "_T", "")


def current(am=None, pm_rad=None, seconds=1.0, fs=FS, line_hz=50.3, noise_a=0.0, seed=0):
    """Three phases of 14.1 A peak; ``am`` and ``pm_rad`` are pairs of depth and frequency in Hz. Shape (3, n)."""
    t = np.arange(round(seconds * fs)) / fs
    depth, am_hz = am or (0.0, 1.0)
    index, pm_hz = pm_rad or (0.0, 1.0)
    amplitude = 14.1 * (1 + depth * np.cos(2 * np.pi * am_hz * t + 0.7))
    phase = 2 * np.pi * line_hz * t + index * np.sin(2 * np.pi * pm_hz * t + 0.3) + 0.4
    x = amplitude * np.cos(phase - 2 * np.pi / 3 * np.arange(3)[:, None])
    return x + noise_a * np.random.default_rng(seed).normal(size=x.shape)


def columns(x, fs=FS):
    """Figures of a batch."""
    return envelope_features.compute(SegmentBatch.of(x, fs, 20.0, 120.0))


def figures(x, fs=FS):
    """Figures of one segment as plain numbers."""
    return {name: float(value[0]) for name, value in columns(x[None], fs).items()}


def check(found, expected, **tolerance):
    """Figures of every phase and of the positive sequence against expected values."""
    for name, value in expected.items():
        for channel in CHANNELS:
            assert found[name + channel] == pytest.approx(value, nan_ok=True, **tolerance), name + channel


def test_figures_come_by_the_names_of_the_table():
    assert set(figures(current())) == {f.name for f in FEATURES}
    assert all(f.source and f.changes for f in FEATURES)


@pytest.mark.parametrize("hz", [2.0, 5.0, 9.0])
def test_amplitude_modulation_of_three_percent_reads_three_percent(hz):
    """3 % peak is 3 / sqrt 2 = 2.121 % rms; below 0.2 x 50.3 = 10.06 Hz it is slow; a sine has a kurtosis of 1.5."""
    found = figures(current(am=(0.03, hz)))
    check(found, {"am_depth": 3 / np.sqrt(2), "am_slow": 3 / np.sqrt(2), "am_line": 3.0}, rel=1e-3)
    check(found, {"am_line_hz": hz, "am_fast": 0.0, "am_slow_share": 100.0, "am_share": 100.0}, abs=3e-2)
    check(found, {"inst_hz": 50.3, "fm_rms": 0.0, "pm_rms": 0.0}, abs=5e-3)
    check(found, {"am_kurtosis": 1.5}, abs=0.05)


def test_modulation_by_the_turning_of_the_shaft_is_fast():
    found = figures(current(am=(0.01, 24.6)))
    check(found, {"am_fast": 1 / np.sqrt(2), "am_line_hz": 24.6, "am_line": 1.0}, rel=2e-3)
    check(found, {"am_slow": 0.0, "am_slow_share": 0.0}, abs=1e-2)


def test_phase_modulation_of_a_twentieth_radian_reads_its_deviation():
    """0.05 rad at 5 Hz is 0.25 Hz of deviation, 0.1768 Hz and 0.05 / sqrt 2 rad = 2.026 deg rms."""
    found = figures(current(pm_rad=(0.05, 5.0)))
    expected = {"fm_rms": 0.25 / np.sqrt(2), "fm_line_hz": 5.0, "fm_line": 0.25, "inst_hz": 50.3}
    check(found, expected | {"pm_rms": np.degrees(0.05) / np.sqrt(2)}, rel=1e-3)
    check(found, {"am_depth": 0.0, "am_share": 0.0}, abs=3e-3)


def test_amplitude_and_phase_share_the_modulation():
    """3 % and 0.04 rad: 9 / (9 + 16) = 36 %."""
    check(figures(current(am=(0.03, 6.0), pm_rad=(0.04, 6.0))), {"am_share": 36.0}, abs=0.1)


@pytest.mark.parametrize(("seconds", "fs"), [(0.5, 5000.0), (1.0, 25600.0), (2.5, 5000.0), (20.0, 2000.0)])
def test_modulation_reads_the_same_at_any_length_and_rate(seconds, fs):
    found = figures(current(am=(0.03, 6.3), pm_rad=(0.05, 6.3), seconds=seconds, fs=fs), fs)
    check(found, {"am_depth": 3 / np.sqrt(2), "fm_rms": 0.05 * 6.3 / np.sqrt(2), "am_line": 3.0}, rel=0.01)
    check(found, {"am_line_hz": 6.3, "fm_line_hz": 6.3}, abs=0.05)


def test_deep_modulation_is_not_a_small_one():
    """90 % of amplitude, and 1 rad at 7 Hz: no approximation for small modulation is made."""
    check(figures(current(am=(0.9, 5.0))), {"am_depth": 90 / np.sqrt(2), "am_line": 90.0}, rel=1e-3)
    check(figures(current(pm_rad=(1.0, 7.0))), {"fm_rms": 7 / np.sqrt(2), "fm_line": 7.0}, rel=1e-3)


def test_steady_current_has_neither_line_nor_shape():
    found = figures(current())
    check(
        found, dict.fromkeys(("am_line_hz", "am_line", "am_kurtosis", "am_slow_share", "fm_line", "am_share"), np.nan)
    )
    check(found, {"am_depth": 0.0, "fm_rms": 0.0, "pm_rms": 0.0}, abs=5e-3)


@pytest.mark.parametrize("line_hz", [42.5, 50.02, 50.5, 60.37])
@pytest.mark.parametrize("seconds", [0.24, 0.3, 1.0, 4.0])
def test_cutting_the_band_off_leaves_less_than_the_stated_floor(line_hz, seconds):
    """What a pure line reads stays below the floor under which no line and no shape is reported."""
    x = current(line_hz=line_hz, seconds=seconds)
    floor = float(tapered_baseband(SegmentBatch.of(x[None], FS, 20.0, 120.0)).floor[0])
    found = figures(x)
    for channel in CHANNELS:
        assert found[f"am_depth{channel}"] < 100 * floor
        assert found[f"fm_rms{channel}"] < 0.8 * line_hz * floor
        assert np.radians(found[f"pm_rms{channel}"]) < PHASE_FLOORS * floor
        assert np.isnan([found[f"am_line_hz{channel}"], found[f"fm_line_hz{channel}"]]).all()


def test_unbalance_harmonics_and_offset_are_no_modulation():
    x = current()
    t = np.arange(x.shape[1]) / FS
    x *= np.array([[1.0], [0.9], [1.05]])
    x += 0.5 * np.cos(2 * np.pi * 5 * 50.3 * t) + np.array([[0.4], [0.0], [-0.2]])
    check(figures(x), {"am_depth": 0.0, "fm_rms": 0.0}, abs=6e-3)


def test_envelope_and_frequency_are_those_of_the_analytic_signal_away_from_the_ends():
    """scipy.signal.hilbert of the current itself, in the middle two quarters."""
    x = current(am=(0.05, 4.0), pm_rad=(0.1, 7.0), seconds=2.0, line_hz=50.0)
    baseband = tapered_baseband(SegmentBatch.of(x[None], FS, 20.0, 120.0))
    m = baseband.values.shape[-1]
    middle = slice(m // 4, 3 * m // 4)
    at = np.round(np.arange(m)[middle] * x.shape[1] / m).astype(int)
    envelope = np.abs(baseband.values[0, :3]) / np.where(baseband.taper > 0, baseband.taper, 1.0)
    analytic = scipy.signal.hilbert(x)
    np.testing.assert_allclose(envelope[:, middle], np.abs(analytic)[:, at], rtol=3e-3)
    hz = np.imag(baseband.slopes / np.where(baseband.values == 0, 1, baseband.values))[0, :3] / (2 * np.pi) + 50.0
    expected = np.gradient(np.unwrap(np.angle(analytic), axis=-1), 1 / FS, axis=-1) / (2 * np.pi)
    np.testing.assert_allclose(hz[:, middle], expected[:, at], atol=0.02)


def test_positive_sequence_has_less_noise_than_a_phase():
    """Independent noise of three phases averages: a third of the power."""
    found = [figures(current(noise_a=0.1, seed=k)) for k in range(30)]
    phase, together = (np.mean([f[name] ** 2 for f in found]) for name in ("am_depth_R", "am_depth"))
    assert together / phase == pytest.approx(1 / 3, rel=0.15)


def test_envelope_of_noise_has_the_shape_of_noise():
    shapes = [figures(current(noise_a=0.2, seconds=4.0, seed=k))["am_kurtosis_R"] for k in range(30)]
    assert np.mean(shapes) == pytest.approx(3.0, abs=0.3)


def test_interrupted_current_has_finite_figures():
    x = current()
    x[:, 2500:] = 0.0
    found = figures(x)
    assert np.isfinite(list(found.values())).all()
    assert found["am_depth_R"] == pytest.approx(100.0, rel=0.1)
    assert found["inst_hz_R"] == pytest.approx(50.3, abs=1.0)


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.floats(0.001, 1000), st.integers(0, 1000))
def test_modulation_does_not_change_with_the_scale(gain, seed):
    x = current(am=(0.02, 3.3), noise_a=0.05, seed=seed)
    before, after = figures(x), figures(gain * x)
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=1e-6), name


@settings(deadline=None, max_examples=15, derandomize=True)
@given(st.integers(0, 500), st.floats(-5, 5))
def test_neither_time_shift_nor_offset_changes_a_modulation(shift, offset_a):
    x = current(am=(0.03, 6.0), pm_rad=(0.05, 11.0), seconds=1.1)
    before, after = figures(x[:, :5000]), figures(x[:, shift : shift + 5000] + offset_a)
    for name, value in before.items():
        assert after[name] == pytest.approx(value, rel=2e-3, abs=1e-2), name


def test_cyclic_permutation_carries_the_phases_along_and_keeps_the_positive_sequence():
    x = current(am=(0.02, 3.3), noise_a=0.1)
    before, after = figures(x), figures(x[[1, 2, 0]])
    for feature in FEATURES:
        source = {"R": "S", "S": "T", "T": "R"}
        name = feature.name
        expected = before[name[:-1] + source[name[-1]]] if name[-2:] in CHANNELS else before[name]
        assert after[name] == pytest.approx(expected, rel=1e-6), name


def test_absent_phase_leaves_the_figures_of_the_others_and_none_of_all():
    x = current(am=(0.03, 4.0), pm_rad=(0.05, 9.0))
    x[1] = np.nan
    found = figures(x)
    assert all(np.isfinite(value) == name.endswith(("_R", "_T")) for name, value in found.items())


def test_single_phase_reads_its_own_modulation():
    x = current(am=(0.03, 4.0))
    x[1:] = np.nan
    assert figures(x)["am_depth_R"] == pytest.approx(3 / np.sqrt(2), rel=1e-3)


def test_gap_takes_its_own_segment_and_phase():
    pieces = np.stack([current(am=(0.03, 4.0), pm_rad=(0.05, 9.0))] * 2)
    pieces[1, 0, 99] = np.nan
    found = columns(pieces)
    for name, column in found.items():
        assert np.isfinite(column[0]), name
        assert np.isfinite(column[1]) == name.endswith(("_S", "_T")), name


@pytest.mark.parametrize("level", [0.0, 7.0])
def test_constant_current_is_not_modulated_but_undefined(level):
    assert np.isnan(list(figures(np.full((3, 5000), level)).values())).all()


@pytest.mark.parametrize("n", [4, 7, 60, 400, 980])
def test_segment_of_less_than_ten_periods_has_no_figures(n):
    """0.8 x 50.3 Hz must hold eight bins: 0.1988 s, 994 samples."""
    assert np.isnan(list(figures(current()[:, :n]).values())).all()
    assert np.isfinite(figures(current()[:, :1010])["am_depth_R"])


def test_rate_too_low_for_the_upper_side_of_the_band_gives_none():
    """50.3 x 1.8 = 90.5 Hz lies above 85 Hz, not above 100 Hz."""
    assert np.isnan(figures(current(fs=170.0, seconds=10.0), 170.0)["am_depth_R"])
    assert np.isfinite(figures(current(fs=200.0, seconds=10.0), 200.0)["am_depth_R"])


def test_segments_of_a_batch_do_not_influence_each_other():
    pieces = [current(am=(0.02, 3.0)), current(line_hz=23.0, noise_a=1.0), current(line_hz=110.0), np.zeros((3, 5000))]
    together = columns(np.stack(pieces))
    for k, piece in enumerate(pieces):
        for name, value in figures(piece).items():
            assert together[name][k] == pytest.approx(value, rel=1e-9, nan_ok=True), (k, name)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensors_give_the_figures_of_arrays(dtype):
    x = np.stack([current(am=(0.02, 3.0), noise_a=0.1, seed=k).astype(dtype) for k in range(2)])
    x[1, 2, 7] = np.nan
    expected, found = columns(x), columns(torch.asarray(x))
    for name, column in expected.items():
        assert isinstance(found[name], torch.Tensor), name
        np.testing.assert_allclose(
            found[name].numpy(), column, rtol=1e-3 if dtype == np.float32 else 1e-9, err_msg=name
        )
