"""Strata by hand: who counts where, which interval stands there, and which are too small."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from judged_fleet import fleet, judged
from sklearn.metrics import average_precision_score, roc_auc_score

from diagmod.models.intervals import wilson_interval
from diagmod.models.strata import strata


def _row(table, kind, stratum, figure):
    found = table[(table["kind"] == kind) & (table["stratum"] == stratum) & (table["figure"] == figure)]
    assert len(found) == 1
    return found.iloc[0]


ROWS = judged(("M1", "hhbb", ".x.x"), ("M2", "hhhh", "...."), ("M3", "hsss", ".xxx"))


def test_a_motor_has_the_share_of_its_own_recordings():
    """M1: one of two healthy flagged, one of two faulty found; a single group, so Wilson over its recordings."""
    table = strata(ROWS, 100, 0)
    row = _row(table, "motor", "M1", "false_alarm_share")
    assert (row["value"], row["n"], row["n_positive"], row["interval"]) == (0.5, 2, 0, "wilson")
    assert (row["low"], row["high"]) == wilson_interval(0.5, 2)
    assert _row(table, "motor", "M1", "recall")["value"] == 0.5
    assert np.isnan(_row(table, "motor", "M2", "recall")["value"])
    assert _row(table, "motor", "M2", "recall")["interval"] == "none"


def test_a_fault_is_held_against_all_healthy_recordings():
    row = _row(strata(ROWS, 100, 0), "fault", "stator_short", "false_alarm_share")
    assert (row["value"], row["n"]) == (pytest.approx(1 / 7), 7)
    assert _row(strata(ROWS, 100, 0), "fault", "stator_short", "recall")["n"] == 3


def test_bands_of_load_split_all_recordings_and_thirds_of_severity_the_faulty():
    """Loads 50, 51, 52, 53: 4 and 4 and 4 by thirds at 51 and 52. Severities 0.1, 0.2 and 0.1, 0.2, 0.3."""
    table = strata(ROWS, 0, 0)
    recall = table[table["figure"] == "recall"]
    assert set(recall.loc[recall["kind"] == "load", "stratum"]) == {
        "50 to 50 % of rated", "51 to 51 % of rated", "52 to 53 % of rated",
    }  # fmt: skip
    thirds = recall[recall["kind"] == "severity"].set_index("stratum")["n"]
    assert thirds.sum() == 5
    share = table[(table["kind"] == "severity") & (table["figure"] == "false_alarm_share")]
    assert set(share["n"]) == {7}


def test_rankings_are_those_of_scikit_learn():
    rows = fleet(0, 0.4)
    row = _row(strata(rows, 50, 0), "fault", "broken_bar", "auroc")
    truth = rows["condition"] != "healthy"
    assert row["value"] == pytest.approx(roc_auc_score(truth, rows["score"]))
    precision = _row(strata(rows, 50, 0), "fault", "broken_bar", "average_precision")
    assert precision["value"] == pytest.approx(average_precision_score(truth, rows["score"]))
    assert row["low"] <= row["value"] <= row["high"]
    assert row["interval"] == "groups"


def test_verdicts_without_scores_have_no_ranking():
    table = strata(ROWS.assign(score=np.nan), 50, 0)
    assert table.loc[table["figure"].isin(["auroc", "average_precision"]), "value"].isna().all()
    assert table.loc[table["figure"] == "recall", "value"].notna().any()


def test_small_strata_are_said_to_be_small():
    table = strata(fleet(0, 0.4), 50, 0)
    assert table.loc[table["kind"] == "motor", "is_small"].all()
    assert not _row(table, "fault", "broken_bar", "recall")["is_small"]


def test_all_found_is_not_certain():
    """10 motors, all found: 10 of 10 groups by Wilson leave 0.72 open."""
    row = _row(strata(fleet(0, 0.0), 100, 0), "fault", "broken_bar", "recall")
    assert (row["value"], row["interval"]) == (1.0, "wilson")
    assert row["low"] == pytest.approx(0.7225, abs=1e-3)


def test_unknown_load_is_a_stratum_of_its_own_and_unlabelled_recordings_are_none():
    rows = judged(("M1", "hhb ", "...x"), ("M2", "hhb ", "...x"))
    rows["load_pct"] = np.nan
    table = strata(rows, 10, 0)
    assert set(table.loc[table["kind"] == "load", "stratum"]) == {"unknown"}
    assert _row(table, "motor", "M1", "false_alarm_share")["n"] == 2


def test_nothing_labelled_is_an_empty_table():
    assert strata(judged(("M1", "  ", "xx")), 10, 0).empty


def test_fifteen_models_take_seconds():
    """About 1 s on a free machine."""
    rows = pd.concat([fleet(0, 0.4, n_motors=12, n_recordings=18).assign(model=f"m{k:02d}") for k in range(15)])
    began = time.perf_counter()
    strata(rows, 500, 0)
    assert time.perf_counter() - began < 30
