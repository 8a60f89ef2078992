"""Anomaly scores: nobody judges what he was fitted to, and what is strange scores higher."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from diagmod.core.features import compute_features, features_at
from diagmod.models import anomaly
from diagmod.models.anomaly import FEATURE_SETS, ForestScorer, ForestSettings, score_held_out, usable_features

SETTINGS = ForestSettings(n_trees=50, max_samples=64, alarm_share_pct=5.0, seed=7)

#: Features that the model looks at unless told otherwise, and some in ampere or hertz.
COLUMNS = [
    f.name
    for f in features_at("segment", anomaly.MODEL_GROUPS)
    if f.name.removesuffix("_R").removesuffix("_S").removesuffix("_T")
    in {*sum(anomaly.MODEL_KINDS.values(), ()), "rms", "i1", "line_hz", "park_mean", "fundamental"}
    or f.name.startswith("angle_")
]


def _segments(n_groups: int = 4, per_group: int = 40, seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    """Independent normal features around 10; groups M00, M01, ... of one recording each."""
    n = n_groups * per_group
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(10, 1, (n, len(COLUMNS))), columns=COLUMNS)
    groups = pd.Series([f"M{k // per_group:02d}" for k in range(n)])
    frame.insert(0, "recording_id", "r" + groups)
    frame.insert(1, "motor_id", groups)
    frame.insert(2, "segment", np.arange(n) % per_group)
    return frame, groups


def _balanced(i2: float) -> dict[str, np.ndarray]:
    """Features of 1 s of pure 50 Hz currents of 10 A, with a negative sequence of ``i2`` A."""
    turn = 2 * np.pi * 50 * np.arange(5000) / 5000
    shift = 2 * np.pi / 3 * np.arange(3)[:, None]
    currents = 10 * np.cos(turn - shift) + i2 * np.cos(turn + shift)
    return compute_features(currents[None], 5000.0, line_low_hz=20, line_high_hz=120)


def test_feature_set_without_i2_holds_nothing_that_a_pure_negative_sequence_moves():
    """Ten percent of I2 in pure sines: each phase stays a sine, so shapes, harmonics and slow modulation stay."""
    before, after = _balanced(0.0), _balanced(1.0)
    # sampled peaks differ by up to 0.05 %, as 100 samples a period meet each phase elsewhere
    moved = {name for name in before if not np.allclose(before[name], after[name], rtol=2e-3, atol=1e-3)}
    frame = pd.DataFrame(before)
    assert {"i2_over_i1", "i2_re", "unbalance_pct", "angle_RS", "angle_RT", "park_2f"} <= moved
    assert moved & set(usable_features(frame, "without_i2")) == set()
    assert moved & set(usable_features(frame, "all")) >= {"i2_over_i1", "unbalance_pct", "park_2f"}


def test_no_feature_set_holds_a_feature_in_ampere_or_hertz():
    """Three times the current at the same wave shape is a larger load, not a stranger motor."""
    frame, _ = _segments()
    for feature_set in FEATURE_SETS:
        names = usable_features(frame, feature_set)
        assert not [name for name in names if name.startswith(("rms_", "i1", "line_hz", "park_mean", "fundamental_"))]
        assert len(names) > 20


def test_model_looks_at_the_groups_it_is_told_and_by_default_at_its_own():
    frame, _ = _segments()
    names = usable_features(frame, "all")
    assert len(names) == 3 * (4 + 8) + 9
    assert {"kurtosis_R", "thd_T", "park_2f"} <= set(names)
    only = usable_features(frame, "all", ("interphase",))
    assert set(only) == {name for name in names if name in anomaly.MODEL_KINDS["interphase"]}
    others = [f.name for f in features_at("segment", ("envelope", "wavelet")) if f.is_scale_free]
    assert set(usable_features(pd.DataFrame(1.0, range(2), others), "all", ("envelope", "wavelet"))) == set(others)
    with pytest.raises(ValueError, match="no group of features 'colour'; groups are time, spectrum"):
        ForestSettings(n_trees=5, max_samples=64, alarm_share_pct=5.0, seed=7, groups=("time", "colour"))


def test_feature_that_is_nowhere_defined_is_dropped_for_the_set():
    frame, _ = _segments()
    before = usable_features(frame, "all")
    frame["h13_R"] = np.nan
    assert set(before) - set(usable_features(frame, "all")) == {"h13_R"}


def test_table_without_any_defined_feature_is_refused():
    frame, _ = _segments()
    frame[COLUMNS] = np.nan
    with pytest.raises(ValueError, match="no feature of set 'all' is defined in this table; are all phases absent"):
        usable_features(frame, "all")


def test_unknown_feature_set_is_refused():
    with pytest.raises(ValueError, match="feature set must be all or without_i2, got 'some'"):
        usable_features(_segments()[0], "some")


@pytest.mark.parametrize("share", [0.0, -1.0, 50.0, float("nan")])
def test_alarm_share_lies_between_0_and_50_percent(share):
    with pytest.raises(ValueError, match="alarm_share_pct must lie between 0 and 50 %"):
        ForestSettings(n_trees=50, max_samples=64, alarm_share_pct=share, seed=7)


def test_forest_needs_a_tree_and_two_samples():
    with pytest.raises(ValueError, match="need n_trees >= 1 and max_samples >= 2, got 0 and 64"):
        ForestSettings(n_trees=0, max_samples=64, alarm_share_pct=5, seed=7)


def test_model_that_scores_a_group_never_saw_it(monkeypatch):
    segments, groups = _segments()
    fitted: list[set[str]] = []
    judged: list[set[str]] = []

    class Watched(ForestScorer):
        @classmethod
        def fit(cls, frame, feature_names, settings):
            fitted.append(set(frame["motor_id"]))
            return super().fit(frame, feature_names, settings)

        def score(self, frame):
            judged.append(set(frame["motor_id"]))
            return super().score(frame)

    monkeypatch.setattr(anomaly, "ForestScorer", Watched)
    score_held_out(segments, groups, SETTINGS, n_folds=3)
    assert len(fitted) == len(judged) == 2 * 3
    for seen, held_out in zip(fitted, judged, strict=True):
        assert seen.isdisjoint(held_out)
        assert seen | held_out == set(groups)


def test_threshold_does_not_change_with_what_is_judged():
    segments, groups = _segments()
    names = COLUMNS
    stranger = segments.copy()
    stranger.loc[groups == "M00", names] *= 5
    before = score_held_out(segments, groups, SETTINGS, 4).groupby("motor_id")["threshold"].first()
    after = score_held_out(stranger, groups, SETTINGS, 4).groupby("motor_id")["threshold"].first()
    assert before["M00"] == after["M00"], "its own data moved the threshold it is judged by"
    assert (before.drop("M00") != after.drop("M00")).all(), "the others were fitted with M00 on their training side"


def test_stated_share_of_the_training_rows_is_above_the_threshold():
    segments, _ = _segments(per_group=50)
    model = ForestScorer.fit(segments, usable_features(segments, "all"), SETTINGS)
    assert np.mean(model.score(segments) > model.threshold) == pytest.approx(0.05, abs=0.005)


@pytest.mark.parametrize("feature_set", FEATURE_SETS)
def test_injected_strange_group_scores_above_the_others(feature_set):
    """Six of its features stand six spreads off, over four draws: most of it is flagged, of the others hardly any."""
    shares = []
    for seed in range(4):
        segments, groups = _segments(seed=seed)
        strange = groups == "M02"
        segments.loc[strange, ["h5_R", "h5_S", "kurtosis_R", "kurtosis_S", "thd_T", "park_modulation"]] += 6
        table = score_held_out(segments, groups, SETTINGS, 4).query("feature_set == @feature_set")
        assert table.groupby("motor_id")["score"].mean().idxmax() == "M02"
        shares.append(table.groupby("motor_id")["is_anomaly"].mean())
    assert np.mean([share["M02"] for share in shares]) > 0.6
    assert max(share.drop("M02").max() for share in shares) < 0.2


def test_equal_groups_are_flagged_a_little_more_often_than_the_training_share():
    """The other direction. A forest knows its own rows, so 5 % of them are 5 to 10 % of rows it has not seen."""
    shares = [score_held_out(*_segments(seed=seed), SETTINGS, 4)["is_anomaly"].mean() for seed in range(5)]
    assert 0.04 < np.mean(shares) < 0.1


def test_same_input_gives_the_same_table():
    pd.testing.assert_frame_equal(score_held_out(*_segments(), SETTINGS, 3), score_held_out(*_segments(), SETTINGS, 3))


def test_order_of_the_rows_does_not_move_the_folds_of_the_groups():
    segments, groups = _segments()
    order = np.random.default_rng(1).permutation(len(segments))
    one = score_held_out(segments, groups, SETTINGS, 4)
    other = score_held_out(segments.iloc[order], groups.iloc[order], SETTINGS, 4)
    keys = ["feature_set", "recording_id", "segment"]
    pd.testing.assert_frame_equal(one[[*keys, "fold"]], other[[*keys, "fold"]])


def test_segment_with_an_undefined_feature_has_no_score_and_no_alarm():
    segments, groups = _segments()
    segments.loc[3, "h5_R"] = np.nan
    table = score_held_out(segments, groups, SETTINGS, 4)
    rows = table[(table["recording_id"] == "rM00") & (table["segment"] == 3)]
    assert len(rows) == 2
    assert rows["score"].isna().all()
    assert not rows["is_anomaly"].any()
    assert table["score"].isna().sum() == 2


def test_constant_feature_neither_fails_nor_warns():
    segments, groups = _segments()
    segments["h2_R"] = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert score_held_out(segments, groups, SETTINGS, 4)["score"].notna().all()


def test_too_few_segments_are_refused_with_the_count():
    segments, _ = _segments(n_groups=1, per_group=12)
    segments.loc[:2, "h5_R"] = np.nan
    with pytest.raises(ValueError, match="9 complete segments to fit an anomaly model, at least 10 are needed"):
        ForestScorer.fit(segments, usable_features(segments, "all"), SETTINGS)


def test_one_group_alone_is_refused_in_a_sentence():
    segments, groups = _segments(n_groups=1)
    with pytest.raises(ValueError, match=r"only one split group \(M00\); at least 2 are needed to hold one out"):
        score_held_out(segments, groups, SETTINGS, 4)
