"""A recording is found with its nameplate: in a data set, by what is typed in, or the fleet's most developed fault."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.io.chosen_recording import choose_recording
from diagmod.io.nameplates import NameplateError
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.stages import StageError

MOTORS = """motors:
- motor_id: M1
  line_hz: 50.0
  pole_pairs: 2
  rated_rpm: 1450.0
- motor_id: M2
  line_hz: 60.0
  pole_pairs: 1
"""
MANIFEST = """file,motor_id,fs_hz,load_pct,condition,severity
recordings/a.csv,M1,1000,40,healthy,0
recordings/b.csv,M2,2000,80,broken_bar,0.4
recordings/c.csv,M2,2000,75,broken_bar,0.9
recordings/d.csv,M1,1000,,eccentricity,1.0
recordings/e.csv,M00,1000,,broken_bar,1.0
"""


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "data/raw/demo"
    (folder / "recordings").mkdir(parents=True)
    (folder / "dataset.yaml").write_text("name: demo\nunit: A\n")
    (folder / "motors.yaml").write_text(MOTORS)
    (folder / "recordings.csv").write_text(MANIFEST)
    for name in "abcde":
        _write(folder / f"recordings/{name}.csv")
    return tmp_path


def _write(path, head="current_R,current_S,current_T"):
    rows = np.round(np.sin(np.arange(40)[:, None] / 3 + np.arange(3)), 4)
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")


def test_without_a_file_it_is_the_most_developed_broken_bar_of_a_motor_on_record(root):
    chosen = choose_recording(root)
    assert (chosen.name, chosen.motor.motor_id, chosen.condition) == ("recordings/c.csv", "M2", "broken_bar")
    assert (chosen.file.fs, chosen.file.unit, chosen.load_share) == (2000.0, "A", 0.75)
    assert list(chosen.others["file"])[:2] == ["recordings/c.csv", "recordings/b.csv"]
    assert "M00" not in list(chosen.others["motor_id"])


def test_a_file_that_cannot_be_read_is_passed_over(root):
    (root / "data/raw/demo/recordings/c.csv").write_text("no,recording\n")
    assert choose_recording(root).name == "recordings/b.csv"


def test_without_a_fleet_a_sentence_says_how_to_make_it(tmp_path):
    with pytest.raises(StageError, match="holds no readable recording; make it by `dvc repro simulate`, or name"):
        choose_recording(tmp_path)


def test_a_file_of_a_data_set_brings_its_rate_its_motor_and_its_load(root):
    chosen = choose_recording(root, "data/raw/demo/recordings/a.csv")
    assert (chosen.motor.motor_id, chosen.file.fs, chosen.load_share) == ("M1", 1000.0, 0.4)
    assert chosen.motor.rated_rpm == 1450.0


def test_what_is_typed_in_counts_and_fills_the_nameplate(root):
    chosen = choose_recording(root, "data/raw/demo/recordings/a.csv", load_pct=55.0, rotor_bars=28, bearing=6206)
    assert (chosen.load_share, chosen.motor.rotor_bars, chosen.motor.bearing) == (0.55, 28, "6206")
    assert chosen.motor.rated_rpm == 1450.0


def test_an_unknown_load_stays_unknown(root):
    assert choose_recording(root, "data/raw/demo/recordings/d.csv").load_share is None


def test_any_other_file_takes_a_nameplate_that_is_typed_in(root):
    _write(root / "own.csv", "x,y,z")
    chosen = choose_recording(
        root, "own.csv", fs_hz=500, phase_columns="3,2,1", line_hz=60, pole_pairs=2, unit="counts"
    )
    assert (chosen.name, chosen.file.fs, chosen.file.unit, chosen.motor.line_hz) == ("own.csv", 500.0, "counts", 60.0)
    assert chosen.file.columns == ("z", "y", "x")
    assert (chosen.load_share, chosen.condition, len(chosen.others)) == (None, "", 0)


def test_any_other_file_takes_a_motor_of_a_register(root):
    _write(root / "own.csv")
    chosen = choose_recording(root, "own.csv", fs_hz=500.0, motor="data/raw/demo/motors.yaml:M2")
    assert chosen.motor.motor_id == "M2"


def test_a_file_without_a_nameplate_is_refused(root):
    _write(root / "own.csv")
    with pytest.raises(NameplateError, match=r"--pole-pairs .* must be known"):
        choose_recording(root, "own.csv", fs_hz=500.0)


def test_a_named_file_that_cannot_be_read_is_refused(root):
    (root / "own.csv").write_text("no,recording\n")
    with pytest.raises(UnreadableRecording, match=r"own\.csv"):
        choose_recording(root, "own.csv", fs_hz=500.0, line_hz=50.0, pole_pairs=1)
