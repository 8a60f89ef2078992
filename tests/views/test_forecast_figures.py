"""Figures of forecasts show the numbers of their tables, name units, and say in words where there is nothing."""

from __future__ import annotations

import json

import handmade_forecast as made
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from diagmod.io.evaluation_schemas import RELIABILITY
from diagmod.io.tables import empty_table
from diagmod.models.forecast.crossing_judgement import judge_crossings
from diagmod.models.forecast.series import TrendSeries
from diagmod.views.forecast_figures import STANDING_WORDS, forecast_figure, surprise_figure
from diagmod.views.forecast_panes import MOST_PANES, ends_of, measured
from diagmod.views.forecast_risk_figures import crossing_reliability_figure, crossing_time_figure
from diagmod.views.forecast_skill_figures import choice_figure, coverage_figure, skill_figure


def traces(chart: go.Figure, name: str) -> list[go.Scatter]:
    """Traces of a name, in the order of the panes."""
    return [trace for trace in chart.data if trace.name == name]


def notes(chart: go.Figure) -> list[str]:
    """Everything that is written into a figure."""
    return [note.text for note in chart.layout.annotations]


def of_m1(**more: object) -> go.Figure:
    """The daily forecast of M1."""
    given = {"history": made.trend(), "forecasts": made.forecasts(), "risk": made.risk(), "motor_id": "M1"}
    return forecast_figure(**(given | more))


def test_every_phase_has_a_pane_with_median_and_intervals_of_its_own_motor():
    chart = of_m1()
    assert "M1: measured and expected, days ahead" in chart.layout.title.text
    medians = traces(chart, "expected (median)")
    assert [trace.yaxis for trace in medians] == ["y", "y2", "y3"]
    assert list(medians[0].y[:2]) == pytest.approx([26.1, 26.2])
    assert medians[0].text[0] == "26.1 A, 90 %: 24.1 to 28.1 A"
    wide, narrow = traces(chart, "90 % interval")[0], traces(chart, "50 % interval")[0]
    assert (max(wide.y), min(wide.y)) == pytest.approx((31.0, 24.1))
    assert (max(narrow.y), min(narrow.y)) == pytest.approx((29.5, 25.6))
    assert wide.fill == narrow.fill == "toself"


def test_axes_have_units_and_every_name_stands_once_in_the_legend():
    chart = of_m1(maintenance=made.maintenance())
    titles = [axis.title.text for axis in chart.select_yaxes()]
    assert titles == ["rms_R (A)", "rms_S (A)", "rms_T (A)"]
    assert chart.layout.xaxis3.title.text == "date (UTC)"
    named = [trace.name for trace in chart.data if trace.showlegend]
    assert len(named) == len(set(named)) == len({trace.name for trace in chart.data})


def test_lines_are_told_apart_without_colour():
    strokes = {}
    for trace in of_m1(maintenance=made.maintenance()).data:
        if trace.mode.startswith("lines") and trace.fill is None:
            strokes[trace.name] = (trace.line.dash, trace.marker.symbol)
    assert len(set(strokes.values())) == len(strokes)


def test_the_limit_is_a_line_with_its_kind_value_reason_and_probability():
    chart = of_m1()
    (line, *_) = traces(chart, "limit (sigma)")
    assert set(line.y) == {28.5}
    assert "mean and 4 standard deviations of the first 28 days" in line.text[0]
    assert notes(chart)[0] == "<b>rms_R</b> by ets; limit 28.5 A (sigma): may be exceeded, 60 % within 30 d"


def test_a_limit_that_is_unknown_or_far_away_is_told_and_not_drawn():
    none = of_m1(risk=made.risk(limit=np.nan, standing="cannot_tell", probability=np.nan))
    assert not traces(none, "limit (sigma)")
    assert notes(none)[0] == "<b>rms_R</b> by ets; no limit"
    far = of_m1(risk=made.risk(limit=900.0, standing="not_expected"))
    assert not traces(far, "limit (sigma)")
    assert "limit 900 A (sigma, outside the picture): not expected to be exceeded" in notes(far)[0]
    assert far.layout.yaxis.range[1] < 40
    assert notes(of_m1(risk=made.empty("risk")))[0] == "<b>rms_R</b> by ets"


def test_every_standing_has_words():
    assert set(STANDING_WORDS) == {"above_now", "may_cross", "not_expected", "cannot_tell"}


def test_a_gap_of_the_measured_line_stays_open():
    """One day in the middle of 60 is missing: 59 values, and one that is unknown between them."""
    (line, *_) = traces(of_m1(), "measured, daily mean")
    assert len(line.y) == 60
    assert np.isnan(np.array(line.y, dtype=float)).sum() == 1


def test_the_past_is_shown_as_far_as_it_explains_the_forecast():
    hourly = of_m1(history=made.trend(step_h=1), forecasts=made.forecasts(leg="hourly", steps=48), leg="hourly")
    (line, *_) = traces(hourly, "measured, hourly mean")
    assert pd.Timestamp(line.x[0]).tz_localize("UTC") == made.ORIGIN - pd.Timedelta(days=14)
    assert "hours ahead" in hourly.layout.title.text


def test_series_of_the_models_are_a_history_too():
    series = TrendSeries("M1", "rms_R", "A", 24, np.datetime64("2026-05-30", "h"), np.array([1.0, np.nan, 3.0]))
    rows = measured([series], "M1", "rms_R")
    assert rows["mean"].tolist() == [1.0, 3.0]
    assert rows["hour"].iloc[0] == pd.Timestamp("2026-05-30", tz="UTC")
    assert measured([series], "M2", "rms_R").empty
    assert traces(of_m1(history=[series]), "expected (median)")


def test_maintenance_within_the_picture_is_marked_with_its_kind():
    chart = of_m1(maintenance=made.maintenance())
    marks = traces(chart, "maintenance: repair")
    assert len(marks) == 3, "one a pane; the repair of 900 days ago lies outside"
    assert marks[0].text[0] == "bearing replaced"
    assert marks[0].marker.symbol == "diamond"
    assert not traces(chart, "maintenance: planned"), "that was another motor"


def test_many_quantities_are_drawn_as_far_as_they_can_be_told_apart():
    chart = of_m1(forecasts=made.forecasts(quantities=[f"figure_{k}" for k in range(MOST_PANES + 2)]))
    assert len(list(chart.select_yaxes())) == MOST_PANES
    assert "2 more quantities are not drawn" in chart.layout.title.text


@pytest.mark.parametrize("history", [made.trend()[:0], []])
def test_without_a_past_the_forecast_is_drawn_alone(history):
    chart = of_m1(history=history)
    assert len(traces(chart, "expected (median)")) == 3


def test_values_that_are_constant_or_unknown_give_an_axis():
    assert ends_of(pd.Series([5.0, 5.0])) == pytest.approx((4.97, 5.08))
    assert ends_of(pd.Series([np.nan])) == (0.0, 1.0)
    low, high = ends_of(pd.Series([1e300, -1e300]))
    assert low < -1e300 and high > 1e300


def test_surprises_are_marked_with_their_direction_and_what_was_expected():
    chart = surprise_figure(made.trend(step_h=1), made.surprises(), "M1")
    (up,), (down,) = traces(chart, "more than expected"), traces(chart, "less than expected")
    assert (up.marker.symbol, down.marker.symbol) == ("triangle-up", "triangle-down")
    assert up.text[0] == "30 h; worst 27 A, expected 22 A (+9.0 usual deviations)"
    (areas,) = traces(chart, "not as forecast")
    assert pd.Timestamp(areas.x[2]) - pd.Timestamp(areas.x[0]) == pd.Timedelta(hours=30)
    assert chart.layout.yaxis.title.text == "rms_R (A)"


def test_methods_are_ordered_choice_first_and_naive_lines_last_and_hollow():
    chart = skill_figure(made.summary())
    assert list(chart.layout.yaxis.ticktext) == ["<b>chosen</b>", "ets", "tcn", "drift", "seasonal naive", "naive"]
    assert [axis.title.text for axis in chart.select_yaxes()] == ["hours ahead", "days ahead"]
    (dots, _) = traces(chart, "all steps ahead")
    assert list(dots.x) == pytest.approx([0.7, 0.75, 0.8, 1.0, 1.1, 1.2])
    assert [symbol.endswith("-open") for symbol in dots.marker.symbol] == [False] * 3 + [True] * 3
    assert list(dots.error_x.array) == pytest.approx([0.1] * 6)
    assert "lines to beat" in notes(chart)
    lines = [shape.x0 for shape in chart.layout.shapes if shape.type == "line"]
    assert lines == [1.0, 1.0], "the best naive line of either leg"
    assert chart.layout.xaxis2.title.text == "mean absolute scaled error, MASE (1)"


def test_dots_of_several_bands_do_not_lie_on_each_other():
    chart = skill_figure(made.summary())
    places = [(trace.yaxis, y) for trace in chart.data for y in trace.y]
    assert len(set(places)) == len(places)
    assert [trace.marker.size for trace in traces(chart, "all steps ahead")] == [10, 10]


def test_coverage_stands_beside_the_nominal_ninety_percent():
    chart = coverage_figure(made.summary())
    assert {shape.x0 for shape in chart.layout.shapes if shape.type == "line"} == {90.0}
    (dots, _) = traces(chart, "all steps ahead")
    assert list(dots.x) == [90.0] + [85.0] * 5
    assert chart.layout.xaxis.range == (78.0, 101.5)
    assert chart.layout.xaxis2.title.text == "measured values within the 90 % interval (%)"


def test_the_choice_is_a_dot_a_series_below_the_diagonal_where_it_earned_its_place():
    table = pd.concat([made.series(), made.series(method="tcn", mase=0.5), made.refused_series("rms_T")])
    chart = choice_figure(table)
    (dots,) = traces(chart, "ets")
    assert (set(dots.x), set(dots.y)) == ({1.0}, {0.7})
    assert dots.text[0] == "M1 rms_R: 0.7 by ets, 1 by drift"
    (other,) = traces(chart, "tcn")
    assert other.marker.symbol != dots.marker.symbol
    assert "; 1 without a forecast or back-test" in chart.layout.title.text
    assert list(chart.data[0].x) == list(chart.data[0].y)


def test_errors_of_very_different_size_have_logarithmic_axes():
    chart = choice_figure(pd.concat([made.series(), made.series(mase=70.0, naive_mase=90.0)]))
    assert chart.layout.xaxis.type == chart.layout.yaxis.type == "log"


def test_the_reliability_of_crossings_is_that_of_the_judgement():
    chart = crossing_reliability_figure(judge_crossings(made.crossings(), n_bootstrap=20).reliability)
    (curve,) = traces(chart, "calibrated")
    assert list(curve.x) == pytest.approx([10, 90])
    assert list(curve.y) == pytest.approx([0, 100])
    assert curve.text[0].startswith("20 forecasts of ")
    assert traces(chart, "uncalibrated")[0].line.dash != curve.line.dash


def test_times_are_forecast_over_measured_and_what_never_came_lies_beyond_the_horizon():
    table = made.crossings(9)
    table.loc[table.index[1], ["days_median", "days_high"]] = np.nan
    table.loc[table.index[0], ["days_median", "days_low"]] = [25.0, 20.0]
    chart = crossing_time_figure(table)
    (right,), (missed,), (alarm,) = (
        traces(chart, name)
        for name in (
            "exceeded, as forecast (5)", "exceeded, forecast not to be (1)", "not exceeded, forecast to be (1)",
        )
    )  # fmt: skip
    assert (right.x[0], right.y[0]) == (10.0, 12.0)
    assert (right.error_y.array[0], right.error_y.arrayminus[0]) == (8.0, 7.0)
    assert missed.x[0] == 10.0 and missed.y[0] > 30
    assert alarm.y[0] == 25.0 and alarm.x[0] > 30
    assert "2 of 9 did not and were not to" in chart.layout.title.text
    assert "not in 30 d" in chart.layout.xaxis.ticktext
    assert "not within the horizon" in alarm.text[0]
    assert len({trace.marker.symbol for trace in (right, missed, alarm)}) == 3


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (of_m1(forecasts=made.empty("forecasts")), "there is no daily forecast of motor M1"),
        (of_m1(motor_id=""), "there is no daily forecast."),
        (of_m1(motor_id="M9"), "there is no daily forecast of motor M9"),
        (surprise_figure(made.trend(), made.empty("surprises"), "M1"), "no hour of motor M1 was other than forecast"),
        (skill_figure(made.empty("summary")), "no forecast could be held against what came"),
        (skill_figure(made.summary().assign(mase=np.nan)), "no forecast could be held against what came"),
        (coverage_figure(made.empty("summary")), "no forecast could be held against what came"),
        (choice_figure(made.empty("series")), "there is no series to forecast"),
        (choice_figure(made.refused_series("rms_T")), "none of 1 series could be back-tested; 20 known hours"),
        (
            crossing_reliability_figure(empty_table(RELIABILITY)),
            "no origin of the back-test at which a limit was known",
        ),
        (crossing_time_figure(made.empty("crossings")), "no origin of the back-test at which a limit was known"),
    ],
)
def test_empty_tables_say_why_nothing_is_drawn(chart, words):
    assert not chart.data
    assert words in " ".join(notes(chart)).replace("<br>", " ")
    json.loads(chart.to_json())
