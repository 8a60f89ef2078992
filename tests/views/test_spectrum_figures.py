"""Spectra show their lines where they are, mark every expected line, and label only what stands out."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_currents import FS_HZ, MOTOR, handmade_currents

from diagmod.core.diagnosis import diagnose
from diagmod.core.examination import examine
from diagmod.core.expected_lines import LineReading, OffsetMark, Standing
from diagmod.core.verdicts import Evidence, Reason
from diagmod.views.fault_marks import FAULT_STYLES, LABEL_WIDTH, MOST_LABELS, add_marks, hover_of, labelled, symbol_of
from diagmod.views.sideband_figures import park_modulus_figure, short_piece_figure, sideband_figure
from diagmod.views.spectrum_figures import spectrum_lines_figure
from diagmod.views.theme import CONDITION_COLOURS, CONDITION_SYMBOLS, figure

NAN = float("nan")


@pytest.fixture(scope="module")
def look():
    currents = handmade_currents()
    return examine(currents, FS_HZ, MOTOR, diagnose(currents, FS_HZ, MOTOR))


def _reading(hz, fault="broken_bar", *, prominence=30.0, present=True, resolved=True, same=()):
    evidence = Evidence("x", hz, -50.0, -80.0, prominence, is_present=present, is_resolved=resolved)
    return LineReading(fault, f"at {hz:g}", hz, hz, hz, evidence, same)


def _axes(chart):
    return [axis.title.text for axis in (*chart.select_xaxes(), *chart.select_yaxes()) if axis.title.text]


def _spectrum(look, **ends):
    return spectrum_lines_figure(
        look.spectrum, look.carrier_amplitude, look.line_hz, look.lines, ("broken_bar",), **ends
    )


def test_every_fault_differs_from_the_others_by_more_than_its_colour():
    looks = {(style.symbol, style.dash) for style in FAULT_STYLES.values()}
    assert len(looks) == len(FAULT_STYLES)
    for name in CONDITION_COLOURS.keys() & FAULT_STYLES.keys():
        assert FAULT_STYLES[name].colour == CONDITION_COLOURS[name]
        assert FAULT_STYLES[name].symbol == CONDITION_SYMBOLS[name]


def test_every_standing_has_a_shape_of_its_own():
    standings = [Standing.STANDS_OUT, Standing.COINCIDES, Standing.ABSENT, Standing.UNRESOLVED]
    assert len({symbol_of("eccentricity", one) for one in standings}) == 4


def test_the_spectrum_reads_zero_at_the_supply_line_and_minus_forty_at_its_sidebands(look):
    """A line between two bins of a Hann spectrum reads up to 1.42 dB lower; its mark does not."""
    chart = _spectrum(look, high_hz=100.0)
    trace = next(t for t in chart.data if t.name == "spectrum")
    x, y = np.asarray(trace.x), np.asarray(trace.y)
    for hz, level in ((50.0, 0.0), (47.0, -40.0), (53.0, -40.0)):
        assert level - 1.5 < y[np.abs(x - hz) < 0.3].max() < level + 0.1
    marks = next(t for t in chart.data if t.mode == "markers" and t.name == "broken bar")
    assert list(marks.y) == pytest.approx([-40.0, -40.0], abs=0.2)
    assert _axes(chart) == ["frequency (Hz)", "level (dBc)"]


def test_every_line_stands_in_the_row_of_its_fault(look):
    chart = _spectrum(look)
    rows = {}
    for trace in chart.data:
        for row in set(trace.y) if trace.mode == "markers" and trace.yaxis == "y2" else ():
            rows[row] = len(trace.x)
    expected = {}
    for reading in look.lines:
        words = FAULT_STYLES[reading.fault].words
        expected[words] = expected.get(words, 0) + 1
    assert rows == expected
    assert set(chart.layout.yaxis2.categoryarray) == set(expected)


def test_lines_that_stand_out_are_labelled_and_those_of_a_supported_fault_in_bold(look):
    labels = [a.text for a in _spectrum(look, high_hz=100.0).layout.annotations]
    assert {"<b>f(1-2s)</b>", "<b>f(1+2s)</b>", "f-fr", "f+fr"} == set(labels)


def test_labels_keep_their_distance_and_supported_faults_come_first():
    many = [_reading(10.0 + k, prominence=k) for k in range(100)]
    one = _reading(60.4, "eccentricity", prominence=1.0)
    chosen = labelled([*many, one], ("eccentricity",), 0.0, 110.0)
    assert chosen[0] is one
    assert len(chosen) <= MOST_LABELS
    assert np.diff(sorted(r.hz for r in chosen)).min() >= LABEL_WIDTH * 110.0
    assert labelled([_reading(50.0, present=False)], (), 0.0, 100.0) == []


def test_the_pointer_tells_place_level_and_what_coincides():
    text = hover_of(_reading(75.0, same=("stator_short f[1(1-s)/p+1]",)), 50.0)
    assert "75.000 Hz = 1.500 f" in text and "-50.0 dBc, 30 dB above its floor" in text
    assert "with stator short f[1(1-s)/p+1]" in text
    vague = LineReading("broken_bar", "f(1-2s)", NAN, 45.0, 50.0, None)
    assert "45.00 to 50.00 Hz" in hover_of(vague, 50.0)


def test_the_legend_explains_only_the_shapes_that_occur(look):
    names = {trace.name for trace in _spectrum(look).data if trace.showlegend is not False}
    assert "does not stand out" in names
    assert str(Standing.RANGE) not in names


def test_lines_of_an_unknown_slip_are_drawn_as_ranges(look):
    lines = [LineReading("broken_bar", "f(1-2s)", NAN, 45.0, 50.0, None)]
    chart = spectrum_lines_figure(look.spectrum, look.carrier_amplitude, look.line_hz, lines, high_hz=100.0)
    ranges = [t for t in chart.data if t.yaxis == "y2" and t.mode == "lines"]
    assert [tuple(t.x) for t in ranges] == [(45.0, 50.0, None)]
    assert str(Standing.RANGE) in {t.name for t in chart.data}


def test_a_long_spectrum_is_thinned_and_the_title_says_so(look):
    currents = handmade_currents(duration_s=20.0, fs=8000.0, noise_dbc=-40.0)
    long = examine(currents, 8000.0, MOTOR, diagnose(currents, 8000.0, MOTOR))
    chart = _spectrum(long)
    assert "the highest line of every 2.5 Hz is drawn" in chart.layout.title.text
    assert max(len(t.x) for t in chart.data) < 2000
    assert len(chart.to_json()) < 300_000
    assert "every" not in _spectrum(look, high_hz=60.0).layout.title.text


def test_sidebands_are_drawn_over_a_logarithmic_distance_with_the_floor_and_the_marks(look):
    chart = sideband_figure(look.sidebands(), look.marks(60.0))
    assert chart.layout.xaxis.type == "log"
    assert _axes(chart) == ["distance from the supply line (Hz)", "level (dBc)"]
    names = [t.name for t in chart.data if t.name]
    assert names[:4] == ["below the supply line", "above it", "floor", "floor + 12 dB: a line"]
    assert len({t.line.dash for t in chart.data[:2]}) == 2
    lower = chart.data[0]
    near = np.abs(np.asarray(lower.x) - 3.0) < 0.1
    assert np.asarray(lower.y)[near].max() == pytest.approx(-40.0, abs=0.5)
    assert {"2sf", "fr"} <= {text for t in chart.data if t.mode == "text" for text in t.text}


def test_the_park_modulus_reads_in_percent_of_its_mean(look):
    chart = park_modulus_figure(look.modulus(), look.line_hz, look.marks(140.0))
    x, y = np.asarray(chart.data[0].x), np.asarray(chart.data[0].y)
    assert y[np.abs(x - 100.0) < 0.3].max() == pytest.approx(2.0, abs=0.05)
    assert chart.layout.yaxis.type == "log"
    assert _axes(chart) == ["frequency (Hz)", "modulus (% of its mean)"]


def test_a_short_piece_shows_its_spectrum_and_a_stem_a_line(look):
    piece = look.short_piece()
    chart = short_piece_figure(piece, look.marks(60.0))
    stems = next(t for t in chart.data if t.name == "line found by ESPRIT")
    assert len(stems.x) == 3 * piece.lines.order
    assert {"-2sf", "+2sf"} <= {text for t in chart.data if t.mode == "text" for text in t.text}


def test_names_of_marks_that_stand_close_are_put_above_each_other():
    chart = figure("t", "x (Hz)", "y (dBc)")
    marks = [OffsetMark("eccentricity", n, hz, hz, hz) for n, hz in (("a", 10.0), ("b", 10.2), ("c", 40.0))]
    add_marks(chart, marks, (1.0, 100.0), (-100.0, 0.0))
    heights = {}
    for trace in chart.data:
        if trace.mode == "text":
            heights |= dict(zip(trace.text, trace.y, strict=True))
    assert heights["a"] == heights["c"] == 0.0 < heights["b"]


def test_a_mark_of_an_unknown_place_is_a_bar_over_its_range():
    chart = figure("t", "x (Hz)", "y (dBc)")
    add_marks(chart, [OffsetMark("broken_bar", "2sf", NAN, 1.0, 5.0)], (0.5, 100.0), (-100.0, 0.0))
    bar = next(t for t in chart.data if t.mode == "lines")
    assert (tuple(bar.x), tuple(bar.y)) == ((1.0, 5.0, None), (0.0, 0.0, None))
    assert len(chart.layout.shapes) == 1


def test_bars_over_ranges_that_overlap_are_put_above_each_other():
    chart = figure("t", "x (Hz)", "y (dBc)")
    marks = [OffsetMark("broken_bar", "2sf", NAN, 0.0, 5.0), OffsetMark("broken_bar", "4sf", NAN, 0.0, 10.0)]
    add_marks(chart, marks, (0.5, 100.0), (-100.0, 0.0))
    bars = next(t for t in chart.data if t.mode == "lines")
    assert bars.y[0] != bars.y[3]


@pytest.mark.parametrize("draw", ["spectrum", "sidebands", "modulus", "piece"])
def test_what_is_not_there_is_said_in_the_figure(draw):
    why = Reason("x", "no supply line stands out")
    chart = {
        "spectrum": lambda: spectrum_lines_figure(why, NAN, NAN, ()),
        "sidebands": lambda: sideband_figure(why, ()),
        "modulus": lambda: park_modulus_figure(why, NAN, ()),
        "piece": lambda: short_piece_figure(why, ()),
    }[draw]()
    assert not chart.data
    assert chart.layout.annotations[0].text == "Not drawn: no supply line stands out."
