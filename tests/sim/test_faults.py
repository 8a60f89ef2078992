"""Fault lines at frequencies computed by hand for one motor at one operating point."""

import numpy as np
import pytest

from diagmod.sim.faults import (
    FAULTS,
    ONSET_DBC,
    OperatingPoint,
    bearing_outer,
    broken_bar,
    eccentricity,
    level_of_severity,
    stator_short,
)

#: 50 Hz, 3 % slip, two pole pairs: the shaft turns at 50 x 0.97 / 2 = 24.25 Hz.
POINT = OperatingPoint(line_hz=50.0, slip=0.03, pole_pairs=2, rotor_bars=28)


def levels(picture):
    """Frequency in Hz to level in dBc."""
    return {round(line.hz, 6): line.level_dbc for line in picture.lines}


def test_shaft_of_a_four_pole_motor_at_three_percent_slip_turns_at_24_25_hz():
    assert POINT.rotor_hz == pytest.approx(24.25)


def test_sidebands_of_three_percent_slip_are_at_47_and_53_hz_and_the_second_pair_12_db_lower():
    assert levels(broken_bar(POINT, -40.0)) == {47.0: -40.0, 53.0: -40.0, 44.0: -52.0, 56.0: -52.0}


def test_eccentricity_is_one_and_two_shaft_frequencies_beside_the_supply():
    """50 -+ 24.25 and 50 -+ 48.5."""
    assert levels(eccentricity(POINT, -40.0)) == {25.75: -40.0, 74.25: -40.0, 1.5: -50.0, 98.5: -50.0}


def test_outer_race_of_nine_balls_passes_at_87_3_hz():
    """BPFO 0.4 x 9 x 24.25 = 87.3: 50 -+ 87.3 and 50 -+ 174.6."""
    assert levels(bearing_outer(POINT, -40.0)) == {-37.3: -40.0, 137.3: -40.0, -124.6: -46.0, 224.6: -46.0}


def test_inter_turn_short_of_minus_20_dbc_is_ten_percent_negative_sequence_and_half_of_it_third_harmonic():
    picture = stator_short(POINT, -20.0)
    assert picture.lines == ()
    assert np.abs(picture.i2_over_i1) == pytest.approx(0.1)
    assert np.degrees(np.angle(picture.i2_over_i1)) == pytest.approx(70)
    assert picture.h3_pct == pytest.approx(5.0)


@pytest.mark.parametrize("condition", FAULTS)
def test_fault_develops_in_decibels_from_onset_to_full(condition):
    full = FAULTS[condition][1]
    found = [level_of_severity(condition, severity) for severity in (0.0, 0.5, 1.0)]
    assert found == pytest.approx([ONSET_DBC, (ONSET_DBC + full) / 2, full])


@pytest.mark.parametrize("condition", FAULTS)
def test_fault_never_adds_more_than_its_stated_level(condition):
    picture = FAULTS[condition][0](POINT, -30.0)
    strongest = max([line.level_dbc for line in picture.lines] or [20 * np.log10(np.abs(picture.i2_over_i1))])
    assert strongest == pytest.approx(-30.0)
