"""The nameplate of one motor from a register, from single values, or from both."""

from __future__ import annotations

import pytest

from diagmod.io.dataset_files import DatasetError
from diagmod.io.nameplates import UNNAMED, NameplateError, choose_motor

REGISTER = """
motors:
  - {motor_id: M01, line_hz: 50, pole_pairs: 2, rotor_bars: 28}
  - {motor_id: "line 2:M", line_hz: 60, pole_pairs: 1}
"""


@pytest.fixture
def register(tmp_path, monkeypatch) -> str:
    """A register in the working directory."""
    (tmp_path / "motors.yaml").write_text(REGISTER)
    monkeypatch.chdir(tmp_path)
    return "motors.yaml"


def test_pole_pairs_and_line_frequency_are_enough():
    motor, source = choose_motor(None, {"pole_pairs": 2, "line_hz": 50.0, "rated_rpm": None})
    assert (motor.motor_id, motor.pole_pairs, motor.line_hz, motor.rated_rpm) == (UNNAMED, 2, 50.0, None)
    assert source == "options"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, r"^--pole-pairs \(half the number of poles\) and --line-hz \(rated frequency\) must be known"),
        ({"pole_pairs": 2}, r"^--line-hz \(rated frequency\) must be known; take it from the nameplate, or name"),
        ({"line_hz": 50.0}, r"^--pole-pairs \(half the number of poles\) must be known; take it from the nameplate"),
    ],
)
def test_what_is_missing_is_named_by_its_option(given, missing):
    with pytest.raises(NameplateError, match=missing):
        choose_motor(None, given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rated_rpm": 1500.0}, "^--rated-rpm 1500 contradicts 2 pole pairs at 50 Hz .synchronous 1500 rpm"),
        ({"rotor_bars": 3}, "^--rotor-bars must be 6 to 200 bars, got 3$"),
        ({"rated_current_a": float("nan")}, "^--rated-current must be 0.001 to 100000 A, got nan$"),
    ],
)
def test_an_impossible_value_is_refused_in_terms_of_its_option(given, sentence):
    with pytest.raises(NameplateError, match=sentence):
        choose_motor(None, {"pole_pairs": 2, "line_hz": 50.0, **given})


@pytest.mark.parametrize("place", ["motors.yaml", "."])
def test_a_register_gives_a_motor_by_its_id_from_a_file_or_its_folder(register, place):
    motor, source = choose_motor(f"{place}:M01", {})
    assert (motor.motor_id, motor.rotor_bars) == ("M01", 28)
    assert source == "motors.yaml:M01"


def test_the_folder_of_a_register_is_not_in_its_source(register, tmp_path):
    assert choose_motor(f"{tmp_path}/motors.yaml:M01", {})[1] == "motors.yaml:M01"


def test_a_colon_may_be_part_of_the_id(register):
    assert choose_motor("motors.yaml:line 2:M", {})[0].line_hz == 60


def test_options_fill_what_the_register_leaves_open(register):
    motor, source = choose_motor("motors.yaml:M01", {"rated_rpm": 1455.0, "rotor_bars": 28, "line_hz": 50.0})
    assert (motor.motor_id, motor.rotor_bars, motor.rated_rpm) == ("M01", 28, 1455.0)
    assert source == "motors.yaml:M01 and options"


def test_options_that_only_repeat_the_register_leave_it_the_source(register):
    assert choose_motor("motors.yaml:M01", {"rotor_bars": 28})[1] == "motors.yaml:M01"


def test_options_that_contradict_the_register_are_refused_with_both_values(register):
    with pytest.raises(NameplateError, match=r"^--rotor-bars says 32, but motors.yaml:M01 says 28; leave the option"):
        choose_motor("motors.yaml:M01", {"rotor_bars": 32})


def test_options_that_contradict_one_another_are_refused_beside_a_register_too(register):
    with pytest.raises(NameplateError, match=r"^--rated-rpm 1600 contradicts 2 pole pairs at 50 Hz"):
        choose_motor("motors.yaml:M01", {"rated_rpm": 1600.0})


def test_an_unknown_motor_is_refused_with_the_known_ones(register):
    with pytest.raises(
        NameplateError, match=r"^--motor motors.yaml:M9: no motor 'M9' in motors.yaml; it has M01, line"
    ):
        choose_motor("motors.yaml:M9", {})


def test_a_register_without_a_motor_named_says_which_it_has(register):
    with pytest.raises(NameplateError, match=r"no motor was named in motors.yaml; it has M01, line 2:M$"):
        choose_motor("motors.yaml", {})


def test_of_a_large_register_a_dozen_are_named(register, tmp_path):
    entries = "\n".join(f"  - {{motor_id: P{k}, line_hz: 50, pole_pairs: 2}}" for k in range(40))
    (tmp_path / "plant.yaml").write_text(f"motors:\n{entries}\n")
    with pytest.raises(NameplateError, match=r"P10, P11 and 28 more$"):
        choose_motor("plant.yaml:M9", {})


@pytest.mark.parametrize("reference", ["nowhere.yaml:M01", "M01", "folder/motors.yaml:M01"])
def test_a_register_that_is_not_there_is_refused_with_an_example(register, reference):
    with pytest.raises(
        NameplateError, match=r"there is no register .*; give FILE:ID, for example data/raw/demo/motors"
    ):
        choose_motor(reference, {})


def test_a_damaged_register_is_refused_by_its_own_name(register, tmp_path):
    (tmp_path / "plant.yaml").write_text("motors: 3\n")
    with pytest.raises(DatasetError, match=r"^plant.yaml must hold a list `motors` of nameplates"):
        choose_motor("plant.yaml:M01", {})
