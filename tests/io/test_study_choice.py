"""What a reader asks of the study: one point of an axis, the recordings of an uneven clock, the shortest that does."""

from __future__ import annotations

import pandas as pd
import pytest
from handmade_study import write_study

from diagmod.io.study_choice import clock_rows, shortest_lengths, studied_at
from diagmod.io.study_tables import read_detection, read_minimum_severity
from diagmod.io.tables import TableError


def test_only_rows_at_the_point_are_chosen(tmp_path):
    rows = studied_at(read_detection(write_study(tmp_path)), length_s=10, noise_dbc=-70, jitter_us=0)
    assert sorted(zip(rows["bars_of_28"], rows["load"], strict=True)) == [(0.5, 0.5), (0.5, 1), (1, 0.5), (1, 1)]


def test_a_point_that_was_not_studied_is_refused_with_those_that_were(tmp_path):
    detection = read_detection(write_study(tmp_path))
    with pytest.raises(TableError, match=r"^length_s must be one that was studied, got 7 s; choose one of 10, 40 s$"):
        studied_at(detection, length_s=7)
    with pytest.raises(TableError, match=r"^noise_dbc must be .*, got -60 dB; choose one of -70, -50 dB$"):
        studied_at(detection, noise_dbc=-60)
    with pytest.raises(TableError, match=r"^bars_of_28 must be .*, got 2; choose one of 0.5, 1$"):
        clock_rows(detection, 2)


def test_an_uneven_clock_is_compared_with_the_even_one_of_the_same_length_and_noise(tmp_path):
    rows = clock_rows(read_detection(write_study(tmp_path)), 1.0)
    assert sorted(zip(rows["load"], rows["jitter_us"], strict=True)) == [(0.5, 0), (0.5, 20), (1, 0), (1, 20)]
    assert set(rows["length_s"]) == {10.0}
    assert set(rows["noise_dbc"]) == {-70.0}


def test_without_uneven_clocks_there_is_nothing_to_compare(tmp_path):
    detection = read_detection(write_study(tmp_path))
    assert clock_rows(detection[detection["jitter_us"] == 0], 1.0).empty


def test_the_shortest_length_is_the_first_that_shows_the_severity(tmp_path):
    """At -70 dB one bar shows from 40 s at half load and from 10 s at full load; half a bar at full load in 40 s."""
    minimum = read_minimum_severity(write_study(tmp_path))
    one = shortest_lengths(minimum, 1.0).set_index(["noise_dbc", "load"])["length_s"]
    assert one[-70.0].to_dict() == {0.5: 40.0, 1.0: 10.0}
    assert one[-50.0].isna().all()
    half = shortest_lengths(minimum, 0.5).set_index(["noise_dbc", "load"])["length_s"]
    assert half[-70.0].isna().tolist() == [True, False]
    assert half[-70.0, 1.0] == 40.0


def test_a_length_does_not_count_when_a_longer_one_fails():
    minimum = pd.DataFrame({"noise_dbc": -70.0, "load": 0.5, "length_s": [5.0, 10.0, 20.0], "least_bars": [1, 2, 1]})
    found = shortest_lengths(minimum, 1.0).iloc[0]
    assert (found["length_s"], found["longest_s"]) == (20.0, 20.0)
    assert shortest_lengths(minimum, 2.0).iloc[0]["length_s"] == 5.0
