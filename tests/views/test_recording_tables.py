"""Tables and sentences of one recording carry the figures of its diagnosis."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_currents import FS_HZ, MOTOR, handmade_currents

from diagmod.core.diagnosis import diagnose
from diagmod.core.examination import examine
from diagmod.io.chosen_recording import ChosenRecording
from diagmod.io.recording_files import RecordingFile
from diagmod.views import recording_tables as tables
from diagmod.views import recording_words as words


def _look(currents, **settings):
    return examine(currents, FS_HZ, MOTOR, diagnose(currents, FS_HZ, MOTOR), **settings)


@pytest.fixture(scope="module")
def look():
    return _look(handmade_currents())


@pytest.fixture(scope="module")
def noise():
    return _look(np.random.default_rng(0).normal(size=(3, 8000)))


def test_the_verdict_table_has_a_row_a_fault_and_a_condition(look):
    frame = tables.verdict_table(look.diagnosis)
    assert len(frame) == len(look.diagnosis.faults) + len(look.diagnosis.conditions)
    bar = frame.iloc[0]
    assert (bar["fault"], bar["verdict"]) == ("Broken rotor bars", "FOUND")
    assert "broken bars; chart A" in bar["severity"] and "broken bars" in bar["smallest visible"]
    assert tables.supported(look.diagnosis) == ("broken_bar", "eccentricity")


def test_the_evidence_table_has_every_line_that_was_measured(look):
    frame = tables.evidence_table(look.diagnosis)
    lower = frame[frame["evidence"] == "f(1-2s)"].iloc[0]
    assert lower["frequency_hz"] == pytest.approx(47.0, abs=0.05)
    assert lower["level"] == pytest.approx(-40.0, abs=0.3)
    assert bool(lower["stands out"])


def test_the_line_table_begins_with_the_most_prominent(look):
    frame = tables.line_table(look.lines)
    assert frame["prominence_db"].iloc[0] == frame["prominence_db"].max()
    assert set(tables.UNITS) >= {c for c in frame if c.endswith(("_hz", "_dbc", "_db"))}


def test_the_slip_table_ends_with_what_the_witnesses_agree_on(look):
    frame = tables.slip_table(look.diagnosis)
    assert len(frame) == len(look.diagnosis.slip_estimates) + 1
    assert frame["slip"].iloc[-1] == pytest.approx(0.03, abs=2e-4)


def test_the_quality_table_names_each_figure_with_its_unit(look):
    frame = tables.quality_table(look.diagnosis).set_index("figure")
    assert (frame.loc["duration", "unit"], frame.loc["floor", "unit"]) == ("s", "dBc")
    assert frame["value"].notna().all()


def test_tables_of_a_diagnosis_that_could_not_be_made_have_no_rows_but_their_columns(noise):
    assert tables.line_table(noise.lines).empty
    assert tables.evidence_table(noise.diagnosis).empty
    assert list(tables.competitor_table(noise.diagnosis)) == ["fault", "other cause", "standing", "why"]
    assert not tables.reason_table(noise.diagnosis).empty
    assert set(tables.verdict_table(noise.diagnosis)["verdict"]) == {"cannot tell"}


def test_sentences_state_the_measured_figures(look):
    assert "a supply line at 50.00" in words.slip_in_words(look)
    assert "twice the slip frequency is 3.00" in words.slip_in_words(look)
    assert "by 2.00 %, the negative sequence" in words.park_in_words(look.park_vector())
    assert "-40.1 dBc below and -40.1 dBc above" in words.sidebands_in_words(look.sidebands(), look)
    assert "2.00" in words.sequence_in_words(look.sequence())
    assert "2 of 14 of broken bar" in words.lines_in_words(look.lines)
    assert "at twice the slip frequency and" in words.modulus_in_words(look.modulus(), look)
    assert words.closing_in_words(look.diagnosis).endswith("Nothing was written.")


def test_every_sentence_of_a_recording_without_a_supply_line_says_so(noise):
    said = [
        words.slip_in_words(noise),
        words.park_in_words(noise.park_vector()),
        words.sidebands_in_words(noise.sidebands(), noise),
        words.modulus_in_words(noise.modulus(), noise),
        words.modulation_in_words(noise.baseband),
        words.sequence_in_words(noise.sequence()),
        words.short_piece_in_words(noise.short_piece(), noise),
    ]
    assert all("no supply line" in one for one in said)
    assert words.quality_in_words(noise).startswith("The recording is unusable.")


def test_a_slip_that_is_known_loosely_is_told_as_a_range():
    silent = _look(handmade_currents(bars_dbc=-200.0, shaft_dbc=-200.0))
    assert "so that lines are drawn as ranges" in words.slip_in_words(silent)
    assert "may be anywhere in their ranges" in words.lines_in_words(silent.lines)


def test_sidebands_that_this_length_does_not_resolve_are_not_read():
    short = _look(handmade_currents(duration_s=1.2), slip=0.005)
    assert "which this length does not resolve" in words.sidebands_in_words(short.sidebands(), short)
    assert "does not resolve: they are a hypothesis" in words.short_piece_in_words(short.short_piece(), short)


def test_what_was_recorded_is_told_with_its_motor_and_its_load():
    file = RecordingFile(np.zeros((3, 5000)), 1000.0, None, ("a", "b", "c"), "", "counts", ("a note",))
    text = words.recorded_in_words(ChosenRecording("x.csv", file, MOTOR, 0.75, "broken_bar", pd.DataFrame()))
    assert text == (
        "x.csv: phases R, S, T (counts), 5.00 s at 1000 Hz, motor M1 with 2 pole pairs, rated speed 1455 rpm, "
        "load 75 %, labelled broken bar; a note."
    )
