"""Every group has a figure of two recordings, of one, of one phase, and of none."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_currents import handmade_currents
from handmade_features import handmade_set

from diagmod.views import feature_figures as drawn
from diagmod.views.theme import condition_colour

SICK = handmade_currents(bars_dbc=-35.0)
ONE_PHASE = np.where(np.arange(3)[:, None] == 0, SICK, np.nan)

SETS = {
    "pair": {"calm": ("healthy", handmade_currents(bars_dbc=-100.0, seed=1)), "sick": ("broken_bar", SICK)},
    "alone": {"sick": ("", SICK)},
    "one phase": {"sick": ("", ONE_PHASE)},
    "none": {},
}

FIGURES = {
    "time": lambda s: drawn.wave_figure(s.pair),
    "spectrum": lambda s: drawn.pair_spectrum_figure(s.pair),
    "interphase": lambda s: drawn.pair_modulus_figure(s.pair),
    "signatures": lambda s: drawn.signature_figure(s.tables.recordings, s.pair),
    "envelope": lambda s: drawn.envelope_figure(s.pair),
    "wavelet": lambda s: drawn.profile_figure(s.tables.segments, s.pair, "wavelet", "%"),
    "cepstral": lambda s: drawn.profile_figure(s.tables.segments, s.pair, "cepstral", "dB"),
}


def assert_axes_have_units(chart):
    """Each axis states its unit, or carries names of features."""
    for axis in (chart.layout.xaxis, chart.layout.yaxis):
        names = axis.type == "category" or axis.title.text == "feature"
        assert names or axis.title.text.endswith(")"), axis.title.text


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return {name: handmade_set(tmp_path_factory.mktemp("set"), recordings) for name, recordings in SETS.items()}


@pytest.mark.parametrize("group", FIGURES)
def test_a_pair_is_drawn_in_two_colours_and_not_by_colour_alone(data, group):
    chart = FIGURES[group](data["pair"])
    assert_axes_have_units(chart)
    named = [trace for trace in chart.data if trace.name and trace.name.endswith(("(calm.csv)", "(sick.csv)"))]
    assert [trace.name for trace in named] == ["healthy (calm.csv)", "broken bar (sick.csv)"]
    looks = [repr(t.marker.pattern.shape if t.type == "bar" else (t.line.dash, t.marker.symbol)) for t in named]
    assert looks[0] != looks[1]
    colours = [(t.line.color if t.type == "scatter" else None) or t.marker.color for t in named]
    assert colours == [condition_colour("healthy"), condition_colour("broken_bar")]


@pytest.mark.parametrize("group", FIGURES)
def test_a_single_recording_is_drawn_alone(data, group):
    chart = FIGURES[group](data["alone"])
    assert_axes_have_units(chart)
    assert [trace.name for trace in chart.data if "sick.csv" in (trace.name or "")] == ["not labelled (sick.csv)"]


@pytest.mark.parametrize("group", FIGURES)
def test_one_phase_is_drawn_where_it_can_be_and_else_says_why(data, group):
    chart = FIGURES[group](data["one phase"])
    texts = " ".join(annotation.text for annotation in chart.layout.annotations)
    assert chart.data or texts.startswith("Not drawn: ")
    assert (group == "interphase") == ("needs three phases" in texts)


@pytest.mark.parametrize("group", FIGURES)
def test_no_recording_is_said_in_words(data, group):
    chart = FIGURES[group](data["none"])
    assert not chart.data
    assert chart.layout.annotations[0].text.startswith("Not drawn: ")


def test_a_wave_is_drawn_over_its_rms(data):
    """A sine of any size reaches 1.414."""
    for trace in FIGURES["time"](data["pair"]).data:
        assert np.max(trace.y) == pytest.approx(np.sqrt(2), rel=0.06)


def test_sidebands_of_a_broken_bar_are_named_in_the_spectrum(data):
    chart = FIGURES["spectrum"](data["pair"])
    named = {note.text: note.x for note in chart.layout.annotations}
    assert named["f(1-2s)"] == pytest.approx(47.0, abs=0.1)
    assert named["f(1+2s)"] == pytest.approx(53.0, abs=0.1)
