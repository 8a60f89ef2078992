"""Rows hold what a diagnosis says, in the columns of their schemas, and nothing that it does not say."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from handmade_currents import FS_HZ, MOTOR, handmade_currents
from handmade_diagnosis import FOUND, REFUSED, UNBALANCE

from diagmod.core.diagnosis import CONDITIONS, FAULTS, diagnose
from diagmod.core.verdicts import Evidence
from diagmod.io.diagnosis_rows import AUDIT_FIGURES, SLIP_COLUMNS, rows_of, rows_of_refusal
from diagmod.io.schemas import DIAGNOSES, EVIDENCE, RECORDING_STATES, SIGNATURES
from diagmod.io.tables import conform

SCHEMAS = {"diagnoses": DIAGNOSES, "evidence": EVIDENCE, "states": RECORDING_STATES, "signatures": SIGNATURES}


@pytest.fixture(scope="module")
def measured():
    return diagnose(handmade_currents(), FS_HZ, MOTOR)


def tables(rows):
    named = {part: [{"recording_id": "r", "motor_id": "M", **row} for row in found] for part, found in rows.items()}
    return {part: conform(pd.DataFrame(found), SCHEMAS[part]) for part, found in named.items() if found}


def test_row_of_a_fault_holds_verdict_severity_chart_and_competitors():
    row = rows_of(FOUND, 28)["diagnoses"][0]
    assert (row["fault"], row["kind"], row["verdict"]) == ("broken_bar", "fault", "supported")
    assert (row["severity_low"], row["severity_high"], row["severity_unit"]) == (0.8, 1.6, "broken bars")
    assert np.isnan(row["severity_value"])
    assert (row["chart"], row["chart_band"], row["chart_source"]) == (
        "chart A", "broken bar (-38.1 dBc)", "service practice",
    )  # fmt: skip
    assert (row["smallest_value"], row["smallest_unit"]) == (0.02, "broken bars")
    assert row["reason_code"] == "rotor_modulation"
    assert row["competing"] == "load oscillation at twice the slip (not supported): the angle is 231 degrees"


def test_fault_without_severity_has_missing_figures_and_empty_texts():
    row = next(row for row in rows_of(FOUND, 28)["diagnoses"] if row["fault"] == "bearing_cage")
    assert np.isnan([row["severity_value"], row["severity_low"], row["smallest_value"]]).all()
    assert (row["severity_unit"], row["chart"], row["smallest_unit"], row["competing"]) == ("", "", "", "")


def test_evidence_has_a_row_a_line_of_its_fault():
    rows = rows_of(FOUND, 28)["evidence"]
    assert [row["line"] for row in rows if row["fault"] == "broken_bar"] == [e.name for e in FOUND.faults[0].evidence]
    first = rows[0]
    assert (first["at_hz"], first["height"], first["height_unit"], first["floor"]) == (47.604, -38.12, "dBc", -85.6)
    assert first["is_present"]


def test_state_holds_supply_slip_load_and_what_each_estimator_said():
    state = rows_of(FOUND, 28)["states"][0]
    assert (state["supply_hz"], state["slip"], state["load_share"]) == (49.98123, 0.024, 0.7)
    assert (state["slip_low"], state["slip_high"]) == (0.0238, 0.0242)
    assert state["slip_of_slots"] == 0.024
    assert np.isnan(state["slip_of_shaft"])
    assert (state["acquisition"], state["acquisition_codes"]) == ("limited", "high_floor")
    assert (state["floor_dbc"], state["advice"]) == (-60.0, "Record 20 s or more")


def test_negative_sequence_is_the_complex_ratio_in_percent_and_zero_switching_where_it_holds():
    """2 % at 30 degrees: 1.732 + 1j."""
    nan = float("nan")
    figures = [Evidence("I2 / I1", nan, 2.0, nan, nan, unit="%"), Evidence("angle of I2 / I1", nan, 30.0, nan, nan)]
    still = replace(UNBALANCE, evidence=tuple(figures))
    switched = replace(still, evidence=(*figures, Evidence("change of I2 / I1", nan, 8.0, nan, nan, unit="%")))
    state = rows_of(replace(FOUND, conditions=(still,)), 28)["states"][0]
    assert (state["i2_re"], state["i2_im"]) == pytest.approx((3**0.5, 1.0))
    assert state["i2_switch_pct"] == 0
    assert rows_of(replace(FOUND, conditions=(switched,)), 28)["states"][0]["i2_switch_pct"] == 8.0
    unknown = rows_of(REFUSED, 28)["states"][0]
    assert np.isnan([unknown["i2_re"], unknown["i2_switch_pct"]]).all()


@pytest.mark.parametrize("begin", [0, 7, 23])
def test_negative_sequence_does_not_depend_on_when_the_recording_begins(begin):
    """The handmade currents hold 2 % at 30 degrees; a start 23 samples later turns every phasor by 207 degrees."""
    diagnosis = diagnose(handmade_currents()[:, begin:], FS_HZ, MOTOR)
    state = rows_of(diagnosis, 28)["states"][0]
    assert abs(complex(state["i2_re"], state["i2_im"])) == pytest.approx(2.0, abs=0.02)
    assert np.degrees(np.arctan2(state["i2_im"], state["i2_re"])) == pytest.approx(30, abs=1)


def test_measured_diagnosis_fills_every_figure_that_the_tables_name(measured):
    state = rows_of(measured, 28)["states"][0]
    assert set(AUDIT_FIGURES) <= set(measured.quality.figures), "a figure of the audit has another name now"
    assert {one.method for one in measured.slip_estimates} == set(SLIP_COLUMNS.values())
    assert [row["fault"] for row in rows_of(measured, 28)["diagnoses"]] == [*FAULTS, *CONDITIONS]
    known = ("supply_hz", "slip", "i2_re", "floor_dbc", "load_share")
    assert np.isfinite([state[name] for name in known]).all()


@pytest.mark.parametrize("name", ["found", "refused", "measured", "not diagnosed"])
def test_rows_fit_their_schemas_and_survive_json(name, measured):
    rows = {
        "found": rows_of(FOUND, 28), "refused": rows_of(REFUSED, 28), "measured": rows_of(measured, 28),
        "not diagnosed": rows_of_refusal("load_share must be 0 to 2 times rated, got 3.0"),
    }[name]  # fmt: skip
    there = tables(rows)
    back = tables(json.loads(json.dumps(rows, default=float)))
    assert set(there) >= {"diagnoses", "states"}
    for part, table in there.items():
        pd.testing.assert_frame_equal(back[part], table)


def test_recording_that_was_not_diagnosed_has_all_rows_with_the_reason():
    rows = rows_of_refusal("load_share must be 0 to 2 times rated, got 3.0")
    assert [row["fault"] for row in rows["diagnoses"]] == [*FAULTS, *CONDITIONS]
    assert {row["verdict"] for row in rows["diagnoses"]} == {"cannot_decide"}
    state = rows["states"][0]
    assert (state["acquisition"], state["acquisition_codes"]) == ("unusable", "not_diagnosed")
    assert state["sentence"] == "This recording was not diagnosed: load_share must be 0 to 2 times rated, got 3.0."
