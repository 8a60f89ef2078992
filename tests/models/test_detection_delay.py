"""Delays from onset to alarm by hand, and the estimate of Kaplan and Meier against scipy's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from judged_fleet import fleet, judged
from scipy.stats import CensoredData, ecdf

from diagmod.models.alarms import Persistence
from diagmod.models.detection_delay import delay_curves, delay_figures, detection_delays, share_found_by


def _of(delays):
    return delays.set_index("motor_id")


def test_delay_runs_from_the_first_faulty_recording_to_the_first_alarm():
    """M1: onset at the third recording, alarm at the fifth, 20 days later. M2: never in 30 days. M3: at once."""
    found = _of(detection_delays(judged(("M1", "hhbbb", "x...x"), ("M2", "hbbbb", "x...."), ("M3", "hb", ".x"))))
    assert found["days"].tolist() == [20.0, 30.0, 0.0]
    assert found["is_found"].tolist() == [True, False, True]
    assert found["alarm_at"].isna().tolist() == [False, True, False]
    assert found["severity"].tolist() == pytest.approx([0.3, 0.4, 0.1])
    assert found["onset_at"].tolist()[0] == pd.Timestamp("2026-01-21", tz="UTC")


def test_a_fault_that_was_there_from_the_start_has_an_unseen_onset():
    found = _of(detection_delays(judged(("M1", "bbb", ".x."), ("M2", "hbb", "..."))))
    assert found["is_onset_seen"].tolist() == [False, True]
    figures = delay_figures(found.reset_index(), 0, 0)
    assert figures.loc[figures["condition"] == "", "n_onset_unseen"].tolist() == [1]


def test_a_repaired_motor_has_a_fault_before_and_one_after():
    found = detection_delays(judged(("M1", "hbbhhss", "..x...x")))
    assert found["condition"].tolist() == ["broken_bar", "stator_short"]
    assert found["days"].tolist() == [10.0, 10.0]


def test_recordings_without_a_label_do_not_interrupt_a_fault():
    found = detection_delays(judged(("M1", "hb bb", "..x.x")))
    assert found[["n", "days", "is_found"]].to_numpy().tolist() == [[3, 30.0, True]]


def test_a_rule_of_persistence_costs_time():
    rows = judged(("M1", "hbbbb", ".xxxx"))
    assert [detection_delays(rows, Persistence(k, 3))["days"].iloc[0] for k in (1, 2, 3)] == [0.0, 10.0, 20.0]


def test_share_found_is_the_estimate_of_scipy():
    rng = np.random.default_rng(1)
    days, is_found = rng.integers(0, 12, 40).astype(float), rng.uniform(size=40) < 0.6
    times, shares = share_found_by(days, is_found, np.ones((1, 40)))
    other = ecdf(CensoredData(uncensored=days[is_found], right=days[~is_found])).cdf
    np.testing.assert_allclose(shares[0], other.evaluate(times), atol=1e-12)


def test_a_weight_is_as_many_copies():
    days, is_found, weights = np.array([1.0, 2.0, 3.0]), np.array([True, False, True]), np.array([2, 1, 3])
    _, by_weight = share_found_by(days, is_found, weights[None].astype(float))
    _, by_copies = share_found_by(np.repeat(days, weights), np.repeat(is_found, weights), np.ones((1, 6)))
    np.testing.assert_allclose(by_weight, by_copies)


def test_median_counts_faults_that_were_never_found():
    """Delays 0, 10, 20 of four faults and one never found in 30 days: half are found by 10 days, 3 of 4 in the end."""
    rows = judged(
        ("M1", "hbbbb", ".x..."), ("M2", "hbbbb", "..x.."), ("M3", "hbbbb", "...x."), ("M4", "hbbbb", ".....")
    )
    figures = delay_figures(detection_delays(rows), 300, 0).set_index("condition").loc[""]
    assert figures[["n_faults", "n_found", "share_found", "median_days"]].tolist() == [4, 3, 0.75, 10.0]
    assert figures["low"] == 0
    assert np.isnan(figures["high"]), "in some draws half is never found"
    assert figures["low_found"] < 0.75 < figures["high_found"]


def test_a_fault_that_is_never_found_has_no_median():
    figures = delay_figures(detection_delays(judged(("M1", "hbb", "..."), ("M2", "hbb", "..."))), 50, 0)
    assert figures["median_days"].isna().all()
    assert figures["share_found"].tolist() == [0.0, 0.0]


def test_curves_rise_and_keep_inside_their_intervals():
    curves = delay_curves(detection_delays(fleet(0, 0.4)), 200, 0)
    own = curves[curves["condition"] == "broken_bar"]
    assert (np.diff(own["share_found"]) >= 0).all()
    assert ((own["low"] <= own["share_found"]) & (own["share_found"] <= own["high"])).all()
    assert (np.diff(own["n_watched"]) <= 0).all()


def test_earlier_found_is_earlier_told():
    early, late = (
        delay_figures(detection_delays(fleet(1, severity)), 0, 0)["median_days"].iloc[0] for severity in (0.2, 0.8)
    )
    assert early < late


@pytest.mark.parametrize("rows", [judged(("M1", "hh", "..")), judged(("M1", "b", "x")).head(0)])
def test_without_faults_tables_are_empty(rows):
    delays = detection_delays(rows)
    assert delays.empty
    assert delay_figures(delays, 10, 0).empty
    assert delay_curves(delays, 10, 0).empty
