"""What a tag means: names that plants use, and every choice that is left to the user."""

import pytest

from diagmod.io.refusals import UnreadableRecording
from diagmod.io.tag_names import meanings
from diagmod.io.tag_rules import Meaning, Tag, TagRules

MOTORS = ["M1", "M1_2", "M10", "Pump A"]


def meant(names, **rules):
    """Motor, quantity and unit by tag; the notes."""
    notes = []
    tags = [name if isinstance(name, Tag) else Tag(name) for name in names]
    found = meanings(tags, TagRules(**{"motors": ["M1"], **rules}), "x.csv", notes)
    return {tags[k].label: m for k, m in found.items()}, notes


@pytest.mark.parametrize(
    ("name", "motor", "quantity"),
    [
        ("M1_I_R", "M1", "rms_R"),
        ("HALL3.M10.I_S.PV", "M10", "rms_S"),
        ("M1_2 Phase C current", "M1_2", "rms_T"),
        ("IL2 (M1)", "M1", "rms_S"),
        ("I_R M1", "M1", "rms_R"),
        ("pump a/rms_T", "Pump A", "rms_T"),
        ("m10.rms_L1", "M10", "rms_R"),
        ("M1.Temperature", "M1", "temperature"),
        ("M1:load_pct", "M1", "load_pct"),
    ],
)
def test_motor_and_phase_are_told_by_the_name(name, motor, quantity):
    found, _ = meant([name], motors=MOTORS)
    assert [(m.motor_id, m.quantity) for m in found.values()] == [(motor, quantity)]


@pytest.mark.parametrize("names", ["RST", "ABC", "UVW", ("L1", "L2", "L3"), ("rms_R", "rms_S", "rms_T")])
def test_a_whole_set_of_phases_is_in_order(names):
    found, _ = meant(names)
    assert [m.quantity for m in found.values()] == ["rms_R", "rms_S", "rms_T"]


def test_a_letter_alone_is_no_phase():
    with pytest.raises(UnreadableRecording, match=r"no tag of x.csv says its phase .*\(T\); say what it is by --map"):
        meant(["T"])


def test_a_column_of_phases_makes_letters_and_numbers_phases():
    found, _ = meant([Tag("2", "M1", is_phase=True), Tag("t", "M10", is_phase=True)], motors=MOTORS)
    assert {tag: m.quantity for tag, m in found.items()} == {"M1 2": "rms_S", "M10 t": "rms_T"}
    with pytest.raises(UnreadableRecording, match="names phases in several ways"):
        meant([Tag("2", is_phase=True), Tag("t", is_phase=True)])


def test_a_declared_quantity_goes_to_tags_that_say_no_phase():
    found, _ = meant(["T", "I_R"], quantity="temperature")
    assert {tag: m.quantity for tag, m in found.items()} == {"T": "temperature", "I_R": "rms_R"}


def test_tags_without_a_phase_are_left_out_and_said():
    found, notes = meant(["I_R", "speed", "torque"])
    assert list(found) == ["I_R"]
    assert "speed, torque says no phase and was left out" in notes


@pytest.mark.parametrize(
    ("names", "rules", "sentence"),
    [
        (["I_R", "I_A"], {}, "names phases in several ways .*; choose R, S, T by --phases"),
        (["I_R", "current R"], {}, r"2 tags for rms_R of M1 \(I_R, current R\); choose one by --phases or --map"),
        (["I_R"], {"motors": MOTORS}, "I_R of x.csv names no motor; pass --motor, one of M1, M10, M1_2, Pump A"),
        (["M1 M10 I_R"], {"motors": MOTORS}, "names M1, M10; say whose it is by --map"),
        (["speed"], {}, r"no tag of x.csv says its phase or is of the motor asked for \(speed\)"),
        ([], {}, "no tag of x.csv says its phase"),
        (["M10_I_R"], {"motors": MOTORS, "motor_id": "M1"}, "or is of the motor asked for"),
        (["I_R"], {"motor_id": "M7"}, r"motor 'M7' is not in motors.yaml \(it has M1\); add its nameplate"),
        (["I_R"], {"mapping": {"x": ("M7", "rms_R")}}, "motor 'M7' is not in motors.yaml"),
        (["I_R"], {"mapping": {"x": ("M1", "rms_R")}}, "x.csv has no tag 'x', asked for by --map; it has I_R"),
        (["I_R"], {"phases": ("I_R", "I_S")}, "x.csv has no tag 'I_S', asked for by --phases"),
        (["I_R"], {"phases": ("-",)}, "--phases must name one to three different tags in the order R,S,T"),
        (["I_R"], {"phases": ("I_R", "I_R")}, "--phases must name one to three different tags"),
        (["A", "B"], {"quantity": "temperature", "motor_id": "M1"}, "2 tags for temperature of M1"),
        (["v"], {"quantity": "a b"}, "quantity 'a b' must be a word of letters, digits and underscores"),
        (["v"], {"quantity": "rms_R_max"}, "ends neither in _min, _max nor _samples"),
        (["I_R [V]"], {}, "is in V, which is no unit of current; choose other tags"),
        (["I_R [counts]"], {}, "is in counts, but the currents of the data set are in A; pass --unit A"),
        (["I_R [mA]"], {"current_unit": "counts"}, "is in mA, but the currents of the data set are in counts"),
    ],
)
def test_a_choice_is_refused_with_the_choices(names, rules, sentence):
    with pytest.raises(UnreadableRecording, match=sentence):
        meant(names, **rules)


def test_declared_phases_and_declared_tags_take_nothing_else():
    found, notes = meant(["one", "two", "I_R"], phases=("two", "-", "one"))
    assert {tag: m.quantity for tag, m in found.items()} == {"one": "rms_T", "two": "rms_R"}
    assert notes[0] == "I_R is not asked for and was left out"
    found, _ = meant(["one", "TWO"], motors=MOTORS, mapping={"two": ("M10", "load_pct")})
    assert found == {"TWO": Meaning("M10", "load_pct", "")}


def test_with_a_motor_asked_for_the_tags_of_others_are_left_out():
    found, notes = meant(["M1_I_R", "M10_I_R", "I_S"], motors=MOTORS, motor_id="M1")
    assert {tag: m.motor_id for tag, m in found.items()} == {"M1_I_R": "M1", "I_S": "M1"}
    assert "M10_I_R" in notes[0]


@pytest.mark.parametrize(
    ("tag", "rules", "unit", "factor"),
    [
        (Tag("I_R [mA]"), {}, "A", 1e-3),
        (Tag("I_R", unit="kA"), {}, "A", 1e3),
        (Tag("I_R [A]"), {"units": {"": "mA"}}, "A", 1e-3),
        (Tag("I_R [A]"), {"units": {"rms_R": "kA", "": "mA"}}, "A", 1e3),
        (Tag("I_R"), {}, "A", 1.0),
        (Tag("I_R"), {"current_unit": "counts"}, "counts", 1.0),
        (Tag("I_R [A]"), {"current_unit": "counts", "units": {"": "counts"}}, "counts", 1.0),
        (Tag("temperature [°C]"), {}, "°C", 1.0),
        (Tag("temperature"), {"units": {"": "°F"}}, "°F", 1.0),
    ],
)
def test_units_are_converted_to_that_of_the_data_set_and_a_declared_one_wins(tag, rules, unit, factor):
    found, _ = meant([tag], **rules)
    assert [(m.unit, m.factor) for m in found.values()] == [(unit, pytest.approx(factor, rel=1e-15))]


def test_the_unit_of_currents_is_not_that_of_a_temperature_beside_them():
    found, _ = meant(["I_R", "temperature"], units={"": "mA"})
    assert [m.unit for m in found.values()] == ["A", ""]


def test_a_current_without_a_unit_is_said_to_be_taken_as_in_the_data_set():
    assert "I_R: no unit is stated, A was taken as in the data set" in meant(["I_R"])[1]
    assert meant(["I_R [A]"])[1] == []
