"""Imported hours join a log hour by hour; nothing there is overwritten unasked, and refused rows are kept."""

import pandas as pd
import pytest

from diagmod.io.dataset_files import DatasetError
from diagmod.io.export_layouts import LayoutRules
from diagmod.io.historian_exports import read_exports
from diagmod.io.tag_rules import TagRules
from diagmod.io.trend_files import put_in_place
from diagmod.io.trend_logs import read_trend
from diagmod.io.trend_tables import wide_rms

DAY = "2026-01-05T"


def export(tmp_path, *rows, head="time,I_R", name="a.csv", motors=("M1",)):
    (tmp_path / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return read_exports([tmp_path / name], TagRules(motors=list(motors)), LayoutRules())


def hourly(tmp_path, values, **kwargs):
    return export(tmp_path, *(f"{DAY}{h:02d}:00Z,{v}" for h, v in values.items()), **kwargs)


def means(tmp_path, motors=("M1",)):
    wide = wide_rms(read_trend(tmp_path, list(motors))[0])
    return dict(zip(wide["hour"].dt.hour, wide["rms_R"], strict=True))


def test_an_import_makes_the_log_and_the_next_one_adds_its_hours(tmp_path):
    assert put_in_place(hourly(tmp_path, {0: 1, 1: 2}), tmp_path, "A") == ["trend/M1.csv"]
    assert (tmp_path / "trend/M1.csv").read_text() == f"hour,rms_R\n{DAY}00:00:00Z,1.0\n{DAY}01:00:00Z,2.0\n"
    put_in_place(hourly(tmp_path, {1: 2, 2: 3}), tmp_path, "A")
    assert means(tmp_path) == {0: 1.0, 1: 2.0, 2: 3.0}


def test_the_same_import_again_changes_no_byte(tmp_path):
    found = export(tmp_path, *(f"{DAY}00:{m:02d}:00Z,{m}.5" for m in range(0, 60, 7)))
    put_in_place(found, tmp_path, "A")
    before = (tmp_path / "trend/M1.csv").read_bytes()
    put_in_place(found, tmp_path, "A")
    assert (tmp_path / "trend/M1.csv").read_bytes() == before


def test_a_log_in_the_old_form_keeps_its_hours(tmp_path):
    (tmp_path / "trend").mkdir()
    (tmp_path / "trend/M1.csv").write_text(f"hour,rms_R,rms_S,rms_T\n{DAY}00:00:00Z,1,5,\n")
    put_in_place(hourly(tmp_path, {1: 2, 2: 2}), tmp_path, "A")
    assert means(tmp_path) == {0: 1.0, 1: 2.0, 2: 2.0}
    assert wide_rms(read_trend(tmp_path, ["M1"])[0])["rms_S"].tolist()[0] == 5.0


def test_hours_that_contradict_the_log_are_refused_or_replaced_when_asked(tmp_path):
    put_in_place(hourly(tmp_path, {0: 1, 1: 2}), tmp_path, "A")
    other = hourly(tmp_path, {1: 9, 2: 3})
    before = (tmp_path / "trend/M1.csv").read_bytes()
    sentence = (
        "says something else for 1 hours, first rms_R 2 at 2026-01-05T01:00Z, where the export has 9; .*--replace"
    )
    with pytest.raises(DatasetError, match=sentence):
        put_in_place(other, tmp_path, "A")
    assert (tmp_path / "trend/M1.csv").read_bytes() == before
    put_in_place(other, tmp_path, "A", replace=True)
    assert means(tmp_path) == {0: 1.0, 1: 9.0, 2: 3.0}


def test_nothing_is_written_where_one_of_two_motors_contradicts(tmp_path):
    put_in_place(hourly(tmp_path, {0: 1, 1: 1}), tmp_path, "A")
    rows = [f"{DAY}{h:02d}:00Z,5,6" for h in range(2)]
    both = export(tmp_path, *rows, head="time,M1_I_R,M0_I_R", motors=("M0", "M1"))
    with pytest.raises(DatasetError, match=r"trend/M1.csv says something else"):
        put_in_place(both, tmp_path, "A")
    assert not (tmp_path / "trend/M0.csv").exists()


def test_a_dry_run_checks_everything_and_writes_nothing(tmp_path):
    assert put_in_place(hourly(tmp_path, {0: 1, 1: 2}), tmp_path, "A", dry_run=True) == ["trend/M1.csv"]
    assert not (tmp_path / "trend").exists()


def test_refused_rows_are_kept_beside_the_log_and_are_no_log(tmp_path):
    found = hourly(tmp_path, {0: 1, 1: -2, 2: 3})
    assert put_in_place(found, tmp_path, "A") == ["trend/M1.csv", "trend/refused/a.csv.csv"]
    kept = pd.read_csv(tmp_path / "trend/refused/a.csv.csv")
    assert kept.to_numpy().tolist() == [["a.csv", 2, f"{DAY}01:00Z", "I_R", -2.0, "rms is negative"]]
    assert read_trend(tmp_path, ["M1"])[1] == ""
    assert not list(tmp_path.rglob("*.draft"))


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("rubbish", "trend/M1.csv is no trend log .*; correct or remove it before importing"),
        (f"hour,rms_R\n{DAY}00:00:00Z,-1\n", "trend/M1.csv: 1 values are negative .*; correct or remove it"),
    ],
)
def test_a_log_that_cannot_be_read_whole_is_not_added_to(tmp_path, log, sentence):
    (tmp_path / "trend").mkdir()
    (tmp_path / "trend/M1.csv").write_text(log)
    with pytest.raises(DatasetError, match=sentence):
        put_in_place(hourly(tmp_path, {0: 1, 1: 2}), tmp_path, "A")
    assert (tmp_path / "trend/M1.csv").read_text() == log


def test_a_quantity_keeps_its_unit(tmp_path):
    first = hourly(tmp_path, {0: 60, 1: 61}, head="time,temperature [°C]")
    put_in_place(first, tmp_path, "A")
    assert (tmp_path / "trend/M1.csv").read_text(encoding="utf-8").startswith("hour,temperature [°C]\n")
    with pytest.raises(DatasetError, match=r"trend/M1.csv has temperature in °C, the export in °F; pass --unit"):
        put_in_place(hourly(tmp_path, {1: 142, 2: 142}, head="time,temperature [°F]"), tmp_path, "A", replace=True)


@pytest.mark.parametrize("motor_id", ["../M1", "a/b", ".hidden"])
def test_a_motor_whose_name_is_no_file_name_is_refused(tmp_path, motor_id):
    found = hourly(tmp_path, {0: 1, 1: 2}, motors=(motor_id,))
    with pytest.raises(DatasetError, match="is no name of a file; give it another motor_id"):
        put_in_place(found, tmp_path / "in", "A")
