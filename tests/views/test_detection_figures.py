"""Figures of the study of broken bars show its numbers, its bands and its refusals, not by colour alone."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import pytest
from handmade_study import write_study

from diagmod.io.study_tables import DetectionStudy, read_detection_study
from diagmod.io.tables import TableError
from diagmod.views import detection_figures
from diagmod.views.detection_figures import clock_figure, detection_figure, minimum_severity_figure


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> DetectionStudy:
    return read_detection_study(write_study(tmp_path_factory.mktemp("study")))


def _pane(chart: go.Figure, k: int) -> dict[str, go.Scatter]:
    """Traces of one pane by name."""
    axis = "x" if k == 0 else f"x{k + 1}"
    return {trace.name: trace for trace in chart.data if (trace.xaxis or "x") == axis}


def _luminance(colour: str) -> float:
    """Relative luminance of a colour after WCAG 2."""
    shares = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_curves_have_a_pane_a_load_with_axes_that_name_their_unit(study):
    chart = detection_figure(study, 10.0, -70.0)
    assert chart.layout.title.text == "Broken bars found in 10 s, noise -70 dB"
    assert [note.text for note in chart.layout.annotations] == ["load 50 % of rated", "load 100 % of rated"]
    assert [axis.title.text for axis in chart.select_xaxes()] == ["broken bars of 28"] * 2
    assert chart.layout.yaxis.title.text == "motors (%)"


def test_a_curve_shows_found_with_its_band_and_refused(study):
    """At full load half a bar is found in 50 % (40 to 55) and refused in 40 %; one bar is always found (90 to 100)."""
    pane = _pane(detection_figure(study, 10.0, -70.0), 1)
    found = pane["broken bar found"]
    assert (list(found.x), list(found.y)) == ([0.5, 1.0], [50.0, 100.0])
    assert found.text[0] == "of 20 motors; 95 %: 40 to 55 %"
    band = pane["its 95 % interval"]
    assert list(zip(band.x, band.y, strict=True)) == [(0.5, 55), (1, 100), (1, 90), (0.5, 40)]
    assert band.fill == "toself"
    assert list(pane["refused: cannot decide"].y) == [40.0, 0.0]
    assert set(pane["90 %: taken as found"].y) == {90.0}


def test_the_rate_of_false_alarms_stands_at_no_bars_with_its_interval(study):
    """0.4 % with 0.16 to 1.02 %: 0.62 up and 0.24 down."""
    chart = detection_figure(study, 10.0, -70.0)
    for k in (0, 1):
        level = _pane(chart, k)["healthy motor called faulty: 0.4 % (0.16 to 1 %)"]
        assert (list(level.x), list(level.y)) == ([0.0], [0.4])
        assert level.error_y.array[0] == pytest.approx(0.62)
        assert level.error_y.arrayminus[0] == pytest.approx(0.24)


def test_what_is_told_apart_differs_in_more_than_colour(study):
    pane = _pane(detection_figure(study, 10.0, -70.0), 0)
    lines = [trace for trace in pane.values() if trace.mode and "lines" in trace.mode and trace.fill is None]
    assert len({trace.line.dash for trace in lines}) == len(lines)
    marked = [trace for trace in pane.values() if trace.mode and "markers" in trace.mode]
    assert len({trace.marker.symbol for trace in marked}) == len(marked) == 3


def test_a_legend_names_everything_once(study):
    for chart in (detection_figure(study, 10.0, -70.0), clock_figure(study, 1.0)):
        named = [trace.name for trace in chart.data if trace.showlegend]
        assert sorted(named) == sorted({trace.name for trace in chart.data})


def test_labels_of_ticks_that_would_touch_are_left_out(study):
    chart = detection_figure(study, 10.0, -70.0)
    assert list(chart.layout.xaxis.ticktext) == ["0", "0.5", "1"]
    assert detection_figures._apart([]) == []


def test_the_surface_writes_the_severity_into_every_cell(study):
    """Rows are loads from below, columns lengths; `above 1` is said and lies beyond the colour of every number."""
    chart = minimum_severity_figure(study, -70.0)
    cells = chart.data[0]
    assert (list(cells.x), list(cells.y)) == (["10", "40"], ["50", "100"])
    assert [list(row) for row in cells.text] == [["above 1", "1"], ["1", "0.5"]]
    assert [list(row) for row in cells.z] == [[1.0, 0.5], [0.5, 0.0]]
    assert chart.layout.title.text == "Fewest bars of 28 found in 90 % of motors, noise -70 dB"
    assert chart.layout.xaxis.title.text == "record length (s)"
    assert chart.layout.yaxis.title.text == "load (% of rated)"


def test_a_severity_has_one_colour_at_every_noise(study):
    noisy = minimum_severity_figure(study, -50.0).data[0]
    assert {z for row in noisy.z for z in row} == {1.0}
    assert {text for row in noisy.text for text in row} == {"above 1"}


def test_a_point_that_was_not_studied_is_an_empty_cell_that_says_so(study):
    part = DetectionStudy(study.detection, study.minimum.iloc[1:], study.false_alarms)
    cells = minimum_severity_figure(part, -70.0).data[0]
    assert cells.text[0][0] == "not studied"
    assert math.isnan(cells.z[0][0])


def test_numbers_in_cells_are_readable_on_every_colour():
    ink = _luminance(detection_figures._CELL_INK)
    for colour in detection_figures._CELL_COLOURS:
        assert (_luminance(colour) + 0.05) / (ink + 0.05) >= 4.5


def test_an_uneven_clock_is_drawn_over_its_timing_noise(study):
    chart = clock_figure(study, 1.0)
    assert chart.layout.title.text == "1 broken bar of 28 with an uneven clock, 10 s, noise -70 dB"
    assert [axis.title.text for axis in chart.select_xaxes()] == ["timing noise (µs rms)"] * 2
    pane = _pane(chart, 0)
    assert (list(pane["broken bar found"].x), list(pane["broken bar found"].y)) == ([0, 20], [75, 0])
    assert list(pane["refused: cannot decide"].y) == [25, 100]


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda s: detection_figure(s, 3.0, -70.0), "length_s must be one that was studied, got 3 s"),
        (lambda s: detection_figure(s, 10.0, -7.0), "noise_dbc must be one that was studied, got -7 dB"),
        (lambda s: minimum_severity_figure(s, -7.0), "noise_dbc must be one that was studied, got -7 dB"),
        (lambda s: clock_figure(s, 3.0), "bars_of_28 must be one that was studied, got 3"),
    ],
)
def test_what_was_not_studied_is_not_drawn(draw, sentence, study):
    with pytest.raises(TableError, match=sentence):
        draw(study)


def test_without_uneven_clocks_the_figure_is_empty_axes_and_no_failure(study):
    even = study.detection[study.detection["jitter_us"] == 0]
    chart = clock_figure(DetectionStudy(even, study.minimum, study.false_alarms), 1.0)
    assert sum(len(trace.x) for trace in chart.data) == 0
    assert chart.layout.xaxis.title.text == "timing noise (µs rms)"
