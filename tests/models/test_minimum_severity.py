"""The smallest severity that is found: by hand, both ways over many fleets, and honest where it flatters."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_fleet import fleet, judged

from diagmod.models.minimum_severity import minimum_severity, recall_at_or_above, recall_over_severity


def _only(table):
    assert len(table) == 1
    return table.iloc[0]


def test_severity_by_hand():
    """Severities 0.1 to 0.9 of two motors, missed below 0.4: from 0.4 on 12 of 12 are found, below it none of 6."""
    rows = judged(("M1", "bbbbbbbbb", "...xxxxxx"), ("M2", "bbbbbbbbb", "...xxxxxx"))
    row = _only(minimum_severity(rows, 200, 0))
    assert row["severity"] == pytest.approx(0.4)
    assert (row["n_above"], row["n_motors_above"], row["recall_above"]) == (12, 2, 1.0)
    assert (row["n_below"], row["recall_below"]) == (6, 0.0)
    assert (row["n_near"], row["recall_near"]) == (4, 1.0), "0.4 and 0.5 of both"
    assert "found from severity 0.40 on" in row["sentence"]
    assert "below it 0% of 6" in row["sentence"]


def test_strong_faults_may_outweigh_a_missed_one_and_the_nearest_tell():
    """One of 20 missed at the lowest severity of all: recall 0.95 from 0.1 on, yet 0.75 of the 4 nearest."""
    rows = judged(("M1", "b" * 10, ".xxxxxxxxx"), ("M2", "b" * 10, "x" * 10))
    row = _only(minimum_severity(rows, 0, 0))
    assert (row["severity"], row["recall_above"], row["n_near"], row["recall_near"]) == (0.1, 0.95, 4, 0.75)


@pytest.mark.parametrize(
    "rows",
    [
        judged(("M1", "b" * 9, "." * 9), ("M2", "b" * 9, "." * 9)),
        judged(("M1", "b" * 9, "x" * 9)),
        judged(("M1", "bb", "xx"), ("M2", "bb", "xx")),
    ],
    ids=["never found", "one motor", "four recordings"],
)
def test_what_cannot_be_shown_within_the_severities_recorded_is_said(rows):
    row = _only(minimum_severity(rows, 50, 0))
    assert np.isnan(row["severity"])
    assert "no severity within those recorded" in row["sentence"]
    assert row["n_below"] == len(rows)


def test_each_fault_has_its_own():
    rows = judged(
        ("M1", "bbbbbb", ".xxxxx"), ("M2", "bbbbbb", ".xxxxx"), ("M3", "ssssss", "......"), ("M4", "hs", "xx")
    )
    found = minimum_severity(rows, 0, 0).set_index("condition")["severity"]
    assert found["broken_bar"] == pytest.approx(0.2)
    assert np.isnan(found["stator_short"])


@pytest.mark.parametrize("truth", [0.3, 0.6])
def test_true_severity_lies_in_the_interval_over_many_fleets(truth):
    rows = pd.concat([fleet(seed, truth).assign(model=f"m{seed:02d}") for seed in range(24)])
    found = minimum_severity(rows, 200, 0)
    assert (np.abs(found["severity"] - truth) < 0.1).all()
    assert ((found["low"] <= truth + 0.05) & (found["high"].fillna(1.0) >= truth - 0.1)).mean() >= 0.9


def test_recall_on_other_motors_than_those_it_was_chosen_on_is_lower_where_chance_chose():
    """A coin with recall 0.9 everywhere: some severity reaches 0.95 by luck, and other motors do not bear it out."""
    rng = np.random.default_rng(0)
    parts = []
    for seed in range(20):
        rows = fleet(seed, 0.0)
        lucky = rng.uniform(size=len(rows)) < 0.9
        parts.append(rows.assign(is_flagged=lucky, model=f"m{seed:02d}"))
    found = minimum_severity(pd.concat(parts), 0, 0).dropna(subset=["severity", "checked_recall"])
    assert (found["recall_above"] >= 0.95).all()
    assert found["checked_recall"].mean() == pytest.approx(0.9, abs=0.03)


@given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.integers(1, 3)), min_size=1, max_size=30))
def test_recall_at_or_above_is_the_plain_share(rows):
    severity, hit, weight = (np.array(column) for column in zip(*rows, strict=True))
    levels, recall, n_above = recall_at_or_above(severity / 10, hit, weight[None].astype(float))
    for level, value, n in zip(levels, recall[0], n_above[0], strict=True):
        above = severity / 10 >= level
        assert n == weight[above].sum()
        assert value == pytest.approx((weight * hit)[above].sum() / n)


def test_table_of_recalls_has_every_severity_with_its_interval():
    table = recall_over_severity(fleet(0, 0.5), 100, 0)
    assert (np.diff(table["severity"]) > 0).all()
    assert ((table["low"] <= table["recall"] + 1e-9) & (table["recall"] <= table["high"] + 1e-9)).all()
    assert table["recall"].iloc[-1] == 1.0
    assert table["low"].iloc[-1] < 0.5, "a single recording is no certainty"


def test_another_column_may_say_what_was_found():
    rows = judged(("M1", "bbbbb", "....."), ("M2", "bbbbb", ".....")).assign(is_named=True)
    assert _only(minimum_severity(rows, 0, 0, found="is_named"))["severity"] == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no column 'named' says whether a fault was found"):
        minimum_severity(rows, 0, 0, found="named")


@pytest.mark.parametrize("target", [0.0, 1.1, np.nan])
def test_a_recall_that_is_none_is_refused(target):
    with pytest.raises(ValueError, match="the recall asked for must lie above 0 and at most at 1"):
        minimum_severity(judged(("M1", "b", "x")), 0, 0, target=target)


def test_unlabelled_and_ungraded_recordings_are_left_out():
    rows = judged(("M1", "bb h", "xxxx")).assign(severity=np.nan)
    assert minimum_severity(rows, 10, 0).empty
    assert recall_over_severity(rows, 10, 0).empty


def test_same_seed_gives_the_same_table():
    rows = fleet(0, 0.4)
    pd.testing.assert_frame_equal(minimum_severity(rows, 50, 0), minimum_severity(rows, 50, 0))


def test_fifteen_models_take_seconds():
    """About 0.3 s on a free machine."""
    rows = pd.concat([fleet(0, 0.4, n_motors=12, n_recordings=18).assign(model=f"m{k:02d}") for k in range(15)])
    began = time.perf_counter()
    minimum_severity(rows, 500, 0)
    assert time.perf_counter() - began < 20
