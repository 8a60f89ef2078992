"""A fault grows in its physical size, and the current shows it as much as this machine lets it."""

from dataclasses import replace

import numpy as np
import pytest
from line_fit import levels_dbc
from reference_machine import MACHINE

from diagmod.core.bearings import find_bearing
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.faults import FAULTS, FULL_BARS, FULL_ECCENTRICITY_DBC, Ailment, draw_ailment, gap_of_level
from diagmod.sim.population import BAR_COUNTS, BEARINGS, sample_machine

SPECIMENS = [sample_machine(np.random.default_rng([9, k]), f"M{k}") for k in range(5)]


def ailment_of(condition, specimen=SPECIMENS[3]):
    return draw_ailment(condition, specimen, np.random.default_rng(4))


def level_dbc(ailment, specimen, severity, load_share=1.0):
    """Strongest line of the fault in a recording without noise."""
    healthy = Experiment(machine=specimen.machine, load_share=load_share, imperfections=specimen.imperfections)
    run = simulate([ailment.added_to(healthy, severity)], 2000, 4.0)[0]
    line_hz, rotor_hz = run.truth.line_hz, run.truth.rotor_hz
    tone_hz = ailment.shaft_order * rotor_hz
    lines_hz = {
        "broken_bar": [line_hz * (1 - 2 * run.truth.slip), line_hz * (1 + 2 * run.truth.slip)],
        "eccentricity": [line_hz - rotor_hz, line_hz + rotor_hz],
        "stator_short": [-line_hz],
        "bearing_outer": [line_hz - tone_hz, line_hz + tone_hz],
    }[ailment.condition]
    return levels_dbc(run.currents, 2000, line_hz, *lines_hz).max()


@pytest.mark.parametrize("condition", FAULTS)
def test_a_fault_of_no_severity_leaves_the_experiment_as_it_is(condition):
    experiment = Experiment(machine=SPECIMENS[3].machine)
    assert ailment_of(condition).added_to(experiment, 0.0) == experiment
    assert Ailment().added_to(experiment, 0.7) == experiment


def test_each_fault_enters_the_experiment_in_its_own_size():
    """Half developed: 1.5 bars, 5 % of the turns, 0.5 % of rated torque, half the gap share."""
    experiment = Experiment(machine=SPECIMENS[3].machine)
    half = {condition: ailment_of(condition).added_to(experiment, 0.5) for condition in FAULTS}
    assert half["broken_bar"] == replace(experiment, broken_bars=1.5)
    assert half["eccentricity"].static_gap == half["eccentricity"].dynamic_gap > 0
    assert half["stator_short"].short_share == pytest.approx(0.05)
    assert half["bearing_outer"].bearing.torque_share == pytest.approx(0.005)


@pytest.mark.parametrize("condition", FAULTS)
def test_a_fault_grows_in_proportion_to_its_severity_and_so_does_what_the_current_shows(condition):
    ailment = ailment_of(condition)
    sizes = [ailment.size_at(severity) for severity in (0.25, 0.5, 1.0)]
    assert sizes == pytest.approx(np.array([0.25, 0.5, 1.0]) * ailment.full_size)
    levels = [level_dbc(ailment, SPECIMENS[3], severity) for severity in (0.25, 0.5, 1.0)]
    assert (np.diff(levels) > 5).all()


def test_three_broken_bars_are_less_than_a_sixth_of_every_cage():
    assert min(min(counts) for counts in BAR_COUNTS.values()) / 6 > FULL_BARS


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda s: s.motor.motor_id)
def test_a_developed_eccentricity_is_at_minus_35_dbc_whatever_the_machine(specimen):
    level = level_dbc(ailment_of("eccentricity", specimen), specimen, 1.0)
    assert level == pytest.approx(FULL_ECCENTRICITY_DBC, abs=1.5)


def test_no_level_makes_the_rotor_touch_and_one_below_nature_needs_nothing():
    natural = SPECIMENS[0].imperfections
    most = gap_of_level(SPECIMENS[0], 20.0)
    assert 2 * most + natural.static_gap + natural.dynamic_gap == pytest.approx(0.9)
    assert gap_of_level(SPECIMENS[0], -90.0) == 0.0


def test_a_tenth_of_the_turns_shorted_makes_seven_to_nine_percent_negative_sequence():
    for specimen in SPECIMENS:
        assert -23.1 < level_dbc(ailment_of("stator_short", specimen), specimen, 1.0) < -20.9


def test_a_developed_bearing_is_weak_in_every_machine():
    """The floor of a 6 s record at 5 kHz with noise at -70 dB is about -110 dBc."""
    levels = [level_dbc(ailment_of("bearing_outer", specimen), specimen, 1.0) for specimen in SPECIMENS]
    assert max(levels) < -65
    assert np.median(levels) > -105


def test_the_outer_race_is_rolled_over_as_often_as_the_designation_allows():
    orders = {draw_ailment("bearing_outer", SPECIMENS[0], np.random.default_rng(k)).shaft_order for k in range(20)}
    tone = find_bearing(SPECIMENS[0].motor.bearing).tones().bpfo
    assert tone.low <= min(orders) < tone.order < max(orders) <= tone.high


def test_every_bearing_of_the_population_is_in_the_table():
    assert all(find_bearing(name) for _, name in BEARINGS)


def test_a_short_is_in_any_of_the_three_phases():
    drawn = {draw_ailment("stator_short", SPECIMENS[0], np.random.default_rng(k)).phase for k in range(20)}
    assert drawn == {"R", "S", "T"}


def test_an_unknown_condition_or_bearing_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"condition must be healthy, broken_bar, .*, got 'loose_belt'"):
        ailment_of("loose_belt")
    nameless = replace(SPECIMENS[0], machine=MACHINE, motor=MACHINE.nameplate("M1"))
    with pytest.raises(ValueError, match=r"bearing must be one of core\.bearings, got None"):
        draw_ailment("bearing_outer", nameless, np.random.default_rng(0))
