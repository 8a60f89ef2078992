"""Severity charts: the bands in use, their edges, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.core.charts import DEFAULT_CHARTS, SERVICE_CHART, STRICT_CHART, SeverityChart, charts_from_mapping

OWN = {"source": "us", "quantity": "mean of both sidebands", "bands": [[0, 45, "act"], [45, 200, "fine"]]}


@pytest.mark.parametrize(
    ("below", "by_a", "by_b"),
    [
        (61.0, "excellent", "no damage graded"),
        (54.0, "good", "no damage graded"),
        (50.0, "moderate", "one bar cracked"),
        (45.0, "cracked bar or high resistance joint", "several bars affected"),
        (39.0, "broken bar", "significant"),
        (33.0, "several broken bars", "severe"),
        (12.0, "severe", "severe"),
    ],
)
def test_two_charts_in_circulation_disagree_on_the_same_level(below, by_a, by_b):
    assert (SERVICE_CHART.grade(below), STRICT_CHART.grade(below)) == (by_a, by_b)


def test_a_level_that_is_not_known_is_not_graded():
    assert {chart.grade(math.nan) for chart in DEFAULT_CHARTS} == {""}


@given(st.floats(-20, 300), st.sampled_from(DEFAULT_CHARTS))
def test_every_level_has_exactly_one_grade_and_a_weaker_line_never_a_worse_one(below, chart):
    words = [band[2] for band in chart.bands]
    assert words.index(chart.grade(below)) <= words.index(chart.grade(below + 3.0))


@pytest.mark.parametrize("chart", DEFAULT_CHARTS, ids=lambda chart: chart.name)
def test_a_level_on_a_bound_belongs_to_the_weaker_band_and_beyond_the_ends_the_outermost_counts(chart):
    assert [chart.grade(low) for low, _, _ in chart.bands] == [words for _, _, words in chart.bands]
    assert (chart.grade(-5.0), chart.grade(math.inf)) == (chart.bands[0][2], chart.bands[-1][2])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "a chart needs a name and a source, got ' ' and 'us'"),
        ({"source": ""}, "needs a name and a source"),
        ({"quantity": "upper sideband"}, "quantity must be lower sideband or mean of both sidebands, got 'upper"),
        ({"bands": ()}, "chart mine has no bands"),
        ({"bands": ((40.0, 30.0, "bad"),)}, "low below high and a text, got 40 to 30 'bad'"),
        ({"bands": ((30.0, math.nan, "bad"),)}, "a finite low below high and a text, got 30 to nan 'bad'"),
        ({"bands": ((30.0, math.inf, "bad"),)}, "got 30 to inf 'bad'; beyond the ends the outermost band counts"),
        ({"bands": ((30.0, 40.0, ""),)}, "low below high and a text, got 30 to 40 ''"),
        (
            {"bands": ((0.0, 30.0, "bad"), (40.0, 60.0, "good"))},
            "band 'bad' ends at 30 dB but 'good' begins at 40 dB; list adjoining bands",
        ),
    ],
)
def test_a_chart_that_contradicts_itself_is_refused(change, sentence):
    good = {"name": "mine", "source": "us", "quantity": "lower sideband", "bands": ((0.0, 60.0, "x"),)}
    SeverityChart(**good)
    with pytest.raises(ValueError, match=sentence):
        SeverityChart(**{**good, **change})


def test_charts_of_the_users_own_replace_the_defaults_in_the_order_given():
    charts = charts_from_mapping({"plant": OWN, "second": OWN | {"quantity": "lower sideband"}})
    assert [(chart.name, chart.quantity) for chart in charts] == [
        ("plant", "mean of both sidebands"),
        ("second", "lower sideband"),
    ]
    assert (charts[0].grade(44.9), charts[0].grade(45.0)) == ("act", "fine")


def test_the_charts_in_use_can_be_written_down_and_read_back():
    written = {
        chart.name: {"source": chart.source, "quantity": chart.quantity, "bands": [list(band) for band in chart.bands]}
        for chart in DEFAULT_CHARTS
    }
    assert charts_from_mapping(written) == DEFAULT_CHARTS


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({}, "there is no chart; give at least one name with source, quantity and bands"),
        ({"plant": None}, "chart plant: give source, quantity, bands under its name, got None"),
        ({"plant": OWN | {"unit": "dB"}}, "chart plant: unknown key 'unit'; allowed are source, quantity, bands"),
        ({"plant": OWN | {"source": None}}, "chart plant: source is missing; give source, quantity, bands"),
        ({"plant": OWN | {"source": 2019}}, "chart plant: source must be text, got 2019"),
        ({"plant": OWN | {"bands": "0-45"}}, r"bands must be a list of \[from, to, words\], got '0-45'"),
        (
            {"plant": OWN | {"bands": [[0, "45", "act"]]}},
            r"a band must be \[from, to, words\] .*, got \[0, '45', 'act'\]",
        ),
        ({"plant": OWN | {"bands": [[0, True, "act"]]}}, "with two numbers and a text"),
        ({"plant": OWN | {"bands": [[0, 45]]}}, r"with two numbers and a text, got \[0, 45\]"),
        ({"plant": OWN | {"bands": []}}, "chart plant has no bands"),
        ({1: OWN | {"quantity": "both"}}, "chart 1: quantity must be lower sideband or mean of both sidebands"),
    ],
)
def test_a_chart_file_with_a_mistake_is_refused_with_the_chart_and_the_key(entries, sentence):
    with pytest.raises(ValueError, match=sentence):
        charts_from_mapping(entries)
