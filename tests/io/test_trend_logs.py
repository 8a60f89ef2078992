"""A trend log is read as it says; what cannot be read is left out with the reason."""

import re

import numpy as np
import pandas as pd
import pytest

from diagmod.io.tables import conform
from diagmod.io.trend_logs import log_text, read_log, read_trend
from diagmod.io.trend_tables import TREND, wide_rms

LOG = "hour,rms_R,rms_S,rms_T\n2026-01-05T01:00:00Z,2,2.5,\n2026-01-05T00:00:00Z,1,1.5,1.25\n"
FULL = (
    "hour,rms_R,rms_R_min,rms_R_max,rms_R_samples,temperature [°C]\n"
    "2026-01-05T00:00:00Z,1.5,1.0,2.0,12,60.25\n2026-01-05T01:00:00Z,2.5,2.0,3.0,11,\n"
)


def trend(tmp_path, current_unit="A", **logs):
    (tmp_path / "trend").mkdir()
    for motor_id, text in logs.items():
        (tmp_path / "trend" / f"{motor_id}.csv").write_text(text, encoding="utf-8")
    return read_trend(tmp_path, ["M01", "M02"], current_unit)


def test_trend_is_sorted_by_motor_quantity_and_hour(tmp_path):
    table, reason = trend(tmp_path, M02=LOG, M01=LOG.replace("00Z", "00+02:00"))
    assert reason == ""
    assert table["motor_id"].tolist() == ["M01"] * 5 + ["M02"] * 5
    assert table["quantity"].tolist()[:5] == ["rms_R", "rms_R", "rms_S", "rms_S", "rms_T"]
    assert table["hour"].tolist()[:2] == [pd.Timestamp("2026-01-04T22:00Z"), pd.Timestamp("2026-01-04T23:00Z")]
    assert table["mean"].tolist()[:5] == [1.0, 2.0, 1.5, 2.5, 1.25]
    assert set(table["source"]) == {"log"} and set(table["unit"]) == {"A"}
    pd.testing.assert_frame_equal(conform(table, TREND), table)


def test_the_wide_form_of_a_log_is_the_log(tmp_path):
    wide = wide_rms(trend(tmp_path, M01=LOG)[0])
    expected = pd.DataFrame({"rms_R": [1.0, 2.0], "rms_S": [1.5, 2.5], "rms_T": [1.25, np.nan]})
    pd.testing.assert_frame_equal(wide[["rms_R", "rms_S", "rms_T"]], expected)


def test_a_log_may_hold_extremes_counts_and_other_quantities(tmp_path):
    table = trend(tmp_path, M01=FULL)[0].set_index("quantity")
    assert table.loc["rms_R", ["mean", "minimum", "maximum", "samples"]].to_numpy().tolist() == [
        [1.5, 1.0, 2.0, 12.0], [2.5, 2.0, 3.0, 11.0],
    ]  # fmt: skip
    assert (table.loc["temperature", "mean"], table.loc["temperature", "unit"]) == (60.25, "°C")


@pytest.mark.parametrize("text", [LOG, FULL], ids=["means", "full"])
def test_a_written_log_reads_back_equal_and_writes_the_same_bytes(tmp_path, text):
    table = trend(tmp_path, M01=text)[0]
    (tmp_path / "trend/M01.csv").write_text(log_text(table), encoding="utf-8")
    again, doubts = read_log(tmp_path / "trend/M01.csv")
    pd.testing.assert_frame_equal(again.sort_values(["quantity", "hour"], ignore_index=True), table)
    assert (log_text(again), doubts) == (log_text(table), [])


def test_a_written_log_is_what_it_was(tmp_path):
    assert log_text(trend(tmp_path, M01=FULL)[0]) == FULL


def test_currents_are_in_the_unit_of_the_data_set(tmp_path):
    table, reason = trend(tmp_path, "counts", M01=LOG, M02=LOG.replace("rms_S", "rms_S [A]"))
    assert set(table["unit"]) == {"counts"} and set(table["motor_id"]) == {"M01"}
    assert "rms_S is in A, the currents of the data set are in counts" in reason


def test_data_set_without_trend_log_has_an_empty_table_and_a_reason(tmp_path):
    table, reason = read_trend(tmp_path, [])
    assert len(conform(table, TREND)) == 0
    assert reason == "the data set has no trend log (folder trend/)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "M02.csv is no trend log with columns hour, rms_R, rms_S, rms_T"),
        ("hour\n2026-01-05T00:00:00Z\n", "it has no column beside hour"),
        ("time,rms_R\n2026-01-05T00:00:00Z,1\n", "M02.csv is no trend log .*hour"),
        ("hour,rms_R_min\n2026-01-05T00:00:00Z,1\n", "it has no column rms_R beside rms_R_min, _max or _samples"),
        ("hour,phase R?\n2026-01-05T00:00:00Z,1\n", "column 'phase R.' is no quantity"),
        (LOG.replace("00Z", "00"), "hour 2026-01-05T01:00:00 is no time with its zone; write 2026-01-31T08:00:00Z"),
        (LOG.replace("2026-01-05T01:00:00Z", ""), "is no time with its zone"),
        (LOG.replace("2026-01-05T01", "2026-13-05T01"), "M02.csv is no trend log"),
        (LOG.replace("T01:00", "T01:05"), "hour 2026-01-05T01:05:00Z is no full hour .* `diagmod trend import`"),
        (LOG.replace("2026-01-05T01", "9999-01-05T01"), "is no full hour .UTC. of 1970 to 2100"),
        (LOG.replace("1.25", "much"), "M02.csv is no trend log .*much"),
    ],
)  # fmt: skip
def test_bad_log_is_left_out_with_a_reason_and_the_others_stay(tmp_path, text, reason):
    table, why = trend(tmp_path, M01=LOG, M02=text)
    assert set(table["motor_id"]) == {"M01"}
    assert re.search(reason, why)


def test_single_values_that_cannot_be_are_left_out_and_said(tmp_path):
    twice = "2026-01-05T02:00:00Z,3,3,3\n2026-01-05T02:00:00Z,4,3,3\n2026-01-05T03:00:00Z,-1,inf,1\n"
    table, reason = trend(tmp_path, M01=LOG + twice)
    wide = wide_rms(table)
    assert wide["rms_R"].fillna(-9).tolist() == [1.0, 2.0, -9, -9]
    assert wide["rms_S"].fillna(-9).tolist() == [1.5, 2.5, 3.0, -9]
    assert "M01.csv: 2 values are negative or infinite, first rms_R at 2026-01-05T03:00Z" in reason
    assert "M01.csv: 2 values are there twice with different values, first rms_R at 2026-01-05T02:00Z" in reason


def test_log_of_an_unknown_motor_is_left_out_with_a_reason(tmp_path):
    table, reason = trend(tmp_path, M77=LOG)
    assert (len(table), reason) == (0, "M77.csv names no motor of the register")
