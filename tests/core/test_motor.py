"""A nameplate speaks for itself, and is refused where it contradicts itself."""

import pytest

from diagmod.core.motor import MAX_RATED_SLIP, Motor


def nameplate(**changes):
    """Entry of a complete four-pole motor, with some values replaced."""
    entry = {
        "motor_id": "M1",
        "line_hz": 50.0,
        "pole_pairs": 2,
        "rated_rpm": 1455.0,
        "rotor_bars": 36,
        "bearing": "6208",
    }
    return entry | changes


def test_two_pole_pairs_at_50_hz_turn_synchronously_at_1500_rpm():
    assert Motor(**nameplate()).sync_rpm == 1500.0


def test_1455_of_1500_rpm_is_a_rated_slip_of_three_percent():
    assert Motor(**nameplate()).rated_slip == pytest.approx(0.03, abs=1e-12)


def test_unknown_rated_speed_gives_no_slip():
    assert Motor(**nameplate(rated_rpm=None)).rated_slip is None


@pytest.mark.parametrize("rpm", [1500.0, 1600.0, 1274.0, float("nan")])
def test_speed_that_contradicts_the_pole_pairs_is_refused(rpm):
    """1500 rpm is synchronous, 1274 rpm is 15.07 % slip: neither can be the rating of an induction motor."""
    with pytest.raises(ValueError, match=r"contradicts 2 pole pairs at 50 Hz.*check which of the two is wrong"):
        Motor(**nameplate(rated_rpm=rpm))


def test_largest_rated_slip_is_fifteen_percent():
    assert MAX_RATED_SLIP == 0.15
    assert Motor(**nameplate(rated_rpm=1276.0)).rated_slip == pytest.approx(224 / 1500, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"motor_id": ""}, "motor_id must not be empty; give every motor a name of its own"),
        ({"line_hz": 5.0}, "motor M1: line_hz must be 10 to 400 Hz, got 5.0"),
        ({"line_hz": float("nan")}, "line_hz must be 10 to 400 Hz, got nan"),
        ({"pole_pairs": 0}, r"pole_pairs must be 1 to 24 pole pairs \(half the number of poles\), got 0"),
        ({"pole_pairs": 1.5}, "motor M1: pole_pairs must be a whole number, got 1.5"),
        ({"rotor_bars": 5}, "rotor_bars must be 6 to 200 bars, got 5"),
        ({"rotor_bars": 28.5}, "rotor_bars must be a whole number, got 28.5"),
        ({"rated_current_a": -8.2}, "rated_current_a must be 0.001 to 100000 A, got -8.2"),
        ({"rated_voltage_v": 0.0}, "rated_voltage_v must be 0.001 to 100000 V, got 0.0"),
        ({"rated_power_kw": 1e6}, "rated_power_kw must be 0.001 to 100000 kW, got 1000000.0"),
        ({"status": "broken"}, "status must be one of in service, standby, out of service, got 'broken'"),
    ],
)
def test_value_outside_its_range_is_refused_with_the_range(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Motor(**nameplate(**changes))


def test_entry_of_motors_yaml_becomes_the_same_motor():
    assert Motor.from_mapping(nameplate()) == Motor(**nameplate())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"poles": 4}, "motor M1: unknown key 'poles'; allowed are bearing, line_hz, motor_id"),
        ({"line_hz": None}, "motor M1: line_hz is missing; take it from the nameplate"),
        ({"pole_pairs": None}, "motor M1: pole_pairs is missing; take it from the nameplate"),
        ({"rated_rpm": "1455"}, "motor M1: rated_rpm must be a number, got '1455'"),
        ({"rotor_bars": True}, "motor M1: rotor_bars must be a number, got True"),
        ({"bearing": 6208}, r"motor M1: bearing must be text \(put it in quotes\), got 6208"),
    ],
)
def test_entry_with_a_wrong_key_or_type_is_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        Motor.from_mapping(nameplate(**changes))


def test_entry_without_the_supply_frequency_is_refused():
    entry = nameplate()
    del entry["line_hz"]
    with pytest.raises(ValueError, match="motor M1: line_hz is missing"):
        Motor.from_mapping(entry)


def test_value_left_empty_in_motors_yaml_is_unknown_not_wrong():
    assert Motor.from_mapping(nameplate(rotor_bars=None, bearing=None)).rotor_bars is None
