"""What follows from drift: nothing, a look or a new training, and a sentence that says why."""

from __future__ import annotations

import numpy as np
import pytest
from moved_fleet import moved_fleet

from diagmod.models.drift import Rows
from diagmod.models.drift_verdict import assess_drift


def _as(rows: Rows, values, name):
    return Rows((name,), np.asarray(values, dtype=float)[:, None], rows.recording, rows.motor, rows.is_later)


def _verdict(parts, **settings):
    return assess_drift(parts, 200, 0, **settings)[1].iloc[0]


def test_nothing_moved_is_none_over_many_seeds():
    """5 % of 24: 1.2 expected; 5 or more have a chance of 1 %."""
    told = []
    for seed in range(24):
        rows = moved_fleet(seed)
        score = np.random.default_rng(1000 + seed).normal(size=len(rows.recording))
        told.append(_verdict({"feature": rows, "score": _as(rows, score, "score")}))
    assert sum(row["verdict"] != "none" for row in told) < 5
    quiet = next(row for row in told if row["verdict"] == "none")
    assert quiet["reason"] == "Nothing moved beyond chance in 60 later recordings."


def test_a_few_moved_features_ask_for_a_look_and_are_named():
    row = _verdict({"feature": moved_fleet(0, shift=2.0, n_moved=1, n_features=10)})
    assert (row["verdict"], row["n_moved"], row["moved"], row["n_features"]) == ("watch", 1, "f0", 10)
    assert row["reason"].startswith("Watch: 1 of 10 features moved (f0 by +")


def test_many_moved_features_ask_for_training():
    row = _verdict({"feature": moved_fleet(0, shift=2.0, n_moved=4, n_features=10)})
    assert row["verdict"] == "retrain"
    assert "4 of 10 features moved" in row["reason"]
    assert row["reason"].endswith("and others).")


def test_more_alarms_ask_for_training_though_no_feature_moved():
    rows = moved_fleet(1)
    often = np.random.default_rng(0).uniform(size=len(rows.recording)) < np.where(rows.is_later, 0.4, 0.05)
    row = _verdict({"feature": rows, "alarm": _as(rows, often, "alarm")})
    assert row["verdict"] == "retrain"
    assert "the share of alarms rose by" in row["reason"]


def test_probabilities_that_no_longer_hold_ask_for_training():
    rows = moved_fleet(1)
    rng = np.random.default_rng(0)
    stated = np.full(len(rows.recording), 0.9)
    gap = stated - (rng.uniform(size=len(stated)) < np.where(rows.is_later, 0.5, 0.9))
    row = _verdict({"feature": rows, "calibration": _as(rows, gap, "stated less observed")})
    assert row["verdict"] == "retrain"
    assert "further above what is observed than before" in row["reason"]


@pytest.mark.parametrize(("shift", "verdict"), [(0.5, "watch"), (4.0, "retrain")])
def test_a_moved_score_is_watched_and_one_that_moved_far_wears_out(shift, verdict):
    rows = moved_fleet(1, n_motors=20)
    score = np.random.default_rng(0).normal(size=len(rows.recording)) + shift * rows.is_later
    assert _verdict({"feature": rows, "score": _as(rows, score, "score")})["verdict"] == verdict


def test_too_few_recordings_cannot_tell():
    table, verdict = assess_drift({"feature": moved_fleet(0, n_motors=3, n_recordings=4, shift=9.0)}, 100, 0)
    assert table.empty
    assert verdict["verdict"].tolist() == ["cannot_tell"]
    assert "6 recordings on one side, at least 20 are needed" in verdict["reason"].iloc[0]


def test_the_table_has_every_column_of_every_kind():
    rows = moved_fleet(0, n_features=3)
    table, _ = assess_drift({"feature": rows, "score": _as(rows, rows.values[:, 0], "score")}, 100, 0, model="m")
    assert table["kind"].tolist() == ["feature"] * 3 + ["score"]
    assert set(table["model"]) == {"m"}


def test_without_features_drift_is_not_judged():
    with pytest.raises(ValueError, match="drift is judged by features at least, got score"):
        assess_drift({"score": moved_fleet(0)}, 100, 0)
