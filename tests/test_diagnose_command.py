"""`diagmod diagnose`: what it prints, how it ends, and that the same file gives the same bytes."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from diagmod import cli
from diagmod.io.diagnosis_json import diagnosis_schema
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.machine import Machine
from diagmod.sim.sensor import Sensor

FS = 5000.0

MACHINE = Machine(
    pole_pairs=2, rotor_bars=28, stator_resistance_ohm=3.7, rotor_resistance_ohm=2.26, stator_leakage_h=0.0105,
    rotor_leakage_h=0.0105, magnetising_h=0.214, inertia_kgm2=0.02, friction_nms=0.001, rated_voltage_v=400.0,
    line_hz=50.0, rated_torque_nm=14.6,
)  # fmt: skip

#: What a nameplate of the machine says.
PLATE = (
    "--pole-pairs", "2", "--line-hz", "50", "--rotor-bars", "28", "--rated-rpm", "1440", "--rated-current", "5",
)  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def recordings(tmp_path_factory) -> Path:
    """One broken bar, and the same motor healthy on a recorder that holds samples; three columns each."""
    folder = tmp_path_factory.mktemp("recordings")
    noisy = Sensor(noise_dbc=-70)
    cases = {
        "bar": Experiment(machine=MACHINE, broken_bars=1.0, sensor=noisy, seed=1),
        "held": Experiment(machine=MACHINE, sensor=Sensor(noise_dbc=-70, held_share=0.1), seed=1),
    }
    for (name, _), run in zip(cases.items(), simulate(list(cases.values()), FS, 10.0), strict=True):
        np.savetxt(folder / f"{name}.csv", run.currents.T, delimiter=",", header="R,S,T", comments="", fmt="%.5f")
    (folder / "motors.yaml").write_text("motors:\n  - {motor_id: M1, line_hz: 50, pole_pairs: 2, rotor_bars: 28}\n")
    return folder


@pytest.fixture
def diagnose(recordings, monkeypatch, capsys) -> Callable[..., Ended]:
    """The command, run in the folder of the recordings."""
    monkeypatch.chdir(recordings)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["diagmod", "diagnose", *arguments])
        try:
            code = cli.main()
        except SystemExit as exc:
            code = int(exc.code or 0)
        told = capsys.readouterr()
        return Ended(code, told.out, told.err)

    return run


def test_a_broken_bar_is_reported_with_exit_code_zero(diagnose):
    told = diagnose("bar.csv", *PLATE, "--fs", "5000")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("DIAGNOSIS of bar.csv\n  The rotor cage is damaged")
    assert "chart A" in told.out
    assert "(from options)" in told.out


def test_json_is_strict_has_the_documented_form_and_finds_the_bar(diagnose):
    told = diagnose("bar.csv", *PLATE, "--fs", "5000", "--json")
    assert (told.code, told.err) == (0, "")
    content = json.loads(told.out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    jsonschema.Draft202012Validator(diagnosis_schema()).validate(content)
    assert content["faults"]["broken_bar"]["verdict"] == "supported"
    assert abs(content["line_hz"]["value"] - 50.0) < 0.001
    assert content["lineage"]["parameters"]["load_pct"] is None


def test_pole_pairs_and_line_frequency_are_enough(diagnose):
    told = diagnose("bar.csv", "--pole-pairs", "2", "--line-hz", "50", "--fs", "5000", "--json")
    assert told.code == 0
    assert json.loads(told.out)["lineage"]["nameplate"]["rotor_bars"] is None


def test_a_motor_of_a_register_with_its_load(diagnose):
    told = diagnose("bar.csv", "--motor", "motors.yaml:M1", "--fs", "5000", "--load-pct", "75", "--json")
    assert told.code == 0
    lineage = json.loads(told.out)["lineage"]
    assert lineage["nameplate"]["source"] == "motors.yaml:M1"
    assert lineage["parameters"]["load_pct"] == 75.0


def test_own_charts_grade_in_place_of_the_built_in(diagnose, recordings):
    own = "plant:\n  source: our 40 motors\n  quantity: lower sideband\n  bands: [[0, 60, open it], [60, 200, fine]]\n"
    (recordings / "charts.yaml").write_text(own)
    told = diagnose("bar.csv", *PLATE, "--fs", "5000", "--charts", "charts.yaml", "--json")
    content = json.loads(told.out)
    assert content["faults"]["broken_bar"]["severity"]["chart"]["band"].startswith("open it")
    assert [chart["name"] for chart in content["lineage"]["parameters"]["charts"]] == ["plant"]


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["report", "json"])
def test_a_recording_that_supports_no_diagnosis_ends_with_three_and_says_why(diagnose, form):
    told = diagnose("held.csv", *PLATE, "--fs", "5000", *form)
    assert (told.code, told.err) == (3, "")
    assert "No diagnosis can be made" in told.out
    if form:
        assert json.loads(told.out)["quality"]["verdict"] == "unusable"


def test_the_same_file_in_another_folder_gives_the_same_bytes(diagnose, recordings, tmp_path):
    shutil.copy(recordings / "bar.csv", tmp_path / "bar.csv")
    first, second = (
        diagnose(place, *PLATE, "--fs", "5000", "--json").out for place in ("bar.csv", str(tmp_path / "bar.csv"))
    )
    assert first == second


def test_columns_unit_and_scale_are_declared_and_kept_in_the_lineage(diagnose):
    told = diagnose("bar.csv", *PLATE, "--fs", "5000", "--phase-columns", "R, -, 3", "--scale", "2", "--json")
    recording = json.loads(told.out)["lineage"]["recording"]
    assert recording["columns"] == {"R": "R", "S": None, "T": "T"}
    assert recording["unit"] == "A"
    assert any("2" in note for note in recording["notes"])
    counts = diagnose("bar.csv", *PLATE, "--fs", "5000", "--unit", "counts", "--json")
    assert json.loads(counts.out)["lineage"]["recording"]["unit"] == "counts"


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["report", "json"])
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere.csv", *PLATE, "--fs", "5000"), "nowhere.csv does not exist"),
        (("empty.csv", *PLATE, "--fs", "5000"), "empty.csv is empty"),
        (("picture.png", *PLATE, "--fs", "5000"), "picture.png is a picture"),
        ((".", *PLATE, "--fs", "5000"), "is a folder; name one recording in it"),
        (("huge.csv", *PLATE, "--fs", "5000"), "reaches 1e+300"),
        (("bar.csv", *PLATE), "pass --fs HZ"),
        (("bar.csv", *PLATE, "--fs", "-1"), "--fs must be positive"),
        (("bar.csv", *PLATE, "--fs", "5000", "--load-pct", "300"), "must be 0 to 200 % of rated load, got 300"),
        (("bar.csv", *PLATE, "--fs", "5000", "--load-pct", "nan"), "must be 0 to 200 % of rated load, got nan"),
        (("bar.csv", "--fs", "5000"), "--pole-pairs (half the number of poles) and --line-hz (rated frequency) must"),
        (("bar.csv", "--fs", "5000", "--motor", "motors.yaml:M9"), "no motor 'M9' in motors.yaml; it has M1"),
        (("bar.csv", "--fs", "5000", "--motor", "motors.yaml:M1", "--rotor-bars", "32"), "motors.yaml:M1 says 28"),
        (("bar.csv", *PLATE, "--fs", "5000", "--charts", "nowhere.yaml"), "there is no chart file nowhere.yaml"),
        (("bar.csv", *PLATE, "--fs", "5000", "--charts", "motors.yaml"), "motors.yaml: chart motors: give source"),
    ],
)  # fmt: skip
def test_wrong_input_is_one_sentence_exit_code_two_and_nothing_on_the_output(
    diagnose, recordings, arguments, sentence, form
):
    (recordings / "empty.csv").write_text("")
    (recordings / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    (recordings / "huge.csv").write_text("R,S,T\n" + "1e300,1e300,-1e300\n" * 100)
    told = diagnose(*arguments, *form)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("error: ") and told.err.count("\n") == 1
    assert sentence in told.err


def test_a_truncated_file_is_a_shorter_recording(diagnose, recordings):
    (recordings / "cut.csv").write_bytes((recordings / "bar.csv").read_bytes()[:300])
    told = diagnose("cut.csv", *PLATE, "--fs", "5000", "--json")
    assert told.code == 3
    assert json.loads(told.out)["quality"]["verdict"] == "unusable"


def test_a_value_that_is_no_number_is_refused_by_its_option(diagnose):
    told = diagnose("bar.csv", "--pole-pairs", "two", "--line-hz", "50")
    assert (told.code, told.out) == (2, "")
    assert "--pole-pairs" in told.err


def test_a_terminal_without_the_letters_of_a_column_still_gets_its_report(recordings, monkeypatch):
    rows = (recordings / "bar.csv").read_text().split("\n", 1)[1]
    (recordings / "foreign.csv").write_text(f"Ток R,Ток S,Ток T\n{rows}", encoding="utf-8")
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.chdir(recordings)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(
        sys, "argv", ["diagmod", "diagnose", "foreign.csv", *PLATE, "--fs", "5000", "--phase-columns", "1,2,3"]
    )
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    terminal.flush()
    assert rb"\u0422\u043e\u043a R" in terminal.buffer.getvalue()


def test_help_names_the_exit_codes_and_every_option(diagnose, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    told = diagnose("--help")
    assert told.code == 0
    assert "3 the recording cannot support one" in told.out
    for option in (
        "--motor", "--pole-pairs", "--line-hz", "--rotor-bars", "--rated-rpm", "--rated-current", "--bearing",
        "--load-pct", "--fs", "--time-column", "--time-unit", "--phase-columns", "--sheet", "--unit", "--scale",
        "--charts", "--json",
    ):  # fmt: skip
        assert option in told.out


def test_other_commands_do_not_wait_for_what_a_diagnosis_loads():
    heavy = ("diagmod.core.diagnosis", "diagmod.io.recording_files", "jsonschema")
    code = f"import sys, diagmod.cli; print(*set({heavy}).intersection(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
