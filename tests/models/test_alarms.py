"""False alarms per motor and month by hand, with every way in which a timeline can be broken."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from judged_fleet import judged

from diagmod.models.alarms import MONTH_DAYS, Persistence, alarm_rates, timeline
from diagmod.models.intervals import poisson_interval


def _only(table):
    assert len(table) == 1
    return table.iloc[0]


def test_rate_is_false_alarms_over_the_time_that_healthy_motors_were_watched():
    """M1: 4 healthy recordings 10 days apart are 40 days; M2: 2 before the fault are 20. 60 days, 2 false alarms."""
    row = _only(alarm_rates(judged(("M1", "hhhh", ".x.."), ("M2", "hhbb", "x.xx")), 200, 0))
    assert row["motor_months"] == pytest.approx(60 / MONTH_DAYS)
    assert (row["n"], row["n_motors"], row["n_false"]) == (6, 2, 2)
    assert row["per_motor_month"] == pytest.approx(2 / 60 * MONTH_DAYS)
    assert row["cadence_days"] == 10
    assert row["false_alarm_share"] == pytest.approx(2 / 6)
    assert row["per_month_if_daily"] == pytest.approx(MONTH_DAYS / 3)
    assert [row["low_poisson"], row["high_poisson"]] == pytest.approx(poisson_interval(2, 60 / MONTH_DAYS))
    assert row["low"] == pytest.approx(1 / 40 * MONTH_DAYS), "M1 alone: 1 in 40 days"
    assert row["high"] == pytest.approx(1 / 20 * MONTH_DAYS), "M2 alone: 1 in 20 days"


def test_the_same_share_at_another_cadence_is_another_rate():
    often, seldom = (_only(alarm_rates(judged(("M1", "hhhh", ".x.."), days=days), 0, 0)) for days in (1.0, 30.0))
    assert often["per_motor_month"] == pytest.approx(30 * seldom["per_motor_month"])
    assert often["per_month_if_daily"] == seldom["per_month_if_daily"]
    assert often["per_month_if_daily"] == pytest.approx(often["per_motor_month"]), "it was recorded daily"


@pytest.mark.parametrize(
    ("rule", "alarms"),
    [((1, 1), "xx.xx.x"), ((2, 2), ".x..x.."), ((2, 3), ".xxxxxx"), ((3, 4), "...xx.x"), ((4, 4), ".......")],
)
def test_an_alarm_needs_as_many_flags_among_the_last(rule, alarms):
    """Flags x x . x x . x; the first recordings look back on fewer."""
    rows = timeline(judged(("M1", "hhhhhhh", "xx.xx.x")), Persistence(*rule))
    assert "".join("x" if alarm else "." for alarm in rows["is_alarm"]) == alarms


def test_persistence_does_not_look_back_over_motors_or_models():
    rows = pd.concat([judged(("M1", "h", "x"), ("M2", "h", "x")), judged(("M1", "h", "x"), model="n")])
    assert not timeline(rows, Persistence(2, 2))["is_alarm"].any()


def test_an_alarm_that_stays_on_is_one_new_alarm():
    row = _only(alarm_rates(judged(("M1", "hhhhhh", "xx..xx")), 0, 0))
    assert (row["n_false"], row["n_new"]) == (4, 2)


def test_a_long_gap_is_not_time_watched():
    """Gaps of 10 days and one of 300: it counts as three usual ones. 10 + 10 + 30 + 10 + 10 (the last) = 70 days."""
    rows = judged(("M1", "hhhhh", "....."))
    rows.loc[3:, "started_at"] += pd.Timedelta(days=290)
    assert _only(alarm_rates(rows, 0, 0))["motor_months"] == pytest.approx(70 / MONTH_DAYS)


def test_a_motor_recorded_once_stands_for_the_usual_gap_of_the_others():
    row = _only(alarm_rates(judged(("M1", "hhh", "..."), ("M2", "h", "x")), 0, 0))
    assert row["motor_months"] == pytest.approx(40 / MONTH_DAYS)


def test_order_of_the_rows_does_not_matter():
    rows = judged(("M1", "hhhh", ".x.."), ("M2", "hhbb", "x.xx"))
    shuffled = rows.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(alarm_rates(rows, 50, 0), alarm_rates(shuffled, 50, 0))


def test_recordings_without_a_time_are_counted_and_left_out():
    rows = judged(("M1", "hhhh", ".x.."))
    rows.loc[0, "started_at"] = pd.NaT
    row = _only(alarm_rates(rows, 10, 0))
    assert (row["n"], row["n_undated"]) == (3, 1)


@pytest.mark.parametrize(
    "rows",
    [
        judged(("M1", "bb", "xx")),
        judged(("M1", "h", "x")),
        judged(("M1", "hh", "x.")).assign(started_at=pd.Series([pd.NaT] * 2, dtype="datetime64[us, UTC]")),
        judged(("M1", "hh", "x."), days=0.0),
    ],
    ids=["no healthy one", "one recording", "no times", "one time"],
)
def test_without_time_there_is_no_rate(rows):
    row = _only(alarm_rates(rows, 20, 0))
    assert np.isnan(row["per_motor_month"])
    assert row["motor_months"] == 0


def test_without_recordings_the_table_is_empty():
    assert alarm_rates(judged(("M1", "h", "x")).head(0), 10, 0).empty


@pytest.mark.parametrize("rule", [(0, 1), (3, 2)])
def test_a_rule_that_cannot_be_met_is_refused(rule):
    with pytest.raises(ValueError, match="an alarm needs between 1 and all of the last"):
        Persistence(*rule)
