"""Training is refused with its reason where data are not enough, and stored models score as the fitted ones did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from handmade_rows import handmade_rows, quick_settings

from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.schemas import RECORDING_STATES, SIGNATURES
from diagmod.io.tables import empty_table
from diagmod.models.anomaly_store import read_anomaly
from diagmod.models.model_rows import ModelRows
from diagmod.models.training import train_anomaly

#: No table of lines: handmade figures have none.
LINES = (empty_table(SIGNATURES), empty_table(RECORDING_STATES))

LINEAGE = {"stage": "train_anomaly", "parameters": {}, "code": "c0", "inputs": {}}


def _levels(**more: object) -> dict[str, ModelRows]:
    return {"recording": handmade_rows(), "segment": handmade_rows(per_motor=8, level="segment", segments_each=5)}


@pytest.fixture(scope="module")
def trained():
    return train_anomaly(_levels(), LINES, quick_settings())


def test_both_levels_are_judged_and_told_in_words(trained) -> None:
    assert set(trained.scores["level"]) == {"recording", "segment", "strangest_segments"}
    assert "scored recordings flagged by robust z with baseline motor_load" in trained.in_words()
    assert "scored segments flagged" in trained.in_words()


def test_stored_model_scores_to_the_bit_as_the_fitted_one(trained, tmp_path: Path) -> None:
    for level in ("recording", "segment"):
        trained.write(tmp_path / level, level, LINEAGE)
        stored, facts = read_anomaly(tmp_path / level)
        rows = _levels()[level].of_set("all")
        fitted = trained.models[level]
        np.testing.assert_array_equal(
            stored.scorer.score(rows, stored.reference.rows).score,
            fitted.scorer.score(rows, fitted.reference.rows).score,
        )
        assert facts["features"] == list(rows.names)
        assert facts["lineage"] == LINEAGE


def test_two_trainings_store_the_same_bytes(trained, tmp_path: Path) -> None:
    again = train_anomaly(_levels(), LINES, quick_settings())
    for name, one in (("a", trained), ("b", again)):
        one.write(tmp_path / name, "recording", LINEAGE)
    files = [sorted(p.name for p in (tmp_path / name).iterdir()) for name in "ab"]
    assert files[0] == files[1]
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files[0])


def test_new_motor_is_scored_against_the_fleet_and_a_known_one_against_itself(trained) -> None:
    model = trained.models["recording"]
    rows = handmade_rows(n_motors=9).of_set("all").only(np.arange(108) == 0)
    known = model.scorer.score(replace(rows, unit=np.array(["new"])), model.reference.rows)
    stranger = model.scorer.score(replace(rows, motor=np.array(["X9"]), unit=np.array(["new"])), model.reference.rows)
    assert np.isfinite([known.score[0], stranger.score[0]]).all()
    assert known.score[0] != stranger.score[0]


def test_tampered_model_is_refused(trained, tmp_path: Path) -> None:
    trained.write(tmp_path, "recording", LINEAGE)
    path = next(p for p in tmp_path.iterdir() if p.suffix != ".json")
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ModelError, match=r"is not the file that model\.json describes"):
        read_anomaly(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda rows: rows.about.assign(split_group="one"), "1 split group.s., at least 2 are needed"),
        (lambda rows: rows.about, "no recording of a training side is believed healthy"),
    ],
)
def test_data_that_are_not_enough_are_a_reason_and_no_failure(spoil, reason: str, tmp_path: Path) -> None:
    rows = handmade_rows()
    nobody = replace(rows.rows, is_reference=np.zeros(len(rows.rows), dtype=bool))
    few = ModelRows("recording", spoil(rows), nobody)
    done = train_anomaly({"recording": few, "segment": replace(few, level="segment")}, LINES, quick_settings())
    assert done.scores.empty
    assert done.drivers.empty
    done.write(tmp_path, "recording", LINEAGE)
    assert "features" not in read_facts(tmp_path)
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(done.in_words())


def test_refusal_of_readiness_trains_nothing() -> None:
    done = train_anomaly(_levels(), LINES, quick_settings(), "the data set is not ready")
    assert done.in_words() == "Nothing was trained: the data set is not ready."
