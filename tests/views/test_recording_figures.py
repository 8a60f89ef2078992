"""Figures of one recording show the numbers that were computed, on axes that name their unit."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_currents import AMPLITUDE_A, FS_HZ, MOTOR, handmade_currents

from diagmod.core.diagnosis import diagnose
from diagmod.core.examination import examine
from diagmod.core.expected_lines import OffsetMark
from diagmod.core.verdicts import Interval, Reason, SlipEstimate
from diagmod.views.panes import broken, nothing
from diagmod.views.recording_figures import course_figure, park_vector_figure, slip_figure
from diagmod.views.theme import INK, PHASE_COLOURS
from diagmod.views.time_figures import modulation_figure, sequence_track_figure, time_frequency_figure


@pytest.fixture(scope="module")
def look():
    currents = handmade_currents()
    return examine(currents, FS_HZ, MOTOR, diagnose(currents, FS_HZ, MOTOR))


@pytest.fixture(scope="module")
def switching():
    """Two seconds of 25 % negative sequence, then none."""
    currents = handmade_currents(i2_pct=0.0)
    currents[:, :4000] = handmade_currents(i2_pct=25.0)[:, :4000]
    return examine(currents, FS_HZ, MOTOR, diagnose(currents, FS_HZ, MOTOR))


def _axes(chart):
    return [axis.title.text for axis in (*chart.select_xaxes(), *chart.select_yaxes()) if axis.title.text]


def test_the_course_keeps_a_spike_of_one_sample_and_shades_the_stretch():
    currents = handmade_currents()
    currents[1, 7777] = 99.0
    chart = course_figure(currents, FS_HZ, (1.0, 5.0))
    assert _axes(chart) == ["time (s)", "R (A)", "S (A)", "T (A)"]
    assert [np.nanmax(t.y) for t in chart.data][3] == 99.0
    assert all(len(t.x) == 150 for t in chart.data)  # 6 s in columns of 40 ms
    assert {(s.x0, s.x1) for s in chart.layout.shapes} == {(1.0, 5.0)}
    assert {t.line.color for t in chart.data} == set(PHASE_COLOURS.values())


def test_the_course_leaves_an_absent_phase_out_and_names_a_foreign_unit():
    currents = handmade_currents()
    currents[1:] = np.nan
    assert _axes(course_figure(currents, FS_HZ, (0.0, 6.0), "counts")) == ["time (s)", "R (counts)"]
    assert "no phase holds a sample" in course_figure(currents * np.nan, FS_HZ, (0.0, 6.0)).layout.annotations[0].text


def test_a_minute_at_25_6_khz_is_drawn_in_few_points():
    currents = np.ones((3, 1_536_000), dtype=np.float32)
    chart = course_figure(currents, 25600.0, (0.0, 60.0))
    assert len(chart.to_json()) < 150_000


def test_witnesses_of_the_slip_are_drawn_with_their_bounds_and_the_silent_one_says_nothing():
    each = (SlipEstimate("a", Interval(0.03, 0.02, 0.05), "lines"), SlipEstimate("b", None, "no line"))
    chart = slip_figure(each, SlipEstimate("combined", Interval(0.03, 0.029, 0.031), "they agree"))
    a, b, both = chart.data
    assert (a.x[0], a.error_x.array[0], a.error_x.arrayminus[0]) == pytest.approx((3.0, 2.0, 1.0))
    assert (b.text[0].strip(), b.hovertext) == ("says nothing", ("no line",))
    assert both.marker.symbol != a.marker.symbol
    assert _axes(chart) == ["slip (%)"]


def test_the_park_vector_stays_between_its_extremes_and_beside_its_circle(look):
    chart = park_vector_figure(look.park_vector(), "A")
    radius = {t.name: np.hypot(np.asarray(t.x, float), np.asarray(t.y, float)) for t in chart.data if t.name}
    assert radius["circle of the positive sequence"] == pytest.approx(AMPLITUDE_A, rel=1e-3)
    ellipse = radius["with the negative sequence"]
    assert (ellipse.min(), ellipse.max()) == pytest.approx((9.8, 10.2), rel=2e-3)
    assert radius["space vector"].max() <= radius["extremes of the whole stretch"].max() + 1e-6
    assert _axes(chart) == ["alpha (A)", "beta (A)"]
    assert chart.layout.yaxis.scaleanchor == "x"


def test_modulation_is_drawn_in_the_time_of_the_recording(look):
    chart = modulation_figure(look.baseband, 100.0)
    amplitude, _, frequency = chart.data
    assert 100.0 < amplitude.x[0] < 100.3 and 105.5 < amplitude.x[-1] < 106.0
    assert np.mean(frequency.y) == pytest.approx(50.0, abs=0.01)
    assert _axes(chart) == ["time (s)", "amplitude (%)", "phase (deg)", "frequency (Hz)"]


def test_a_steady_negative_sequence_is_one_spot_and_nothing_is_shaded(look):
    chart = sequence_track_figure(look.sequence())
    magnitude = chart.data[0]
    assert np.mean(magnitude.y) == pytest.approx(2.0, abs=0.05)
    assert not chart.layout.shapes
    whole = next(t for t in chart.data if t.name == "whole recording")
    assert np.hypot(whole.x[0], whole.y[0]) == pytest.approx(2.0, abs=0.05)
    assert np.degrees(np.arctan2(whole.y[0], whole.x[0])) == pytest.approx(30.0, abs=1.0)


def test_a_switching_negative_sequence_is_shaded_where_it_is_strong(switching):
    chart = sequence_track_figure(switching.sequence())
    shade = chart.layout.shapes[0]
    assert shade.x0 == pytest.approx(0.0, abs=0.2) and shade.x1 == pytest.approx(2.0, abs=0.2)


def test_the_complex_plane_is_a_square_that_holds_the_origin(switching):
    chart = sequence_track_figure(switching.sequence())
    x, y = chart.layout.xaxis2.range, chart.layout.yaxis2.range
    assert x[1] - x[0] == pytest.approx(y[1] - y[0])
    assert x[0] < 0 < x[1] and y[0] < 0 < y[1]


def test_a_map_shows_both_directions_and_the_level_of_the_supply_line(look):
    chart = time_frequency_figure(look.time_frequency(), look.line_hz, look.carrier_amplitude)
    heat = chart.data[0]
    hz, z = np.asarray(heat.y), np.asarray(heat.z)
    assert hz[0] < -50 and hz[-1] > 140
    assert z[np.argmin(np.abs(hz - 50))].max() == pytest.approx(0, abs=1)
    assert z[np.argmin(np.abs(hz + 50))].max() == pytest.approx(-34, abs=2)
    assert z.dtype == np.int8 and max(z.shape) <= 400
    assert "told apart" in chart.layout.title.text


def test_a_close_up_of_a_map_names_the_expected_lines(look):
    mark = OffsetMark("broken_bar", "2sf", 3.0, 3.0, 3.0)
    chart = time_frequency_figure(look.time_frequency(), 50.0, 10.0, (40.0, 60.0), [mark])
    assert {(s.y0, a.text) for s, a in zip(chart.layout.shapes, chart.layout.annotations, strict=True)} == {
        (47.0, "f-2sf"),
        (53.0, "f+2sf"),
    }


@pytest.mark.parametrize(
    "draw",
    [park_vector_figure, modulation_figure, sequence_track_figure, lambda why: time_frequency_figure(why, 50.0, 1.0)],
    ids=["park", "modulation", "sequence", "map"],
)
def test_what_is_not_there_is_said_in_the_figure(draw):
    chart = draw(Reason("single_phase", "this recording has one phase"))
    assert not chart.data
    assert chart.layout.annotations[0].text == "Not drawn: this recording has one phase."
    assert chart.layout.annotations[0].font.color == INK


def test_a_long_reason_is_broken_into_lines():
    chart = nothing("t", Reason("x", "a word " * 40))
    lines = chart.layout.annotations[0].text.split("<br>")
    assert len(lines) > 2 and max(map(len, lines)) < 110
    assert broken("one two three", 7) == "one two<br>three"
