"""Health of recordings and motors: the worst part governs, unknown is shown, and a sentence answers what is asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_health import SETTINGS, anomalies, bars_over_time, catalogue, changes, diagnoses, predictions, repair
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.io.health_tables import HEALTH, HEALTH_TABLES, MOTOR_HEALTH, PARTS
from diagmod.io.table_registry import TABLES
from diagmod.io.tables import read_table
from diagmod.models.health import health_of
from diagmod.models.health_evidence import HealthInputs

KINDS = ("diagnoses", "changes", "anomaly", "faults")


def everything(n: int = 4) -> HealthInputs:
    about = catalogue(n)
    ids = about["recording_id"]
    return HealthInputs(
        about, diagnoses=diagnoses(ids, [1.5] * n), changes=changes(ids, [0.5] * n, ["not_supported"] * n),
        anomaly=anomalies(ids, [0.5] * n), faults=predictions(ids, *[("healthy", 0.9, "healthy")] * n),
    )  # fmt: skip


def motor_of(inputs: HealthInputs) -> dict:
    return health_of(inputs, SETTINGS).motors.iloc[0].to_dict()


def test_the_worst_part_governs_and_the_others_do_not_soften_it():
    row = health_of(everything(), SETTINGS).recordings.iloc[0]
    assert (row["risk"], row["grade"], row["governing_part"]) == (62.5, "plan", "diagnosis")
    assert [row[f"{part}_risk"] for part in PARTS[:4]] == pytest.approx([62.5, 12.5, 12.5, 10.0])
    assert (row["diagnosis_value"], row["diagnosis_unit"], row["diagnosis_fault"]) == (1.5, "broken bars", "broken_bar")


def test_the_index_is_a_hundred_minus_the_risk():
    motor = motor_of(everything())
    assert (motor["health_index"], motor["risk"], motor["likely_fault"]) == (37.5, 62.5, "broken_bar")


def test_a_part_without_a_table_is_unknown_and_costs_knowledge():
    full, less = health_of(everything(), SETTINGS), health_of(bars_over_time([1.5] * 4), SETTINGS)
    assert np.isnan(less.recordings["anomaly_risk"]).all()
    assert full.recordings["knowledge_pct"].tolist() == [100.0] * 4
    assert less.recordings["knowledge_pct"].tolist() == [25.0] * 4


def test_an_open_answer_costs_knowledge():
    about = catalogue(1)
    told = diagnoses(["M1-0", "M1-0"], [0.0, np.nan], ["not_supported", "cannot_decide"])
    told["fault"] = ["broken_bar", "eccentricity"]
    assert health_of(HealthInputs(about, diagnoses=told), SETTINGS).recordings["knowledge_pct"].item() == 12.5


def test_a_recording_of_limited_quality_has_the_same_risk_and_less_knowledge():
    good, limited = everything(), everything()
    limited.catalogue["acquisition"] = "limited"
    one, other = health_of(good, SETTINGS).recordings, health_of(limited, SETTINGS).recordings
    assert one["risk"].tolist() == other["risk"].tolist()
    assert (other["knowledge_pct"] == SETTINGS.limited_knowledge * one["knowledge_pct"]).all()


def test_an_unusable_recording_is_unknown_and_leaves_the_motor_as_it_was():
    before, inputs = motor_of(bars_over_time([1.5, 1.5, 1.5])), bars_over_time([1.5, 1.5, 1.5, 4.0])
    inputs.catalogue.loc[3, "acquisition"] = "unusable"
    found = health_of(inputs, SETTINGS)
    assert found.recordings["grade"].tolist() == ["plan", "plan", "plan", "unknown"]
    assert found.recordings["knowledge_pct"].iloc[-1] == 0.0
    assert found.motors["risk"].item() == before["risk"]
    assert found.recordings["sentence"].iloc[-1].startswith("This recording cannot tell how the motor is")


@settings(max_examples=5, deadline=None)
@given(st.permutations(KINDS), st.integers(0, 5))
def test_the_order_of_tables_rows_and_parts_means_nothing(order, seed):
    inputs, expected = everything(), health_of(everything(), SETTINGS)
    tables = {name: getattr(inputs, name).sample(frac=1, random_state=seed) for name in order}
    found = health_of(HealthInputs(inputs.catalogue.sample(frac=1, random_state=seed), **tables), SETTINGS)
    pd.testing.assert_frame_equal(found.recordings, expected.recordings)
    pd.testing.assert_frame_equal(found.motors, expected.motors)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_worse_evidence_never_raises_the_index(seed):
    """Thirty motors with four recordings each; in every other cage one recording is made worse."""
    rng = np.random.default_rng(seed)
    about = pd.concat([catalogue(4, f"M{k:02d}") for k in range(30)], ignore_index=True)
    bars = rng.uniform(0, 4, len(about))
    worse = np.maximum(bars, np.where(rng.uniform(size=len(about)) < 0.25, rng.uniform(0, 4, len(about)), 0))
    before, after = (
        health_of(HealthInputs(about, diagnoses=diagnoses(about["recording_id"], values)), SETTINGS)
        for values in (bars, worse)
    )
    assert (after.motors["health_index"] <= before.motors["health_index"]).all()
    assert (after.recordings["state_risk"] >= before.recordings["state_risk"]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_that_could_not_be_judged_never_raises_the_index(kind):
    """Unknown is not averaged in as good: with and without the row of unknowns the risk is the same."""
    inputs = bars_over_time([1.5] * 4)
    ids = inputs.catalogue["recording_id"]
    unknown = {
        "diagnoses": pd.concat([inputs.diagnoses, diagnoses(ids, [np.nan] * 4, ["cannot_decide"] * 4, "eccentricity")]),
        "changes": changes(ids, [np.nan] * 4, ["cannot_decide"] * 4), "anomaly": anomalies(ids, [np.nan] * 4),
        "faults": predictions(ids, *[("", np.nan, "")] * 4),
    }  # fmt: skip
    found = health_of(HealthInputs(inputs.catalogue, **{"diagnoses": inputs.diagnoses, kind: unknown[kind]}), SETTINGS)
    assert found.recordings["risk"].tolist() == [62.5] * 4
    assert found.motors["health_index"].item() == 37.5


def test_a_single_outlier_is_watched_and_its_repetition_is_acted_on():
    assert motor_of(bars_over_time([0, 0, 0, 4.0]))["grade"] == "watch"
    assert motor_of(bars_over_time([0, 0, 4.0, 4.0]))["grade"] == "act"


def test_two_outliers_of_different_questions_are_no_repetition():
    about = catalogue(4)
    told = pd.concat(
        [diagnoses(about["recording_id"], [0, 0, 4.0, 0]),
         diagnoses(about["recording_id"], [0, 0, 0, 4.0], fault="end_ring")]
    )  # fmt: skip
    assert motor_of(HealthInputs(about, diagnoses=told))["grade"] == "watch"


def test_a_model_that_changes_its_mind_about_the_fault_still_sees_one():
    about = catalogue(3)
    rows = [("healthy", 0.95, "healthy"), ("broken_bar", 0.6, "broken_bar"), ("eccentricity", 0.7, "eccentricity")]
    motor = motor_of(HealthInputs(about, faults=predictions(about["recording_id"], *rows)))
    assert motor["grade"] == "plan"
    assert motor["likely_fault"] == "eccentricity"


def test_a_repair_makes_a_motor_good_again_and_a_motor_without_a_recording_since_unknown():
    events = repair("M1", "2026-01-20")
    assert motor_of(bars_over_time([4.0, 4.0, 0, 0], maintenance=events))["grade"] == "good"
    alone = motor_of(bars_over_time([4.0, 4.0], maintenance=events))
    assert (alone["grade"], alone["n_recordings"], alone["urgency"]) == ("unknown", 0, "")
    assert alone["sentence"].startswith(
        "How M1 is cannot be told: there is no recording since its repair on 20 January"
    )


def test_a_motor_with_a_fault_gets_a_sentence_that_answers_everything():
    motor = motor_of(everything())
    assert motor["sentence"] == (
        "M1 needs a planned stop (health 38 of 100) since 5 January 2026, most likely: broken or cracked rotor bar. "
        "Why: The cage shows 1.5 bars. How sure: seen in 3 of the last 3 recordings that could tell; 100 % of what was "
        "asked of its last recordings could be answered. It could also be a supply that flickers; rule that out first. "
        "What to do (next planned stop): Plan the inspection of the cage in the next stop; limit starts and heavy "
        "run-ups."
    )


def test_a_good_motor_says_so_and_how_much_was_known():
    assert motor_of(bars_over_time([0.0, 0.0]))["sentence"] == (
        "M1 looks all right (health 100 of 100) since 5 January 2026: nothing in its 2 recordings asks for attention; "
        "25 % of what was asked of its last recordings could be answered. Go on measuring at the usual interval."
    )


def test_a_strange_motor_without_a_named_fault_is_examined():
    about = catalogue(3)
    motor = motor_of(HealthInputs(about, anomaly=anomalies(about["recording_id"], [3.0] * 3)))
    assert (motor["grade"], motor["likely_fault"], motor["urgency"]) == ("plan", "", "plan")
    assert "3.0 times as far from what is usual" in motor["sentence"]


def test_other_faults_that_ask_for_attention_compete_with_the_most_likely():
    about = catalogue(3)
    both = pd.concat([diagnoses(about["recording_id"], [bars] * 3, fault=fault)
                      for fault, bars in (("broken_bar", 1.5), ("end_ring", 0.6))])  # fmt: skip
    motor = motor_of(HealthInputs(about, diagnoses=both))
    assert motor["likely_fault"] == "broken_bar"
    assert motor["competing"].split("; ")[1] == "a supply that flickers"


def test_the_catalogue_alone_gives_unknown_and_no_error():
    found = health_of(HealthInputs(catalogue(2)), SETTINGS)
    assert found.recordings["grade"].tolist() == ["unknown", "unknown"]
    assert found.motors["health_index"].isna().all()


def test_no_recording_gives_empty_tables():
    found = health_of(HealthInputs(catalogue(0)), SETTINGS)
    assert (len(found.recordings), len(found.motors)) == (0, 0)
    assert found.in_words() == "There is no motor to judge."


def test_recordings_without_a_time_are_judged_and_have_no_since():
    inputs = bars_over_time([1.5, 1.5])
    inputs.catalogue["started_at"] = pd.Series([pd.NaT] * 2, dtype="datetime64[us, UTC]")
    motor = motor_of(inputs)
    assert motor["grade"] == "plan"
    assert motor["since"] is pd.NaT
    assert "since" not in motor["sentence"].split("Why")[0]


def test_tables_are_written_and_registered(tmp_path):
    found = health_of(everything(), SETTINGS)
    found.write(tmp_path, {})
    pd.testing.assert_frame_equal(read_table(tmp_path / "health.parquet", HEALTH), found.recordings)
    pd.testing.assert_frame_equal(read_table(tmp_path / "motor_health.parquet", MOTOR_HEALTH), found.motors)
    assert all(TABLES[schema.name] is schema for schema in HEALTH_TABLES)


def test_the_fleet_is_told_in_one_sentence():
    assert health_of(everything(), SETTINGS).in_words() == (
        "Of 1 motors we see 1 plan. Worst is M1 with a health of 38 of 100."
    )
