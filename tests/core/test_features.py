"""Features of currents whose every line is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.feature_definitions import GROUPS
from diagmod.core.features import compute_features, features_at
from diagmod.core.spectrum_features import HARMONIC_ORDERS, THD_HIGHEST_ORDER
from diagmod.sim.signal import Line, SignalSpec, synthesise

#: Features of a segment; the group signatures, read by the diagnosis, is none of them.
FEATURES = features_at("segment")
BAND = {"line_low_hz": 20.0, "line_high_hz": 120.0}
PHASE_NAMES = {f.name for f in FEATURES if f.name[-2:] in ("_R", "_S", "_T")}
UNITS = {f.name: f.unit for f in FEATURES}
SCALE_FREE = {f.name for f in FEATURES if f.is_scale_free}


def current(seconds=1.0, fs=5000.0, seed=0, **spec):
    """Synthetic current of 10 A peak at 50.3 Hz, shape (3, n)."""
    spec = SignalSpec(**({"line_hz": 50.3, "amplitude_a": 10.0, "phase_rad": 0.4} | spec))
    return synthesise(spec, fs, round(seconds * fs), np.random.default_rng(seed))


def features(x, fs=5000.0):
    """Features of one segment as plain numbers."""
    return {name: float(value[0]) for name, value in compute_features(x[None], fs, **BAND).items()}


def test_features_come_by_the_names_and_in_the_order_of_the_table():
    assert list(features(current())) == [f.name for f in FEATURES]
    assert len({f.name for f in FEATURES}) == len(FEATURES)


def test_every_feature_states_unit_group_meaning_and_formula():
    for feature in FEATURES:
        assert feature.unit in ("A", "%", "1", "Hz", "deg", "bit", "dB", "dBc", "dB re 1 A^2"), feature.name
        assert feature.group in GROUPS, feature.name
        assert feature.meaning, feature.name
        assert feature.formula, feature.name


def test_balanced_current_reads_its_nameplate_values():
    found = features(current())
    expected = {"line_hz": 50.3, "i1": 10, "i2": 0, "i0": 0, "park_mean": 10, "angle_RS": 120, "angle_RT": 240}
    expected |= {"fundamental_R": 10, "thd_S": 0, "interharmonic_T": 0, "park_modulation": 0, "park_2f": 0}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=2e-3), name


@pytest.mark.parametrize("seconds", [1.0, 2.5, 10.0])
def test_levels_do_not_depend_on_the_length_of_the_segment(seconds):
    found = features(current(seconds, harmonics_pct={5: 2.0}, i2_over_i1=0.03, lines=[Line(25.0, -30.0)]))
    expected = {"i1": 10.0, "h5_R": 2.0 / 1.03, "i2_over_i1": 3.0, "i2_re": 3.0, "park_mean": 10.0}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=2e-3), name
    assert found["interharmonic_R"] == pytest.approx(10**-1.5 * 100 / 1.03, rel=2e-3)


def test_unbalance_of_known_magnitude_and_angle_is_read_as_such():
    """4 % at 60 degrees is 2 % + 3.464 % j."""
    found = features(current(i2_over_i1=0.04 * np.exp(1j * np.pi / 3), i0_over_i1=0.01))
    expected = {"i2": 0.4, "i0": 0.1, "i2_over_i1": 4.0, "i2_re": 2.0, "i2_im": np.sqrt(12), "i0_over_i1": 1.0}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=2e-3), name


def test_negative_sequence_modulates_the_modulus_at_twice_the_supply_frequency():
    """|1 + r exp(-2jwt)| is about 1 + r cos 2wt: 2 % of I2 is 2 % / sqrt 2 rms at 2 f."""
    found = features(current(i2_over_i1=0.02))
    assert found["park_2f"] == pytest.approx(2 / np.sqrt(2), rel=1e-3)
    assert found["park_modulation"] == pytest.approx(0.0, abs=1e-2)


def test_broken_bar_sidebands_modulate_the_modulus_slowly():
    """Two sidebands of 1 % in phase with the carrier are an amplitude modulation of 2 %, 1.414 % rms."""
    sidebands = [Line(50.3 - 4, -40.0), Line(50.3 + 4, -40.0)]
    found = features(current(phase_rad=0.0, lines=sidebands))
    assert found["park_modulation"] == pytest.approx(np.sqrt(2), rel=1e-3)
    assert found["park_2f"] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(("offset_hz", "rms_pct"), [(38.0, np.sqrt(2)), (45.0, 0.0)])
def test_modulation_counts_up_to_four_fifths_of_the_supply_frequency(offset_hz, rms_pct):
    """0.8 x 50.3 = 40.24 Hz."""
    sidebands = [Line(50.3 - offset_hz, -40.0), Line(50.3 + offset_hz, -40.0)]
    assert features(current(phase_rad=0.0, lines=sidebands))["park_modulation"] == pytest.approx(rms_pct, abs=0.01)


def test_unbalance_of_the_rms_is_that_of_its_amplitudes():
    x = current(line_hz=50.0) * np.array([[0.9], [1.0], [1.1]])
    assert features(x)["unbalance_pct"] == pytest.approx(10.0, abs=1e-6)


def test_each_harmonic_is_read_at_its_own_order():
    levels = {k: 0.5 + k / 10 for k in HARMONIC_ORDERS}
    found = features(current(harmonics_pct=levels))
    for k, level in levels.items():
        for phase in "RST":
            assert found[f"h{k}_{phase}"] == pytest.approx(level, abs=1e-3), (k, phase)


def test_distortion_is_the_root_of_the_sum_of_squares():
    """3 % and 4 % are 5 %."""
    assert features(current(harmonics_pct={5: 3.0, 7: 4.0}))["thd_R"] == pytest.approx(5.0, abs=1e-3)


def test_distortion_reaches_order_40_and_no_further():
    assert THD_HIGHEST_ORDER == 40
    assert features(current(harmonics_pct={40: 3.0}))["thd_R"] == pytest.approx(3.0, abs=1e-3)
    assert features(current(harmonics_pct={41: 3.0}))["thd_R"] == pytest.approx(0.0, abs=1e-2)


def test_orders_above_the_nyquist_frequency_are_nan_and_leave_the_distortion_of_the_rest():
    """At 1 kHz the 9th harmonic (453 Hz) is the last one below 500 Hz."""
    found = features(current(fs=1000.0, harmonics_pct={5: 3.0, 9: 4.0}), 1000.0)
    assert found["thd_R"] == pytest.approx(5.0, abs=1e-2)
    assert np.isnan([found["h11_R"], found["h13_R"]]).all()
    assert np.isfinite(found["h7_R"])


def test_distortion_is_unknown_where_not_even_the_second_harmonic_can_be_seen():
    found = features(current(fs=180.0), 180.0)
    assert found["fundamental_R"] == pytest.approx(10.0, abs=1e-2)
    assert np.isnan(found["thd_R"])


def test_absent_phase_leaves_the_figures_of_the_others():
    x = current(noise_dbc=-60.0)
    x[2] = np.nan
    found = features(x)
    of_two = {"line_hz", "angle_RS", "xcorr_RS", "xcorr_lag_RS"}
    between = {f.name for f in FEATURES if f.group in ("interphase", "envelope")} - PHASE_NAMES - of_two
    expected = {name for name in PHASE_NAMES if name.endswith("_T")} | between
    assert {name for name, value in found.items() if np.isnan(value)} == expected
    assert found["angle_RS"] == pytest.approx(120, abs=0.01)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gap_takes_its_own_segment_and_phase_only(bad):
    pieces = np.stack([current(noise_dbc=-60.0), current(noise_dbc=-60.0)])
    pieces[1, 0, 2500] = bad
    found = compute_features(pieces, 5000.0, **BAND)
    for name in PHASE_NAMES | {"i1", "park_mean"}:
        assert np.isfinite(found[name][0]), name
        assert np.isnan(found[name][1]) == (name[-2:] not in ("_S", "_T")), name


def test_phase_without_any_current_has_levels_but_no_ratios():
    x = current()
    x[0] = 0.0
    found = features(x)
    assert found["rms_R"] == found["fundamental_R"] == 0.0
    assert np.isnan([found[name] for name in ("thd_R", "h5_R", "interharmonic_R", "crest_R", "kurtosis_R")]).all()
    assert np.isfinite(found["i1"])


def test_machine_at_rest_has_no_supply_frequency_and_no_ratio():
    found = features(np.zeros((3, 5000)))
    ratios = [name for name in SCALE_FREE if not np.isnan(found[name])]
    assert ratios == []
    assert np.isnan(found["line_hz"])


def test_batch_without_segments_gives_empty_columns():
    found = compute_features(np.empty((0, 3, 5000)), 5000.0, **BAND)
    assert {value.shape for value in found.values()} == {(0,)}


def test_segments_of_a_batch_do_not_influence_each_other():
    """Another supply frequency and another fault in the neighbours change nothing."""
    pieces = [current(), current(line_hz=43.7, i2_over_i1=0.1), current(line_hz=61.1, noise_dbc=-30.0)]
    together = compute_features(np.stack(pieces), 5000.0, **BAND)
    for k, piece in enumerate(pieces):
        for name, value in features(piece).items():
            assert together[name][k] == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True), (k, name)


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.floats(0.01, 1000), st.integers(0, 1000))
def test_scale_free_features_do_not_change_with_the_scale(gain, seed):
    x = current(seed=seed, i2_over_i1=0.02, i0_over_i1=0.01, noise_dbc=-40.0, harmonics_pct={5: 1.0})
    before, after = features(x), features(gain * x)
    # Gain adds to the first cepstral coefficient: see its own test.
    for name, value in ((n, v) for n, v in before.items() if not n.startswith("mfcc0")):
        expected = value if name in SCALE_FREE or UNITS[name] == "Hz" else gain * value
        assert after[name] == pytest.approx(expected, rel=1e-6, abs=1e-9 * max(1, gain)), name


def test_cyclic_phase_permutation_carries_the_phase_figures_along():
    x = current(noise_dbc=-40.0, i2_over_i1=0.03, offset_a=(0.1, 0.2, 0.3))
    before, after = features(x), features(x[[1, 2, 0]])
    for name in PHASE_NAMES:
        source = name[:-1] + {"R": "S", "S": "T", "T": "R"}[name[-1]]
        assert after[name] == pytest.approx(before[source], rel=1e-9, abs=1e-9), name
    for name in ("i1", "i2", "i0", "unbalance_pct", "park_mean", "line_hz"):
        assert after[name] == pytest.approx(before[name], rel=1e-9), name


#: Features that a balanced current without noise does not have.
_OF_NO_CIRCLE = ("ellipse_tilt", "park_kurtosis")


def test_features_that_rest_on_unbalance_move_with_it_and_the_other_ratios_hardly():
    """Without the features marked so, a model cannot see 5 % of negative sequence except through a few 1e-3."""
    balanced, unbalanced = features(current()), features(current(i2_over_i1=0.05))
    between = [
        f
        for f in FEATURES
        # A perfect circle has no direction and no distribution.
        if f.group == "interphase" and f.is_scale_free and f.name not in ("i2_im", "i0_over_i1", *_OF_NO_CIRCLE)
    ]
    for feature in between:
        change = abs(unbalanced[feature.name] - balanced[feature.name])
        assert (change > 1.0) == feature.rests_on_i2, feature.name
