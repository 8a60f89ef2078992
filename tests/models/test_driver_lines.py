"""The lines behind a figure are those of the recording, at its own frequencies."""

from __future__ import annotations

import pandas as pd
import pytest

from diagmod.models.driver_lines import lines_in_words, with_lines

LINES = pd.DataFrame(
    {
        "recording_id": "r1", "line": ["f(1-2s)", "f(1+2s)", "f-fr", "f-BPFO", "f+BPFO"],
        "at_hz": [48.0, 52.0, 25.5, float("nan"), 90.0], "height": [-40.0, -41.5, -60.0, float("nan"), -95.0],
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        ("bars", "f(1-2s) at 48.0 Hz (-40.0 dBc), f(1+2s) at 52.0 Hz (-41.5 dBc)"),
        ("shaft_dbc", "f-fr at 25.5 Hz (-60.0 dBc)"),
        ("bpfo_pair_db", "f-BPFO, whose place is not known, f+BPFO at 90.0 Hz (-95.0 dBc)"),
        ("h7_S", "7 f at 350.0 Hz"),
        ("park_2f", "2 f at 100.0 Hz of the Park modulus"),
        ("i2_change_log", "f at 50.00 Hz"),
        ("kurtosis_R", ""),
    ],
)
def test_lines_of_a_figure(figure: str, told: str) -> None:
    assert lines_in_words(figure, LINES, 50.0) == told


def test_without_a_supply_frequency_no_multiple_of_it_is_told() -> None:
    assert lines_in_words("h7_S", LINES, float("nan")) == ""
    assert lines_in_words("bars", LINES, float("nan")).startswith("f(1-2s)")


def test_each_recording_gets_its_own_lines() -> None:
    drivers = pd.DataFrame({"recording_id": ["r1", "r2"], "figure": ["shaft_dbc", "shaft_dbc"]})
    states = pd.DataFrame({"recording_id": ["r1", "r2"], "supply_hz": [50.0, 60.0]})
    assert with_lines(drivers, LINES, states)["lines"].tolist() == ["f-fr at 25.5 Hz (-60.0 dBc)", ""]
