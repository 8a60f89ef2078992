"""The package on measured currents of a motor whose turns were shorted: from the published files to the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io.datasets import fetch
from diagmod.io.diagnosis_tables import compute_diagnoses
from diagmod.io.feature_tables import FeatureSettings, FeatureTables, compute_tables
from diagmod.io.loading import LoadedDataset, load_dataset
from diagmod.io.motor_register import read_motors
from diagmod.io.stages import declared_parameters, find_notebook
from diagmod.io.store import Store
from diagmod.models.anomaly import score_held_out
from diagmod.models.anomaly_settings import AnomalySettings
from diagmod.models.evaluation import judge_scores
from diagmod.models.evaluation_files import EvaluationTables
from diagmod.models.model_rows import PipelineTables, segment_rows
from diagmod.models.states import DerivedStates, states_of_dataset

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

pytestmark = pytest.mark.realdata

FEATURES = FeatureSettings(window_s=1.0, overlap=0.5, line_low_hz=20.0, line_high_hz=120.0, track_window_s=0.1)
#: Of the pipeline but for the methods, of which a few are enough here.
ANOMALY = {
    "detector": "pca_t2_q", "baseline": "motor_load", "believed_healthy": "labelled_or_first", "first_recordings": 4,
    "alarm_share_pct": 3.0, "n_folds": 4, "n_inner_folds": 3, "max_segments": 1000, "seed": 7,
}  # fmt: skip
METHODS = ("robust_z", "pca_t2_q")
LOAD = {"rules": default_rules(), "line_low_hz": 20.0, "line_high_hz": 120.0}
CHANGE_PCT = 5.0


@dataclass(frozen=True)
class Results:
    """What every stage made of the measured data."""

    loaded: LoadedDataset
    features: FeatureTables
    scores: pd.DataFrame
    derived: DerivedStates
    evaluated: EvaluationTables


def _no_download(*_: object) -> Path:
    raise AssertionError("the measured files are here; nothing is downloaded")


@pytest.fixture(scope="module")
def results(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    root = tmp_path_factory.mktemp("itsc")
    store, waveforms = Store(root / "store", "test"), root / "waveforms"
    folder = fetch("itsc", root, realdata / "itsc", download=_no_download).folder
    loaded = load_dataset(folder, waveforms, store, ruleset_from(LOAD["rules"]), 1)
    features = compute_tables(loaded.recordings, waveforms, FEATURES, store, 1)
    motors = read_motors(folder)
    diagnosed = compute_diagnoses(loaded.recordings, motors, waveforms, (20.0, 120.0), store, 1)
    tables = PipelineTables(
        loaded.recordings, features.segments, features.recordings, diagnosed.states, diagnosed.diagnoses,
        diagnosed.signatures,
    )  # fmt: skip
    rows = segment_rows(tables, ANOMALY["believed_healthy"], ANOMALY["first_recordings"])
    scores = score_held_out(rows, AnomalySettings(detectors=METHODS, **ANOMALY))
    derived = states_of_dataset(loaded.dataset.derived_state, features.track, features.segments, CHANGE_PCT)
    judged = judge_scores(scores, loaded.recordings, derived.states)
    evaluated = EvaluationTables.of(judged, scores, loaded.recordings, n_bootstrap=20, seed=11)
    return Results(loaded, features, scores, derived, evaluated)


def test_these_are_the_parameters_of_the_pipeline(pytestconfig):
    """So that what is said here holds for `dvc exp run -S load.dataset=itsc`."""
    here = {
        "load": LOAD,
        "features": {name: value for name, value in vars(FEATURES).items() if name != "preparation"},
        "train_anomaly": ANOMALY,
        "evaluate": {"change_pct": CHANGE_PCT},
    }
    for stage, values in here.items():
        declared = declared_parameters(find_notebook(stage, pytestconfig.rootpath))
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        assert {name: declared[name][0] for name in values} == plain


def test_all_52_files_load_and_none_is_quarantined(results):
    assert results.loaded.report["status"].value_counts().to_dict() == {"loaded": 52}
    assert set(results.loaded.recordings["n_samples"]) == {5000}
    assert set(results.loaded.recordings["unit"]) == {"unstated"}


def test_the_supply_frequency_is_that_of_the_north_american_grid_in_every_file(results):
    assert len(results.features.recordings) == 52
    assert results.features.recordings["line_hz"].between(59.9, 60.1).all()


def test_no_segment_of_a_healthy_file_is_derived_as_changed(results):
    catalogue = results.loaded.recordings
    healthy = set(catalogue.loc[catalogue["condition"] == "healthy", "recording_id"])
    states = results.derived.states
    of_healthy = states[states["recording_id"].isin(healthy)]
    assert len(healthy) == 4
    assert len(of_healthy) == 4 * 9  # 5 s in segments of 1 s with half overlap
    assert set(of_healthy["state"]) == {"normal"}


def test_every_file_with_a_short_of_a_fifth_of_the_turns_or_more_has_changed_segments(results):
    """The other direction."""
    catalogue, states = results.loaded.recordings, results.derived.states
    shorted = set(catalogue.loc[catalogue["severity"] >= 0.2, "recording_id"])
    assert len(shorted) == 36
    assert shorted <= set(states.loc[states["state"] == "changed", "recording_id"])


def test_models_of_healthy_files_rank_changed_segments_first_with_and_without_what_the_truth_rests_on(results):
    auroc = results.evaluated.metrics()["derived_state"]
    assert auroc["all"]["auroc"] >= 0.99
    assert auroc["without_i2"]["auroc"] >= 0.99
    files = results.evaluated.metrics()["strangest_segments"]
    assert files["all"]["auroc"] >= 0.99
    assert files["without_i2"]["auroc"] >= 0.99
    figures = results.evaluated.figures
    is_chance = (figures["truth"] == "derived_state") & (figures["model"] == "shuffled_labels")
    chance = figures.loc[is_chance & (figures["figure"] == "auroc"), "value"].item()
    assert chance == pytest.approx(0.5, abs=0.1)


def test_a_repetition_is_judged_by_one_model_that_saw_none_of_it(results):
    scores = results.scores[results.scores["level"] == "segment"]
    scores = scores[scores["detector"] == "pca_t2_q"]
    folds = scores.merge(results.loaded.recordings[["recording_id", "repetition"]], on="recording_id")
    assert (folds.groupby(["feature_set", "repetition"])["fold"].nunique() == 1).all()
    assert (folds.groupby(["feature_set", "fold"])["repetition"].nunique() == 1).all()
    assert len(folds) == 2 * 52 * 9
