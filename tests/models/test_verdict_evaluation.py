"""Verdicts against labels: what is right, what is wrong, what was left open; counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_interim import recordings

from diagmod.io.schemas import VERDICT_COUNTS
from diagmod.io.tables import conform
from diagmod.models.evaluation import evaluate, precision_recall
from diagmod.models.verdict_evaluation import count_verdicts, faults_of, judge_verdicts, verdicts_in_words

#: Two healthy, three with a broken bar, one without a label.
CATALOGUE = recordings(
    {"recording_id": "h1"}, {"recording_id": "h2", "split_group": "M2"},
    *({"recording_id": f"b{k}", "condition": "broken_bar", "split_group": f"M{k}"} for k in (1, 2, 3)),
    {"recording_id": "u", "condition": ""},
)  # fmt: skip

#: Answers to "broken bar?" and "stator short?" of each recording: + supported, - not supported, ? left open.
ANSWERS = {"h1": "--", "h2": "-+", "b1": "+-", "b2": "?-", "b3": "-?", "u": "++"}

_VERDICTS = {"+": "supported", "-": "not_supported", "?": "cannot_decide"}


def verdicts(answers=ANSWERS):
    rows = [
        {"recording_id": key, "fault": fault, "verdict": _VERDICTS[mark]}
        for key, marks in answers.items()
        for fault, mark in zip(("broken_bar", "stator_short"), marks, strict=True)
    ]
    return pd.DataFrame(rows)


def test_recording_is_flagged_when_any_fault_is_supported():
    """Flagged are h2 (wrongly) and b1: precision 1/2, recall 1/3, false alarms 1/2, F1 2/5."""
    (case,) = judge_verdicts({"diagnosis": verdicts()}, CATALOGUE)
    table = evaluate([case], n_bootstrap=0, seed=0)
    own = table[table["model"] == "diagnosis"].set_index("figure")
    assert own.loc[["precision", "recall", "false_alarm_rate", "f1"], "value"].tolist() == pytest.approx(
        [1 / 2, 1 / 3, 1 / 2, 2 / 5]
    )
    assert (own["n"].unique().tolist(), own["n_positive"].unique().tolist()) == ([5], [3])


def test_verdicts_have_no_ranking_and_no_curve():
    case = judge_verdicts({"diagnosis": verdicts()}, CATALOGUE)
    table = evaluate(case, n_bootstrap=5, seed=0)
    own = table[(table["model"] == "diagnosis") & table["figure"].isin(["auroc", "average_precision"])]
    assert np.isnan(own[["value", "low", "high"]]).all(axis=None)
    assert precision_recall(case).empty


def test_trivial_rows_beside_verdicts_are_those_of_any_model():
    table = evaluate(judge_verdicts({"diagnosis": verdicts()}, CATALOGUE), n_bootstrap=0, seed=0)
    assert set(table["model"]) == {"diagnosis", "flag_all", "flag_none", "random", "shuffled_labels"}
    flag_all = table[(table["model"] == "flag_all") & (table["figure"] == "recall")]
    assert flag_all["value"].tolist() == [1.0]


def test_each_judge_has_a_case_of_its_own():
    other = verdicts(ANSWERS | {"h2": "--", "b2": "+-"})
    cases = judge_verdicts({"diagnosis": verdicts(), "change_since_baseline": other}, CATALOGUE)
    assert [(case.model, int(case.flag.sum())) for case in cases] == [("diagnosis", 2), ("change_since_baseline", 2)]
    assert not any(case.is_scored for case in cases)


def test_answers_are_counted_by_fault_and_true_condition():
    counts = count_verdicts({"diagnosis": verdicts()}, CATALOGUE).set_index(["fault", "condition"])
    answers = ["supported", "not_supported", "cannot_decide"]
    assert counts.loc[("broken_bar", "broken_bar"), answers].tolist() == [1, 1, 1]
    assert counts.loc[("broken_bar", "healthy"), answers].tolist() == [0, 2, 0]
    assert counts.loc[("stator_short", "broken_bar"), answers].tolist() == [0, 2, 1]
    assert counts.loc[("stator_short", "healthy"), answers].tolist() == [1, 1, 0]
    assert counts[answers].sum().sum() == 10, "the recording without a label is not counted"


def test_answer_that_nobody_gave_is_counted_as_none():
    only = verdicts({"h1": "--"})
    assert count_verdicts({"diagnosis": only}, CATALOGUE)["supported"].tolist() == [0, 0]


def test_words_say_how_often_a_verdict_was_right_and_how_often_it_refused():
    assert verdicts_in_words(count_verdicts({"diagnosis": verdicts()}, CATALOGUE)) == (
        "- By the diagnosis of a recording alone we see: broken bar is supported in 1 of 3 recordings that have it, "
        "not supported in 1 and left open in 1; of 4 questions to healthy recordings 1 were answered with a fault and "
        "0 left open."
    )


def test_conditions_of_operation_are_no_faults_of_the_machine():
    table = pd.DataFrame(
        {"recording_id": "h1", "fault": ["broken_bar", "unbalance"], "kind": ["fault", "condition"],
         "verdict": ["not_supported", "supported"], "sentence": ""}
    )  # fmt: skip
    assert faults_of(table)["fault"].tolist() == ["broken_bar"]


def test_without_a_label_there_is_nothing_to_count():
    unlabelled = recordings({"recording_id": "h1", "condition": ""})
    assert judge_verdicts({"diagnosis": verdicts()}, unlabelled) == []
    counts = count_verdicts({"diagnosis": verdicts()}, unlabelled)
    pd.testing.assert_frame_equal(counts, conform(counts, VERDICT_COUNTS))
    assert verdicts_in_words(counts) == "There is no label, so no verdict can be held against one."
