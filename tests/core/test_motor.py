"""A nameplate speaks for itself, and is refused where it contradicts itself."""

import numpy as np
import pytest

from diagmod.core.motor import MAX_RATED_SLIP, Motor
from diagmod.sim.population import POWERS_KW, solve_circuit


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


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"rated_rpm": 1455.0, "pole_pairs": 4}, "1455 rpm would fit 2 pole pairs at 50 Hz$"),
        ({"rated_rpm": 1755.0}, "1755 rpm would fit 2 pole pairs at 60 Hz$"),
        ({"rated_rpm": 2890.0}, "2890 rpm would fit 1 pole pair at 50 Hz$"),
        ({"rated_rpm": 45.0}, "wrong on the nameplate$"),
        ({"rated_rpm": 0.97}, "wrong on the nameplate$"),
    ],
)
def test_the_usual_mistake_behind_a_contradicted_speed_is_named(changes, hint):
    """Poles given for pole pairs, the other mains frequency; a slip or a slip speed given as the speed fits nothing."""
    with pytest.raises(ValueError, match=hint):
        Motor(**nameplate(**changes))


#: Plates as catalogues have them: kW, V, A, pole pairs; from fractional motors of poor power factor to large ones.
PLATES = [
    (0.06, 400.0, 0.36, 4),
    (0.09, 400.0, 0.38, 2),
    (0.18, 230.0, 1.2, 3),
    (0.55, 400.0, 2.2, 6),
    (0.75, 400.0, 2.4, 4),
    (1.1, 230.0, 4.4, 1),
    (2.2, 400.0, 4.8, 2),
    (75.0, 400.0, 131.0, 2),
    (1000.0, 6000.0, 114.0, 2),
]


@pytest.mark.parametrize(("kw", "volt", "ampere", "pole_pairs"), PLATES)
def test_plates_as_catalogues_have_them_are_accepted_and_a_thousandfold_is_not(kw, volt, ampere, pole_pairs):
    """W for kW, and mA for A."""
    plate = {"motor_id": "M1", "line_hz": 50.0, "pole_pairs": pole_pairs, "rated_voltage_v": volt}
    assert Motor(**plate, rated_power_kw=kw, rated_current_a=ampere).rated_power_kw == kw
    for watt, milliampere in ((1000, 1), (1, 1000)):
        with pytest.raises(ValueError, match=r"contradicts rated_voltage_v .* and rated_current_a|must be 0.001 to 1"):
            Motor(**plate, rated_power_kw=watt * kw, rated_current_a=milliampere * ampere)


def test_power_that_contradicts_voltage_and_current_is_refused_with_all_three():
    """sqrt(3) x 230 V x 4.8 A = 1.91 kVA cannot make 2.2 kW: the current is that of 400 V in star."""
    with pytest.raises(
        ValueError,
        match=r"rated_power_kw 2.2 contradicts rated_voltage_v 230 and rated_current_a 4.8 \(together 1.91 kVA; "
        r"efficiency times power factor would be 1.2, possible is 0.2 to 1\); check their units and the connection",
    ):
        Motor(**nameplate(rated_power_kw=2.2, rated_voltage_v=230.0, rated_current_a=4.8))


@pytest.mark.parametrize(("kw", "is_possible"), [(0.67, True), (0.65, False), (3.32, True), (3.33, False)])
def test_efficiency_times_power_factor_lies_between_a_fifth_and_one(kw, is_possible):
    """400 V and 4.8 A are 3.325 kVA; a fifth of it is 0.665 kW."""
    plate = nameplate(rated_power_kw=kw, rated_voltage_v=400.0, rated_current_a=4.8)
    if is_possible:
        Motor(**plate)
        return
    with pytest.raises(ValueError, match="rated_power_kw"):
        Motor(**plate)


@pytest.mark.parametrize("unknown", ["rated_power_kw", "rated_voltage_v", "rated_current_a"])
def test_a_power_that_cannot_be_checked_is_accepted(unknown):
    plate = {"rated_power_kw": 2200.0, "rated_voltage_v": 230.0, "rated_current_a": 4.8, unknown: None}
    assert getattr(Motor(**nameplate(**plate)), unknown) is None


def test_a_cage_has_more_bars_than_the_motor_has_poles():
    Motor(**nameplate(rotor_bars=7, pole_pairs=3, rated_rpm=950.0))
    with pytest.raises(ValueError, match=r"rotor_bars 6 contradicts 3 pole pairs; a cage has more bars .* poles \(6\)"):
        Motor(**nameplate(rotor_bars=6, pole_pairs=3, rated_rpm=950.0))


def test_a_bearing_that_no_table_knows_is_no_mistake():
    assert Motor(**nameplate(bearing="NU 2316 ECP")).bearing == "NU 2316 ECP"


def test_every_motor_of_a_sampled_population_has_a_consistent_nameplate():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        pole_pairs = int(rng.integers(1, 5))
        power_kw = float(rng.choice(POWERS_KW))
        machine = solve_circuit(
            pole_pairs=pole_pairs, rotor_bars=28, power_kw=power_kw, line_hz=50.0, voltage_v=400.0,
            slip=float(rng.uniform(0.011, 0.059)), magnetising_share=float(rng.uniform(0.31, 0.59)),
            breakdown_share=float(rng.uniform(2.0, 3.5)), resistance_ratio=1.0, leakage_ratio=1.0, inertia_kgm2=0.1,
        )  # fmt: skip
        assert machine.nameplate("M1").rated_power_kw == pytest.approx(power_kw, rel=0.01)


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
