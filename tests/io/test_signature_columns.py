"""Signatures are the rows of the diagnosis, turned; what a recording does not say is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from handmade_currents import FS_HZ, LINE_HZ, MOTOR, SLIP, handmade_currents

from diagmod.core.diagnosis import diagnose
from diagmod.core.expected_lines import expected_lines
from diagmod.core.signature_features import ENDINGS, FEATURES, LINES, SHORT_ORDERS
from diagmod.io.diagnosis_rows import rows_of, rows_of_refusal
from diagmod.io.diagnosis_tables import DiagnosisTables
from diagmod.io.schemas import DIAGNOSES, EVIDENCE, RECORDING_STATES, SIGNATURES
from diagmod.io.signature_columns import signature_columns
from diagmod.io.tables import conform, empty_table

SCHEMAS = {"diagnoses": DIAGNOSES, "evidence": EVIDENCE, "states": RECORDING_STATES, "signatures": SIGNATURES}


def tables(**recordings) -> DiagnosisTables:
    """Diagnosis tables of recordings by name, from the rows of each."""
    frames = {}
    for part, schema in SCHEMAS.items():
        rows = [
            {"recording_id": name, "motor_id": "M1", **row} for name, found in recordings.items() for row in found[part]
        ]
        frames[part] = conform(pd.DataFrame(rows), schema) if rows else empty_table(schema)
    return DiagnosisTables(**frames)


@pytest.fixture(scope="module")
def columns():
    sick, calm = (diagnose(handmade_currents(**level), FS_HZ, MOTOR) for level in ({}, {"bars_dbc": -90.0}))
    return signature_columns(
        tables(sick=rows_of(sick, 28), calm=rows_of(calm, 28), refused=rows_of_refusal("it holds no sample"))
    )


def test_columns_are_those_of_the_table_of_features_in_order(columns):
    assert columns.columns.tolist() == [f.name for f in FEATURES]
    assert columns.index.tolist() == ["sick", "calm", "refused"]
    assert set(columns.dtypes.astype(str)) == {"float64"}


def test_written_sidebands_are_read_at_their_level_over_their_floor(columns):
    """Lines of -40 dBc at 47 and 53 Hz were written into one recording, of -90 dBc into the other."""
    sick = columns.loc["sick"]
    assert sick[["bar_2s_lower_dbc", "bar_2s_upper_dbc"]].tolist() == pytest.approx([-40.0, -40.0], abs=0.2)
    assert sick[["shaft_lower_dbc", "shaft_upper_dbc"]].tolist() == pytest.approx([-40.0, -40.0], abs=0.2)
    assert sick["bar_2s_lower_prominence_db"] == pytest.approx(
        sick["bar_2s_lower_dbc"] - sick["bar_2s_lower_floor_dbc"], abs=1e-6
    )
    assert sick["bar_2s_lower_resolved"] == 1.0
    assert columns.loc["calm", "bar_2s_lower_dbc"] < -70
    assert columns.loc["calm", "bar_2s_lower_prominence_db"] < 12


def test_slip_and_supply_are_those_of_the_recording(columns):
    assert columns.loc["sick", "supply_hz"] == pytest.approx(LINE_HZ, abs=1e-3)
    assert columns.loc["sick", "slip"] == pytest.approx(SLIP, abs=2e-4)
    assert 0 < columns.loc["sick", "slip_width"] < 0.01


def test_recording_that_was_not_diagnosed_has_no_signature(columns):
    assert columns.loc["refused"].isna().all()


def test_recording_without_a_slip_has_no_line_but_its_supply():
    """A nameplate without bars, rated speed or a line at the shaft's place leaves the slip open."""
    bare = dict.fromkeys(("rotor_bars", "rated_rpm", "rated_current_a"))
    motor = type(MOTOR)(**{**vars(MOTOR), **bare, "bearing": ""})
    quiet = handmade_currents(bars_dbc=-150, shaft_dbc=-150)
    found = signature_columns(tables(quiet=rows_of(diagnose(quiet, FS_HZ, motor), None))).loc["quiet"]
    assert found["supply_hz"] == pytest.approx(LINE_HZ, abs=1e-3)
    assert np.isnan(found["slip"])
    assert found[[f"{line.stem}_{ending}" for line in LINES for ending in ENDINGS]].isna().all()


def test_no_recording_gives_no_row_and_all_columns():
    assert signature_columns(tables()).columns.tolist() == [f.name for f in FEATURES]


def test_every_line_that_a_diagnosis_expects_has_columns_but_shorts_of_high_order():
    """With two pole pairs n runs to 3; the names of lines must not drift apart from those of the diagnosis."""
    from diagmod.core.bearings import tones_of

    expected = {(line.fault, line.name) for line in expected_lines(LINE_HZ, MOTOR, tones_of(MOTOR.bearing))}
    known = {(line.fault, line.line) for line in LINES}
    assert len(SHORT_ORDERS) == 3
    assert expected <= known
    assert {fault for fault, _ in known - expected} <= {"load_oscillation", "stator_short"}
    assert len({line.stem for line in LINES}) == len(LINES)
