"""Anomaly scores: nobody judges what he was fitted to, and what is strange for its motor scores higher."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_rows import handmade_rows, quick_settings

from diagmod.io.anomaly_files import ANOMALY_DRIVERS, ANOMALY_SCORES
from diagmod.io.tables import conform
from diagmod.models import anomaly
from diagmod.models.anomaly import drivers_held_out, meaning_of, score_held_out
from diagmod.models.anomaly_scorer import Scale, fit_scorers, strangest


def _of(table: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    for name, value in wanted.items():
        table = table[table[name] == value]
    return table


def test_model_that_judges_a_group_never_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []

    def watched(rows, train, *rest, **more):
        seen.append(set(rows.motor[train]))
        return fit_scorers(rows, train, *rest, **more)

    monkeypatch.setattr(anomaly, "fit_scorers", watched)
    rows = handmade_rows()
    table = score_held_out(rows, quick_settings())
    assert len(seen) == 2 * 4 * 3 + 2 * 3, "two sets, four baselines, three folds; then two bands of load, three folds"
    by_group = _of(table, split="leave_group_out")
    for motors in by_group.groupby("fold")["motor_id"].unique():
        assert set(rows.rows.motor) - set(motors) in seen
    assert all(len(motors) == 6 for motors in seen), "nine motors, three of them judged"


def test_neither_motor_nor_load_was_seen_where_the_load_is_held_out() -> None:
    rows = handmade_rows()
    table = _of(score_held_out(rows, quick_settings()), split="leave_load_out")
    assert sorted(table["recording_id"]) == sorted(rows.about["recording_id"])
    assert set(table["detector"]) == {"robust_z"}
    assert table["fold"].nunique() == 6
    faulty = table["recording_id"].isin(rows.about.query("condition != 'healthy'")["recording_id"])
    assert table.loc[faulty, "is_anomaly"].mean() > 0.8
    assert table.loc[~faulty, "is_anomaly"].mean() < 0.2


def test_threshold_does_not_move_with_what_is_judged() -> None:
    calm, wild = handmade_rows(), handmade_rows()
    first = wild.rows.motor == "M00"
    wild.rows.values[first] *= 5
    case = {"detector": "robust_z", "baseline": "fleet", "feature_set": "all"}
    before = _of(score_held_out(calm, quick_settings()), **case).groupby("motor_id")["threshold"].first()
    after = _of(score_held_out(wild, quick_settings()), **case).groupby("motor_id")["threshold"].first()
    assert before["M00"] == after["M00"], "its own data moved the threshold it is judged by"
    assert (before.drop("M00") != after.drop("M00")).any(), "the others were fitted with it on their training side"


def test_own_past_at_its_load_shows_what_the_fleet_hides() -> None:
    """Motors differ by 5 spreads and a load moves figures by 3: 8 spreads are lost in the fleet, plain in the motor."""
    table = score_held_out(handmade_rows(per_motor=16), quick_settings())
    faulty = handmade_rows(per_motor=16).about.query("condition != 'healthy'")["recording_id"]
    recall, alarms = {}, {}
    for baseline, part in _of(table, detector="robust_z", feature_set="all").groupby("baseline"):
        is_faulty = part["recording_id"].isin(faulty)
        recall[baseline], alarms[baseline] = (part["is_anomaly"][own].mean() for own in (is_faulty, ~is_faulty))
    assert recall["motor_load"] > 0.9
    assert alarms["motor_load"] < 0.12
    assert recall["fleet"] < 0.5


def test_feature_set_without_i2_is_blind_to_a_change_of_i2() -> None:
    rows = handmade_rows()
    strange = rows.rows.motor == "M01"
    rows.rows.values[strange & (rows.about["segment"] == -1).to_numpy(), -1] += np.tile([0.0, 12.0], strange.sum() // 2)
    settings = quick_settings(baseline="fleet")
    table = _of(score_held_out(rows, settings), detector="robust_z", baseline="fleet", motor_id="M01")
    calm = _of(score_held_out(handmade_rows(), settings), detector="robust_z", baseline="fleet", motor_id="M01")
    for feature_set, moves in (("all", True), ("without_i2", False)):
        moved = _of(table, feature_set=feature_set)["score"].to_numpy() - _of(calm, feature_set=feature_set)["score"]
        assert (np.abs(moved).max() > 1e-9) == moves


def test_strangest_segments_find_a_fault_of_a_fifth_of_the_time_and_the_mean_does_not() -> None:
    score = np.concatenate([np.zeros(16), np.full(4, 9.0)])
    assert strangest(score, np.full(20, "a"))[1][0] == 9.0
    assert score.mean() == 1.8
    assert np.isnan(strangest(np.array([np.nan]), np.array(["a"]))[1][0])


def test_segments_give_scores_of_segments_and_of_recordings() -> None:
    rows = handmade_rows(per_motor=8, level="segment", segments_each=5)
    table = conform(score_held_out(rows, quick_settings()), ANOMALY_SCORES)
    counts = table.groupby(["level", "feature_set", "detector"]).size()
    assert counts["segment"].eq(9 * 8 * 5).all()
    assert counts["strangest_segments"].eq(9 * 8).all()
    assert set(table["baseline"]) == {"motor_load"}
    assert (table.loc[table["level"] == "segment", "segment"] >= 0).all()


def test_row_of_which_too_little_is_known_has_no_score_and_no_alarm() -> None:
    rows = handmade_rows()
    rows.rows.values[3, :4] = np.nan
    scores = _of(score_held_out(rows, quick_settings()), split="leave_group_out")
    table = _of(scores, recording_id="r003", feature_set="all")
    assert len(table) == 5, "two methods with the recommended baseline, one with three others"
    assert table["score"].isna().all()
    assert not table["is_anomaly"].any()


def test_same_rows_give_the_same_table_whatever_their_order() -> None:
    rows = handmade_rows()
    one = score_held_out(rows, quick_settings())
    pd.testing.assert_frame_equal(one, score_held_out(handmade_rows(), quick_settings()))


def test_drivers_name_the_figure_that_was_shifted() -> None:
    rows = handmade_rows()
    table = conform(drivers_held_out(rows, quick_settings()).assign(lines=""), ANOMALY_DRIVERS)
    faulty = rows.about.query("condition != 'healthy'")["recording_id"]
    leading = table[(table["rank"] == 1) & table["recording_id"].isin(faulty)]
    assert (leading["figure"] == "figure_0").mean() > 0.9
    assert (leading["spreads"] > 3).mean() > 0.9
    assert table.groupby("recording_id")["share"].sum().le(1 + 1e-9).all()


def test_meaning_of_a_figure_is_told_with_its_phase() -> None:
    assert meaning_of("shaft_dbc") == "stronger of the lines f +- fr"
    assert meaning_of("kurtosis_S").endswith("of phase S")
    assert meaning_of("figure_0") == ""


def test_scale_reads_confidence_and_severity_from_healthy_scores() -> None:
    scale = Scale.of(np.arange(1000.0), 5.0)
    read = scale.read(np.array([0.0, 499.5, scale.threshold, 2000.0, np.nan]))
    assert read.severity[1] == pytest.approx(0.0, abs=0.01)
    assert read.severity[2] == pytest.approx(1.0, abs=0.01)
    assert read.confidence[1] == pytest.approx(0.5, abs=0.01)
    assert read.confidence[3] > 0.99
    assert read.is_anomaly.tolist() == [False, False, False, True, False]
    assert np.isnan(read.confidence[4])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"alarm_share_pct": 0.0}, "alarm_share_pct must lie between 0 and 50 %, got 0"),
        ({"alarm_share_pct": float("nan")}, "alarm_share_pct must lie between 0 and 50 %"),
        ({"detectors": ("magic",)}, "detectors must be of sigma_rule, .*, got 'magic'"),
        ({"detector": "ensemble"}, "detector must be of robust_z, sigma_rule, got 'ensemble'"),
        ({"baseline": "moon"}, "baseline must be of fleet, load, motor, motor_load, got 'moon'"),
        ({"groups": ("colour",)}, "groups must be of time, spectrum, .*, got 'colour'"),
        ({"n_folds": 1}, "n_folds must be at least 2, got 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        quick_settings(**changed)
