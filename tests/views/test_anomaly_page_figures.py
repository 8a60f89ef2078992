"""Figures of the page "Anomaly detection": weeks where there are many recordings, shares as counted by hand."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from diagmod.views.anomaly_page_figures import MOST_POINTS, anomaly_timeline_figure, weekly_share_figure


def _many(n, motors=500):
    k = np.arange(n)
    return pd.DataFrame({
        "motor_id": np.char.add("M", (k % motors).astype(str)), "file": "a.csv",
        "started_at": pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(k * 5, unit="min"),
        "severity": np.where(k % 4 == 0, 2.0, 0.0), "verdict": np.where(k % 4 == 0, "anomaly", "usual"),
    })  # fmt: skip


def test_a_hundred_thousand_recordings_are_drawn_as_weeks_without_a_wait():
    rows, none = _many(100_000), pd.DataFrame({"motor_id": []})
    begun = time.process_time()
    chart, shares = anomaly_timeline_figure(rows, none), weekly_share_figure(rows)
    assert time.process_time() - begun < 1.5, "about 0.2 s; the rest is for slow machines"
    assert sum(len(trace.x) for trace in chart.data) < MOST_POINTS
    assert np.nanmax(shares.data[0].z) == 100.0
    assert len(shares.data[0].y) == 60


def test_a_share_is_that_of_the_judged_recordings_of_a_motor_in_a_week():
    """Monday 5 to Sunday 11 January 2026: one of two is an anomaly; the week after has none that can tell."""
    times = pd.to_datetime(["2026-01-05T00:00Z", "2026-01-11T23:59Z", "2026-01-12T00:00Z", "2026-01-19T00:00Z"])
    verdicts = ["anomaly", "usual", "cannot tell", "usual"]
    rows = pd.DataFrame({"motor_id": "M1", "started_at": times, "verdict": verdicts, "severity": 0.0})
    heat, crosses = weekly_share_figure(rows).data
    assert list(crosses.y) == ["M1"]
    assert [f"{day:%d}" for day in pd.to_datetime(heat.x)] == ["05", "12", "19"]
    assert heat.z[0][0] == 50.0
    assert np.isnan(heat.z[0][1])
    assert heat.z[0][2] == 0.0
