"""A model and held-out scores, or the reason why there are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.core.features import features_at
from diagmod.io.feature_schemas import SEGMENTS
from diagmod.io.model_files import read_facts, read_model
from diagmod.io.schemas import ANOMALY_SCORES
from diagmod.io.tables import conform
from diagmod.models.anomaly import ForestScorer, ForestSettings
from diagmod.models.training import MIN_SEGMENTS, train_anomaly

SETTINGS = ForestSettings(n_trees=5, max_samples=64, alarm_share_pct=5.0, seed=0)
LINEAGE = {"stage": "train_anomaly"}


def _data(per_motor: dict[str, int], seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Segments of noise, and the catalogue: one recording a motor, whose name is the split group."""
    rng = np.random.default_rng(seed)
    motors = [motor for motor, n in per_motor.items() for _ in range(n)]
    numbers = [k for n in per_motor.values() for k in range(n)]
    about = {"recording_id": motors, "motor_id": motors, "segment": numbers, "start_s": 0.0, "length_s": 1.0}
    values = {f.name: rng.normal(size=len(motors)) for f in features_at("segment")}
    catalogue = recordings(*({"recording_id": m, "motor_id": m, "split_group": m} for m in per_motor))
    return conform(pd.DataFrame(about | values), SEGMENTS), catalogue


def _empty(segments: pd.DataFrame, rows: pd.Series | slice = slice(None)) -> pd.DataFrame:
    out = segments.copy()
    out.loc[rows, [f.name for f in features_at("segment")]] = np.nan
    return out


def test_every_segment_is_scored_once_a_feature_set():
    segments, catalogue = _data({"A": 40, "B": 40, "C": 40})
    trained = train_anomaly(segments, catalogue, SETTINGS, 3)
    assert trained.reason == ""
    assert len(conform(trained.scores, ANOMALY_SCORES)) == 2 * 120
    assert (trained.scores.groupby("recording_id")["fold"].nunique() == 1).all()
    everything = trained.scores[trained.scores["feature_set"] == "all"]
    assert trained.in_words().startswith(f"We see {everything['is_anomaly'].sum()} of 120 scored segments flagged")
    assert "(3 folds, " in trained.in_words()


def test_the_kept_model_is_fitted_to_everything():
    segments, catalogue = _data({"A": 50, "B": 50})
    trained = train_anomaly(segments, catalogue, SETTINGS, 2)
    again = ForestScorer.fit(segments, trained.model.feature_names, SETTINGS)
    np.testing.assert_array_equal(trained.model.score(segments), again.score(segments))


@pytest.mark.parametrize(("per_motor", "n"), [({"A": 500}, 1), ({}, 0)])
def test_one_split_group_or_none_cannot_be_judged(per_motor, n):
    trained = train_anomaly(*_data(per_motor), SETTINGS, 4)
    assert trained.model is None
    assert trained.scores.empty
    assert trained.in_words() == (
        f"Nothing was trained: {n} split group(s), at least 2 are needed to judge a model on motors it has not seen."
    )


def test_fifty_segments_on_every_training_side_are_enough_and_forty_nine_are_not():
    for n, is_enough in ((MIN_SEGMENTS, True), (MIN_SEGMENTS - 1, False)):
        trained = train_anomaly(*_data({"A": 50, "B": n}), SETTINGS, 2)
        assert (trained.model is not None) == is_enough
        assert trained.reason.startswith("" if is_enough else "49 segments on a training side")


def test_the_training_side_that_counts_is_that_of_the_folds():
    """Four motors of 20 in 2 folds: a model sees two of them, 40 segments; without one motor it would be 60."""
    per_motor = dict.fromkeys("ABCD", 20)
    assert train_anomaly(*_data(per_motor), SETTINGS, 2).reason.startswith("40 segments on a training side")
    assert train_anomaly(*_data(per_motor), SETTINGS, 4).reason == ""


def test_a_segment_with_a_gap_does_not_count():
    segments, catalogue = _data({"A": 50, "B": 50})
    trained = train_anomaly(_empty(segments, segments.index == 0), catalogue, SETTINGS, 2)
    assert trained.reason.startswith("49 segments on a training side")


def test_a_table_without_a_single_value_is_a_reason_and_no_failure():
    segments, catalogue = _data({"A": 60, "B": 60})
    trained = train_anomaly(_empty(segments), catalogue, SETTINGS, 2)
    assert trained.model is None
    assert trained.reason.startswith("no feature of set 'all' is defined")


def test_a_data_set_that_is_not_ready_is_not_trained_on_and_says_why():
    trained = train_anomaly(*_data({"A": 50, "B": 50}), SETTINGS, 2, refusal="the data set is not ready")
    assert trained.model is None and trained.scores.empty
    assert trained.in_words() == "Nothing was trained: the data set is not ready."
    assert train_anomaly(*_data({"A": 50, "B": 50}), SETTINGS, 2, refusal="").model is not None


def test_a_written_model_is_read_back_with_what_a_scorer_needs(tmp_path):
    trained = train_anomaly(*_data({"A": 50, "B": 50}), SETTINGS, 2)
    trained.write(tmp_path / "anomaly", LINEAGE)
    forest, facts = read_model(tmp_path / "anomaly")
    assert forest.n_estimators == 5
    assert facts["features"] == list(trained.model.feature_names)
    assert len(facts["centre"]) == len(facts["spread"]) == len(facts["features"])
    assert (facts["threshold"], facts["alarm_share_pct"]) == (trained.model.threshold, 5.0)
    assert (facts["model_type"], facts["lineage"]) == ("IsolationForest", LINEAGE)


def test_without_a_model_only_the_reason_is_written(tmp_path):
    train_anomaly(*_data({"A": 50, "B": 50}), SETTINGS, 2).write(tmp_path, LINEAGE)
    trained = train_anomaly(*_data({"A": 50}), SETTINGS, 2)
    trained.write(tmp_path, LINEAGE)
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]
    assert read_facts(tmp_path) == {"reason": trained.reason, "lineage": LINEAGE}
