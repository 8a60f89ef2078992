"""From rows to tables and a stored model: what is found on motors not seen, and what is refused in words."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from handmade_faults import handmade_faults, no_diagnoses, quick_settings

from diagmod.io.fault_files import FAULT_TABLES
from diagmod.io.model_files import ModelError, read_facts
from diagmod.io.tables import conform, describe_table, read_table
from diagmod.models.faults.stored import predict, read_faults
from diagmod.models.faults.training import train_faults
from diagmod.models.model_rows import ModelRows

LINEAGE = {"stage": "train_faults"}


@pytest.fixture(scope="module")
def trained():
    return train_faults(handmade_faults(), no_diagnoses(), quick_settings())


def _changed(rows: ModelRows, **columns) -> ModelRows:
    return ModelRows(rows.level, rows.about.assign(**columns), rows.rows, rows.phasors)


def test_tables_keep_their_contract(trained):
    for schema in FAULT_TABLES:
        assert len(conform(trained.tables[schema.name], schema)), schema.name


@pytest.mark.parametrize("split", ["leave_group_out", "leave_load_out"])
@pytest.mark.parametrize("model", ["linear", "boosted"])
def test_faults_are_found_on_motors_and_at_loads_not_seen(trained, split, model):
    assert trained.figure("balanced_accuracy", split, model) > 0.95
    assert trained.figure("false_alarm_share", split, model) < 0.05


@pytest.mark.parametrize("model", ["naive_forest", "shuffled_labels", "majority", "chance"])
def test_without_physics_or_labels_nothing_is_found(trained, model):
    """Features of shape follow the load alone; a third of the motors is of each kind."""
    assert trained.figure("balanced_accuracy", "leave_group_out", model) < 0.55


def test_line_tells_the_severity_and_the_forest_of_shapes_does_not(trained):
    for split in ("leave_group_out", "leave_load_out"):
        assert trained.figure("severity_r2", split, "physical_line", "broken_bar") > 0.8
        assert trained.figure("severity_r2", split, "naive_forest", "broken_bar") < 0.3


def test_recording_is_judged_by_folds_that_hold_none_of_its_group(trained):
    judged = trained.of("fault_predictions", "leave_group_out", "boosted")
    assert (judged.groupby("split_group")["fold"].nunique() == 1).all()
    assert judged["recording_id"].is_unique
    assert len(judged) == 180


def test_probabilities_add_up_and_the_predicted_one_is_the_largest(trained):
    said = trained.of("fault_probabilities", "leave_group_out", "boosted").groupby("recording_id")["probability"]
    assert said.sum().to_numpy() == pytest.approx(1.0)
    judged = trained.of("fault_predictions", "leave_group_out", "boosted").set_index("recording_id")
    pd.testing.assert_series_equal(said.max(), judged["probability"].sort_index(), check_names=False)


def test_same_input_gives_the_same_tables_and_the_same_bytes(trained, tmp_path):
    again = train_faults(handmade_faults(), no_diagnoses(), quick_settings())
    for name, table in trained.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    for k, one in enumerate((trained, again)):
        one.write_model(tmp_path / str(k), LINEAGE)
    for name in ("model.json", "model.safetensors"):
        assert (tmp_path / "0" / name).read_bytes() == (tmp_path / "1" / name).read_bytes()


@pytest.mark.parametrize("name", ["linear", "boosted"])
def test_model_read_back_says_the_same_of_new_recordings(name, tmp_path):
    trained = train_faults(handmade_faults(), no_diagnoses(), quick_settings(recommended=name, models=(name,)))
    trained.write_model(tmp_path, LINEAGE)
    stored, facts = read_faults(tmp_path)
    fresh = handmade_faults(seed=5)
    told, again = predict(trained.model, fresh), predict(stored, fresh)
    for table in ("predictions", "probabilities", "drivers"):
        pd.testing.assert_frame_equal(getattr(told, table), getattr(again, table))
    assert (again.predictions["predicted"] == fresh.about["condition"]).mean() > 0.95
    faulty = again.predictions["predicted"] == "broken_bar"
    assert again.predictions.loc[faulty, "severity_value"].notna().all()
    assert facts["held_out"]["leave_group_out"]["accuracy"] > 0.9
    assert facts["classes"] == ["broken_bar", "eccentricity", "healthy"]
    assert facts["lineage"] == LINEAGE


def test_damaged_and_doctored_models_are_refused(trained, tmp_path):
    trained.write_model(tmp_path, LINEAGE)
    facts = json.loads((tmp_path / "model.json").read_text())
    facts["classes"] = ["healthy"]
    (tmp_path / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="make no model of faults"):
        read_faults(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x80\x04 not numbers")
    with pytest.raises(ModelError, match=r"is not the file that model\.json describes"):
        read_faults(tmp_path)


def test_rows_without_a_figure_are_refused_by_name(trained):
    rows = handmade_faults()
    bare = ModelRows(rows.level, rows.about, rows.rows.of(["bars", "crest_R"]), rows.phasors)
    with pytest.raises(ValueError, match="the recordings lack figure shaft_dbc"):
        predict(trained.model, bare)


def test_recording_that_cannot_be_judged_is_abstained_from_with_the_reason():
    rows = handmade_faults()
    rows.rows.values[0, :3] = np.nan
    unusable = np.where(np.arange(180) == 1, "unusable", "good")
    trained = train_faults(_changed(rows, acquisition=unusable), no_diagnoses(), quick_settings())
    judged = trained.of("fault_predictions", "leave_group_out", "boosted").set_index("recording_id")
    assert judged.loc["r000", "sentence"] == "not judged: more than half of its figures are unknown"
    assert judged.loc["r001", "sentence"] == "not judged: the recording cannot carry a diagnosis"
    assert (judged.loc[["r000", "r001"], "answer"] == "abstained").all()
    assert trained.figure("judged", "leave_group_out") == pytest.approx(178 / 180)


def test_recording_without_a_label_is_judged_but_teaches_nothing():
    rows = handmade_faults()
    label = rows.about["condition"].where(rows.about["motor_id"] != "M07", "")
    trained = train_faults(_changed(rows, condition=label), no_diagnoses(), quick_settings())
    judged = trained.of("fault_predictions", "leave_group_out", "boosted").query("motor_id == 'M07'")
    assert judged["condition"].eq("").all()
    assert (judged["predicted"] == "broken_bar").sum() == 5


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"condition": ""}, "no usable recording has a label"),
        ({"condition": "healthy"}, "all labels name one condition, healthy"),
        ({"split_group": "M00"}, "1 split group"),
        ({"acquisition": "unusable"}, "no usable recording has a label"),
    ],
)
def test_data_that_teach_nothing_give_empty_tables_with_the_reason(columns, reason, tmp_path):
    trained = train_faults(_changed(handmade_faults(), **columns), no_diagnoses(), quick_settings())
    assert reason in trained.reason
    assert trained.in_words() == f"Nothing was trained: {trained.reason}."
    trained.write_tables(tmp_path / "tables", LINEAGE)
    trained.write_model(tmp_path / "model", LINEAGE)
    for schema in FAULT_TABLES:
        path = tmp_path / "tables" / f"{schema.name}.parquet"
        assert read_table(path, schema).empty
        assert describe_table(path)["reason"] == trained.reason
    assert read_facts(tmp_path / "model")["reason"] == trained.reason


def test_refusal_of_readiness_and_nothing_healthy_are_said():
    rows = handmade_faults()
    assert "not ready" in train_faults(rows, no_diagnoses(), quick_settings(), "it is not ready").reason
    rows.rows.is_reference[:] = False
    assert (
        "no row of the training side is believed healthy" in train_faults(rows, no_diagnoses(), quick_settings()).reason
    )


def test_figures_that_no_recording_has_are_said():
    rows = handmade_faults()
    rows.rows.values[:] = np.nan
    assert "are all phases absent?" in train_faults(rows, no_diagnoses(), quick_settings()).reason


def test_constant_and_huge_figures_do_not_break_it():
    rows = handmade_faults()
    rows.rows.values[:, 3] = 1.0
    rows.rows.values[7, 2] = 1e30
    trained = train_faults(rows, no_diagnoses(), quick_settings())
    assert trained.figure("balanced_accuracy", "leave_group_out") > 0.9


def test_fault_of_one_motor_is_never_excluded_and_loads_that_do_not_differ_are_said():
    rows = handmade_faults()
    keep = ~rows.about["motor_id"].isin([f"M{k:02d}" for k in range(13, 18)]).to_numpy()
    few = ModelRows(
        rows.level, rows.about[keep].reset_index(drop=True), rows.rows.only(keep),
        tuple(p for p, kept in zip(rows.phasors, keep, strict=True) if kept),
    )  # fmt: skip
    few.rows.load[:] = 0.7
    trained = train_faults(few, no_diagnoses(), quick_settings())
    others = trained.of("fault_predictions", "leave_group_out", "boosted").query("motor_id != 'M12'")
    assert others["conformal_set"].str.contains("eccentricity").all()
    assert "The loads do not differ enough" in trained.in_words()


def test_rules_stand_beside_and_count_what_they_cannot_decide():
    about = handmade_faults().about
    rows = [("r000", "broken_bar", "supported"), ("r001", "stator_short", "cannot_decide")]
    diagnoses = pd.DataFrame(rows, columns=["recording_id", "fault", "verdict"]).assign(kind="fault")
    trained = train_faults(handmade_faults(), diagnoses, quick_settings(models=("linear",), recommended="linear"))
    judged = trained.of("fault_predictions", "leave_group_out", "rule_based").set_index("recording_id")
    assert judged.loc["r000", ["predicted", "answer"]].tolist() == ["broken_bar", "broken_bar"]
    assert judged.loc["r001", ["predicted", "conformal_set", "answer"]].tolist() == [
        "healthy", "healthy, stator_short", "cannot_tell",
    ]  # fmt: skip
    assert judged.loc["r002", "answer"] == "healthy"
    assert len(judged) == len(about)


def test_challenger_on_raw_current_gets_rows_and_stands_in_the_tables():
    rows, asked = handmade_faults(), []

    def knows_all(teaches, truth, wanted, n_classes):
        asked.append(set(rows.rows.motor[teaches]) & set(rows.rows.motor[wanted]))
        return np.eye(n_classes)[truth[wanted]] * 0.9 + 0.1 / n_classes

    settings = quick_settings(models=("linear", "cnn"), recommended="linear")
    trained = train_faults(rows, no_diagnoses(), settings, challenger=knows_all)
    assert trained.figure("accuracy", "leave_group_out", "cnn") == 1.0
    assert asked == [set()] * 3, "the challenger was taught motors that it was asked about"
    with pytest.raises(ValueError, match="models names cnn, but no waves were given"):
        train_faults(rows, no_diagnoses(), settings)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"models": ("svm",)}, "models must be of"),
        ({"recommended": "naive_forest"}, "recommended must be of linear, boosted"),
        ({"coverage": 1.0}, "coverage must lie between 0.5 and 1"),
        ({"n_folds": 1}, "n_folds must be at least 2, got 1"),
        ({"calibration": "beta"}, "calibration must be of sigmoid"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        quick_settings(**changed)
