"""Figures of recordings and features show the numbers they were given, on axes that name their unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from handmade_interim import RECORDINGS_OF_PLANT, recordings, trend

from diagmod.io.waveforms import WAVEFORM_COLUMNS
from diagmod.views.figures import (
    feature_figure,
    severity_figure,
    spectrum_figure,
    timeline_figure,
    trend_figure,
    waveform_figure,
    waveform_figures,
)
from diagmod.views.theme import CONDITION_COLOURS, PHASE_COLOURS


def _axes(chart: go.Figure) -> tuple[str, str]:
    return chart.layout.xaxis.title.text, chart.layout.yaxis.title.text


def _traces(chart: go.Figure) -> dict[str, go.Scatter]:
    return {trace.name: trace for trace in chart.data}


def test_a_waveform_shows_the_first_samples_of_every_phase_on_a_time_axis():
    """Three samples at 10 Hz lie at 0, 0.1 and 0.2 s."""
    currents = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], dtype=np.float32)
    chart = waveform_figure(currents, 10.0, 0.3, "a.csv")
    assert _axes(chart) == ("time (s)", "current (A)")
    assert {name: list(trace.y) for name, trace in _traces(chart).items()} == {
        "R": [1, 2, 3], "S": [5, 6, 7], "T": [9, 10, 11],
    }  # fmt: skip
    assert list(chart.data[0].x) == pytest.approx([0, 0.1, 0.2])
    assert {name: trace.line.color for name, trace in _traces(chart).items()} == PHASE_COLOURS
    assert len({trace.line.dash for trace in chart.data}) == 3


def test_an_absent_phase_has_no_trace_and_a_foreign_unit_is_named():
    currents = np.vstack([np.ones((2, 5)), np.full(5, np.nan)])
    chart = waveform_figure(currents, 1000.0, 1.0, "a.csv", "unstated")
    assert set(_traces(chart)) == {"R", "S"}
    assert _axes(chart) == ("time (s)", "current (unstated)")


def test_waveforms_of_a_catalogue_are_read_under_their_recording_id(tmp_path):
    currents = pd.DataFrame({name: np.arange(4, dtype=np.float32) for name in WAVEFORM_COLUMNS})
    currents.to_parquet(tmp_path / "r7.parquet")
    table = recordings({"recording_id": "r7", "file": "recordings/b.csv", "fs_hz": 10.0})
    charts = waveform_figures(table, tmp_path, 0.2)
    assert [chart.layout.title.text for chart in charts] == ["recordings/b.csv"]
    assert list(charts[0].data[0].y) == [0, 1]


def test_a_spectrum_is_drawn_for_every_phase_that_is_there():
    hz, level = np.array([0.0, 50.0, 100.0, 300.0]), np.full((3, 4), np.nan)
    level[0] = [-np.inf, 0.0, -40.0, -90.0]
    chart = spectrum_figure(hz, level, 200.0, "a.csv")
    assert _axes(chart) == ("frequency (Hz)", "level (dBc)")
    assert [trace.name for trace in chart.data] == ["R"]
    assert list(chart.data[0].x) == [0, 50, 100]
    assert list(chart.data[0].y) == [-200, 0, -40]


def test_a_timeline_has_a_point_a_recording_and_a_row_a_motor():
    chart = timeline_figure(recordings(*RECORDINGS_OF_PLANT))
    traces = _traces(chart)
    assert _axes(chart) == ("date (UTC)", "motor")
    assert set(traces) == {"healthy", "broken bar", "not labelled"}
    assert [str(when)[:10] for when in traces["healthy"].x] == ["2026-01-05", "2026-02-05"]
    assert list(traces["not labelled"].y) == ["M2"]
    assert traces["broken bar"].text == ("c.csv<br>load 50 %",)
    assert traces["broken bar"].marker.color == CONDITION_COLOURS["broken_bar"]
    assert list(chart.layout.yaxis.categoryarray) == ["M1", "M2"]
    assert chart.layout.title.text == "Recordings over time"


def test_a_timeline_says_how_many_recordings_have_no_time():
    rows = [{"started_at": "2026-01-05T08:00Z", "load_pct": np.nan}, {}, {}]
    chart = timeline_figure(recordings(*rows))
    assert chart.layout.title.text == "Recordings over time; 2 without a start time cannot be drawn"
    assert sum(len(trace.x) for trace in chart.data) == 1
    assert chart.data[0].text == ("a.csv",)


def test_a_trend_shows_every_hour_and_leaves_a_gap_open():
    """Hours 0, 1 and 4: the line is broken between 1 and 4 by one empty point."""
    hours = ["2026-01-05T00:00Z", "2026-01-05T04:00Z", "2026-01-05T01:00Z"]
    table = pd.concat([trend("M1", hours, [4.0, 6.0, 5.0]), trend("M2", hours, [9.0, 9.0, 9.0])])
    chart = trend_figure(table, "M1")
    assert _axes(chart) == ("date (UTC)", "rms current (A)")
    assert {trace.name: trace.line.color for trace in chart.data} == PHASE_COLOURS
    for trace in chart.data:
        assert [str(when)[11:16] for when in trace.x] == ["00:00", "01:00", "03:59", "04:00"]
        np.testing.assert_array_equal(trace.y, [4.0, 5.0, np.nan, 6.0])


def test_a_short_peak_of_one_hour_is_drawn():
    rms = np.ones(48)
    rms[7] = 90.0
    table = trend("M1", list(map(str, pd.date_range("2026-01-05", periods=48, freq="h", tz="UTC"))), list(rms))
    assert max(trend_figure(table, "M1").data[0].y) == 90.0


def test_a_trend_shows_what_was_done_to_its_motor_at_its_time():
    hours = [f"2026-01-05T{h:02d}:00Z" for h in range(4)]
    row = {"end": pd.NaT, "defect": "broken_bar", "note": "", "downtime_h": 5.0}
    events = pd.DataFrame(
        [
            {
                "motor_id": "M1",
                "start": pd.Timestamp("2026-01-05T01:30Z"),
                "kind": "repair",
                "action": "new rotor",
                **row,
            },
            {
                "motor_id": "M2",
                "start": pd.Timestamp("2026-01-05T02:30Z"),
                "kind": "planned",
                "action": "grease",
                **row,
            },
        ]
    )
    chart = trend_figure(trend("M1", hours, [4.0, 6.0, 5.0, 5.0]), "M1", events=events)
    (event,) = [one for one in chart.data if one.mode == "markers"]
    assert (event.name, event.text[0], event.marker.symbol) == ("repair", "new rotor<br>broken bar", "diamond")
    assert [pd.Timestamp(x) for x in event.x] == [pd.Timestamp("2026-01-05T01:30")]
    assert len(chart.layout.shapes) == 1
    assert len(trend_figure(trend("M1", hours, [4.0, 6.0, 5.0, 5.0]), "M1", events=events.iloc[:0]).data) == 3


def test_a_trend_of_another_unit_says_so():
    assert _axes(trend_figure(trend("M1", ["2026-01-05T00:00Z"], [4.0]), "M1", "counts"))[1] == "rms current (counts)"


def test_severity_is_a_line_a_motor_in_the_colour_of_its_last_condition():
    truth = pd.DataFrame(
        {
            "motor_id": ["M1", "M2", "M1"],
            "started_at": ["2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
            "condition": ["broken_bar", "healthy", "healthy"],
            "severity": [0.7, 0.0, 0.0],
        }
    )
    chart = severity_figure(truth)
    assert _axes(chart) == ("date (UTC)", "severity (1)")
    traces = _traces(chart)
    assert set(traces) == {"M1: broken bar", "M2: healthy"}
    assert list(traces["M1: broken bar"].y) == [0.0, 0.7]
    assert traces["M1: broken bar"].line.color == CONDITION_COLOURS["broken_bar"]


def test_severity_of_many_motors_is_named_by_condition_once():
    n = 30
    conditions = ["broken_bar", "healthy"] * (n // 2)
    truth = pd.DataFrame(
        {
            "motor_id": [f"M{k:02d}" for k in range(n)],
            "started_at": "2026-02-01T00:00:00Z",
            "condition": conditions,
            "severity": 0.5,
        }
    )
    chart = severity_figure(truth)
    assert len(chart.data) == n
    assert [trace.name for trace in chart.data if trace.showlegend] == ["broken bar", "healthy"]
    assert [trace.text[0] for trace in chart.data] == truth["motor_id"].tolist()


def test_a_feature_is_drawn_over_load_by_condition():
    catalogue = recordings(
        {"recording_id": "r1", "load_pct": 40.0},
        {"recording_id": "r2", "load_pct": 80.0, "condition": "eccentricity", "file": "b.csv"},
        {"recording_id": "r3", "load_pct": np.nan},
    )
    table = pd.DataFrame({"recording_id": ["r3", "r2", "r1"], "thd_R": [3.0, 2.0, 1.0]})
    chart = feature_figure(table, catalogue, "thd_R", "% of the fundamental")
    assert _axes(chart) == ("load (% of rated)", "thd_R (% of the fundamental)")
    shown = _traces(chart)["eccentricity"]
    assert (list(shown.x), list(shown.y), list(shown.text)) == ([80.0], [2.0], ["b.csv"])
    assert chart.layout.title.text == "thd_R of every recording; 1 without a load cannot be drawn"


@pytest.mark.parametrize(
    "chart",
    [
        timeline_figure(recordings()),
        trend_figure(trend("M1", [], []), "M1"),
        feature_figure(pd.DataFrame({"recording_id": [], "thd_R": []}, dtype=str), recordings(), "thd_R", "%"),
    ],
    ids=["timeline", "trend", "feature"],
)
def test_without_rows_a_figure_is_empty_axes_and_no_failure(chart):
    assert sum(len(trace.x) for trace in chart.data) == 0
    assert all(_axes(chart))
