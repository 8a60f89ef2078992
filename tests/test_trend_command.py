"""`diagmod trend`: an export in, a log out, and the hours of the pipeline by motor, phase and range."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from diagmod import cli
from diagmod.io.tables import conform, write_table
from diagmod.io.trend_tables import TREND

MOTORS = "motors:\n  - {motor_id: M1, line_hz: 50, pole_pairs: 2}\n  - {motor_id: M2, line_hz: 50, pole_pairs: 2}\n"
EXPORT = "Zeit;Strom L1;Strom L2;Strom L3\n" + "".join(
    f"05.01.2026 {8 + m // 60:02d}:{m % 60:02d};{1000 + m},5;2000,0;-3000,25\n" for m in range(0, 120, 10)
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).write_text("{}\n")
    plant = tmp_path / "data/raw/plant"
    plant.mkdir(parents=True)
    (plant / "motors.yaml").write_text(MOTORS)
    (plant / "dataset.yaml").write_text("title: Plant\n")
    (tmp_path / "a.csv").write_text(EXPORT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project, monkeypatch, capsys):
    """Run a command; gives exit code, output, errors."""

    def run(*args):
        monkeypatch.setattr("sys.argv", ["diagmod", "trend", *args])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = exc.code or 0
        done = capsys.readouterr()
        return code, done.out, done.err

    return run


COMMAND = ("import", "a.csv", "--dataset", "plant", "--motor", "M1", "--timezone", "Europe/Berlin", "--unit", "mA")


def test_an_import_says_what_was_done_and_writes_the_log(run, project):
    """08:00 to 08:50 in Berlin is 07 h UTC: the mean of 1000.5 to 1050.5 mA is 1.0255 A; negative rms are refused."""
    code, out, _ = run(*COMMAND)
    assert code == 0
    assert "We see 4 hours of 3 quantities of 1 motors" in out and "12 rows refused" in out
    assert "wrote data/raw/plant/trend/M1.csv" in out and "rms is negative" in out
    log = pd.read_csv(project / "data/raw/plant/trend/M1.csv")
    assert log["hour"].tolist() == ["2026-01-05T07:00:00Z", "2026-01-05T08:00:00Z"]
    assert log["rms_R"].tolist() == pytest.approx([1.0255, 1.0855], rel=1e-12)
    assert log["rms_R_samples"].tolist() == [6, 6]
    assert "rms_T" not in log
    assert len(pd.read_csv(project / "data/raw/plant/trend/refused/a.csv.csv")) == 12


def test_json_of_an_import_holds_everything_and_a_dry_run_writes_nothing(run, project):
    code, out, _ = run(*COMMAND, "--dry-run", "--json")
    content = json.loads(out)
    assert code == 0 and set(content) == {"summary", "series", "refused", "notes", "dry_run", "written"}
    assert (content["dry_run"], content["written"][0]) == (True, "data/raw/plant/trend/M1.csv")
    assert [row["hours"] for row in content["series"]] == [2, 2, 0]
    assert len(content["refused"]) == 12
    assert not (project / "data/raw/plant/trend").exists()


def test_tags_can_be_mapped_and_units_given_by_quantity(run, project):
    arguments = ("--map", "Strom L1=M2:R", "--map", "Strom L3=temperature", "--unit", "rms_R=mA", "--unit",
                 "temperature=°C")  # fmt: skip
    code, out, _ = run(*COMMAND[:-2], *arguments)
    assert code == 0 and "Strom L2 is not asked for and was left out" in out
    assert pd.read_csv(project / "data/raw/plant/trend/M2.csv")["rms_R"][0] == pytest.approx(1.0255)
    assert list(pd.read_csv(project / "data/raw/plant/trend/M1.csv"))[1] == "temperature [°C]"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (COMMAND[:-4], "names no time zone ('05.01.2026 08:00'); pass --timezone"),
        ((*COMMAND[:6], "--motor", "M9", *COMMAND[6:]), "motor 'M9' is not in motors.yaml"),
        (("import", "a.csv", "--dataset", "../plant"), "--dataset must be the name of a folder in data/raw"),
        (("import", "a.csv", "--dataset", "other"), "data set folder 'other' does not exist"),
        (("import", "b.csv", *COMMAND[2:]), "b.csv does not exist"),
        ((*COMMAND, "--map", "Strom L1"), "--map must be TAG=MOTOR:QUANTITY, got 'Strom L1'"),
        ((*COMMAND, "--map", "Strom L1=M1:hour"), "quantity 'hour' must be a word"),
        ((*COMMAND, "--phases", "x,y,z"), "has no tag 'x', asked for by --phases"),
    ],
)
def test_a_wrong_import_is_one_sentence_and_exit_code_two(run, project, arguments, sentence):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err and err.count("\n") == 1
    assert not (project / "data/raw/plant/trend").exists()


@pytest.fixture
def shown(project):
    hours = pd.date_range("2026-01-05T00:00Z", periods=5, freq="h")
    unknown = {"minimum": np.nan, "maximum": np.nan, "samples": np.nan}
    about = {"motor_id": "M1", "unit": "A", "hour": hours, "source": "log"}
    parts = [pd.DataFrame({**about, "quantity": q, "mean": np.arange(5.0) + k, **unknown})
             for k, q in ((0, "rms_R"), (10, "rms_S"))]  # fmt: skip
    (project / "data/interim").mkdir()
    path = project / "data/interim/trend.parquet"
    write_table(conform(pd.concat(parts), TREND), TREND, path, {"stage": "load"})


def test_hours_are_shown_by_motor_phase_and_range(run, shown):
    asked = ("show", "--motor", "M1", "--phase", "S", "--from", "2026-01-05T01:00Z", "--to", "2026-01-05T04:00Z")
    code, out, _ = run(*asked, "--last", "2", "--json")
    content = json.loads(out)
    assert code == 0 and [row["mean"] for row in content["hours"]] == [12.0, 13.0]
    assert [row["hours"] for row in content["coverage"]] == [2]
    _, out, _ = run(*asked)
    assert "2026-01-05T01:00Z" in out and "2026-01-05T04:00Z" not in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--motor", "M7"), "there is no hour of motor 'M7'; the table has M1"),
        (("--from", "2026-01-05"), "has no time zone; add Z for UTC"),
        (("--phase", "Q"), "phase must be R, S, T"),
        (("--last", "0"), "the last hours must be at least 1"),
    ],
)
def test_a_wrong_question_is_one_sentence(run, shown, arguments, sentence):
    code, out, err = run("show", *arguments)
    assert (code, out) == (2, "") and sentence in err


def test_no_hours_and_no_table_are_said(run, shown, project):
    assert run("show", "--from", "2027-01-01T00:00Z")[1] == "There is no such hour.\n"
    (project / "data/interim/trend.parquet").unlink()
    assert "trend.parquet does not exist; run `dvc repro` to make it" in run("show")[2]
