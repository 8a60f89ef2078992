"""Figures of one motor: the numbers drawn are the numbers given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.views.motor_page_figures import MOST_POINTS, health_history_figure, phase_figure, phase_history_figure

NO_EVENTS = pd.DataFrame({"start": [], "kind": [], "action": []})


def _recording(**rms):
    return {f"rms_{phase}": rms.get(phase, np.nan) for phase in "RST"}


def _days(n):
    return pd.Series(pd.date_range("2026-01-01", periods=n, tz="UTC"))


def _texts(chart):
    return [note.text for note in chart.layout.annotations]


def test_phases_are_bars_with_unit_and_share_beside_the_rated_current():
    chart = phase_figure(_recording(R=5.0, S=10.0, T=7.5), 10.0)
    assert [(bar.x[0], bar.y[0]) for bar in chart.data] == [("R", 5.0), ("S", 10.0), ("T", 7.5)]
    assert chart.data[0].text == ("5 A = 50 % of rated",)
    assert _texts(chart) == ["rated 10 A"] and chart.layout.yaxis.title.text == "rms current (A)"
    assert len({bar.marker.pattern.shape for bar in chart.data}) == 3


def test_without_a_nameplate_or_in_another_unit_there_is_no_rated_current():
    for rated, unit in ((np.nan, "A"), (10.0, "V")):
        chart = phase_figure(_recording(R=5.0), rated, unit)
        assert chart.data[0].text == (f"5 {unit}",) and _texts(chart) == []


def test_a_recording_without_a_phase_says_so():
    assert any("no phase" in text for text in _texts(phase_figure(_recording(), 10.0)))


def test_currents_over_time_leave_out_an_absent_phase():
    table = pd.DataFrame({"started_at": _days(3), "rms_R": [1.0, 2.0, 3.0], "rms_S": np.nan, "rms_T": 1.0})
    chart = phase_history_figure(table)
    assert [trace.name for trace in chart.data] == ["R", "T"] and list(chart.data[0].y) == [1.0, 2.0, 3.0]


def test_the_index_is_a_hundred_minus_the_risk_and_the_unknown_has_no_line():
    health = pd.DataFrame(
        {"started_at": _days(3), "state_risk": [10.0, np.nan, 80.0], "state_grade": ["good", "unknown", "act"]}
    )
    chart = health_history_figure(health, NO_EVENTS)
    assert list(chart.data[0].y) == [90.0, 20.0]
    marks = {trace.name: list(trace.y) for trace in chart.data[1:]}
    assert marks == {"good": [90.0], "unknown": [0.0], "act": [20.0]}


def test_maintenance_stands_at_its_time_with_its_kind():
    health = pd.DataFrame({"started_at": _days(2), "state_risk": [10.0, 20.0], "state_grade": "good"})
    events = pd.DataFrame({"start": _days(2)[:1], "kind": ["repair"], "action": ["rotor changed"]})
    chart = health_history_figure(health, events)
    (mark,) = (trace for trace in chart.data if trace.name == "maintenance: repair")
    assert mark.text == ("rotor changed",) and pd.Timestamp(mark.x[0], tz="UTC") == _days(1)[0]


def test_of_a_long_history_the_newest_are_drawn():
    n = MOST_POINTS + 5
    health = pd.DataFrame({"started_at": _days(n), "state_risk": np.arange(n) / n, "state_grade": "good"})
    drawn = health_history_figure(health, NO_EVENTS).data[0]
    assert len(drawn.x) == MOST_POINTS and pd.Timestamp(drawn.x[-1], tz="UTC") == _days(n).iloc[-1]
