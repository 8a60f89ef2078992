"""Figures and words of health: colour never stands alone, unknown is written out, nothing is computed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from handmade_health import SETTINGS, bars_over_time, catalogue, diagnoses, repair

from diagmod.models.health import health_of
from diagmod.models.health_evaluation import alarms_by_severity
from diagmod.models.health_evidence import HealthInputs
from diagmod.models.risk_scale import GRADES, UNKNOWN
from diagmod.views.health_figures import CANNOT_TELL, MOST_MOTORS, fleet_figure, gauge_figure
from diagmod.views.health_words import MEANING, fleet_in_words, fleet_table, ladder_table, recall_in_words
from diagmod.views.theme import GRADE_COLOURS, GRADE_PATTERNS, GRADE_SYMBOLS


def fleet(n: int = 3) -> HealthInputs:
    """Motors M1, M2 ...: the first has 3 bars, the second half a bar, the others none."""
    about = pd.concat([catalogue(3, f"M{k + 1}") for k in range(n)], ignore_index=True)
    bars = np.repeat([3.0, 0.6, *[0.0] * (n - 2)], 3)
    return HealthInputs(about, diagnoses=diagnoses(about["recording_id"], bars))


def test_every_grade_has_a_colour_a_shape_and_a_pattern_of_its_own():
    for named in (GRADE_COLOURS, GRADE_SYMBOLS, GRADE_PATTERNS):
        assert set(named) == {*GRADES, UNKNOWN}
        assert len(set(named.values())) == len(named)


def test_the_gauge_shows_the_whole_and_every_part_in_words():
    chart = gauge_figure(health_of(fleet(), SETTINGS).motors.iloc[0].to_dict())
    texts = [note.text for note in chart.layout.annotations]
    assert "M1: health 12 of 100, act" in chart.layout.title.text
    assert "act: 3 broken bars, broken bar" in texts
    assert texts.count(CANNOT_TELL) == 4
    assert set(GRADES) <= set(texts)


def test_a_part_that_cannot_tell_has_no_bar():
    chart = gauge_figure(health_of(HealthInputs(catalogue(2)), SETTINGS).motors.iloc[0].to_dict())
    assert "cannot tell how it is" in chart.layout.title.text
    assert {value for bar in chart.data for value in bar.x} == {0.0}


def test_the_fleet_is_drawn_worst_first_with_a_shape_a_grade_and_its_maintenance():
    found = health_of(fleet(), SETTINGS)
    chart = fleet_figure(found.recordings, repair("M2", "2026-01-20"))
    assert list(chart.layout.yaxis.categoryarray) == ["M1", "M2", "M3"]
    names = [trace.name for trace in chart.data]
    assert names == [*GRADES, UNKNOWN, "maintenance: inspection", "maintenance: repair"]
    symbols = [trace.marker.symbol for trace in chart.data]
    assert len(set(symbols[: len(GRADES) + 1])) == len(GRADES) + 1


def test_a_large_fleet_shows_the_most_urgent_and_says_so():
    chart = fleet_figure(health_of(fleet(MOST_MOTORS + 5), SETTINGS).recordings)
    assert f"the {MOST_MOTORS} most urgent of {MOST_MOTORS + 5}" in chart.layout.title.text


def test_empty_tables_give_empty_figures():
    found = health_of(HealthInputs(catalogue(0)), SETTINGS)
    assert json.loads(fleet_figure(found.recordings).to_json())["data"]
    assert len(fleet_table(found.motors)) == 0
    assert fleet_in_words(found.motors) == "No motor asks for attention."


def test_the_table_of_the_fleet_begins_with_what_is_most_urgent_and_writes_unknown_out():
    inputs = fleet(4)
    inputs.catalogue.loc[inputs.catalogue["motor_id"] == "M4", "acquisition"] = "unusable"
    table = fleet_table(health_of(inputs, SETTINGS).motors)
    assert table["motor"].tolist() == ["M1", "M2", "M4", "M3"]
    assert table["health"].tolist() == ["12 of 100", "70 of 100", "unknown", "100 of 100"]


def test_the_fleet_in_words_leaves_good_motors_out():
    lines = fleet_in_words(health_of(fleet(), SETTINGS).motors).splitlines()
    assert [line[:4] for line in lines] == ["- M1", "- M2"]


def test_ladders_are_shown_with_their_units():
    table = ladder_table(SETTINGS).set_index("quantity")
    row = table.loc["change of the negative sequence since the baseline (% of I1)"]
    assert row.tolist() == [1.0, 2.0, 4.0]
    assert len(table) == 8


def test_recall_is_told_with_its_counts():
    inputs = bars_over_time([0.0, 0.6, 3.0])
    labelled = inputs.catalogue.assign(condition=["healthy", "broken_bar", "broken_bar"], severity=[0, 0.2, 0.9])
    words = recall_in_words(alarms_by_severity(health_of(inputs, SETTINGS).recordings, labelled))
    assert words == (
        "Of the recordings with a fault, at plan or worse are 0 of 1 at a severity of 0 to 0.25, 1 of 1 at a severity "
        "of 0.75 to 1; of 1 healthy ones 0."
    )
    empty = alarms_by_severity(health_of(inputs, SETTINGS).recordings, labelled.assign(condition=""))
    assert recall_in_words(empty) == "There is no label, so the index cannot be held against one."


def test_the_meaning_says_what_the_number_is_not():
    assert "no probability of failure" in " ".join(MEANING.split())
