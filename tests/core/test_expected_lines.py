"""Every expected line is read at its place, and what cannot be told apart is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_currents import FS_HZ, LINE_HZ, MOTOR, SLIP, handmade_currents

from diagmod.core.bearings import find_bearing
from diagmod.core.carrier import track_carrier
from diagmod.core.expected_lines import Standing, expected_lines, is_vague, offset_marks, read_lines
from diagmod.core.modulation import ModulationSpectrum
from diagmod.core.symmetrical import space_vector
from diagmod.core.verdicts import Evidence, Interval
from diagmod.core.wideband import wideband_spectrum

KNOWN = Interval(SLIP, SLIP - 1e-4, SLIP + 1e-4)
TONES = find_bearing("6206").tones()


def _read(slip=KNOWN, duration_s=6.0, found=None, motor=MOTOR, **kinds):
    vector = space_vector(handmade_currents(duration_s=duration_s, **kinds))
    carrier = track_carrier(vector, FS_HZ, LINE_HZ)
    lines = expected_lines(LINE_HZ, motor, TONES if motor.bearing else None)
    readings = read_lines(lines, slip, carrier, ModulationSpectrum(carrier), wideband_spectrum(vector, FS_HZ), found)
    return {f"{r.fault} {r.name}": r for r in readings}


def test_sidebands_of_three_percent_slip_are_read_at_47_and_53_hz():
    readings = _read()
    lower, upper = readings["broken_bar f(1-2s)"], readings["broken_bar f(1+2s)"]
    assert (lower.hz, upper.hz) == (pytest.approx(47.0, abs=0.05), pytest.approx(53.0, abs=0.05))
    assert lower.evidence.level == pytest.approx(-40.0, abs=0.3)
    assert lower.standing == upper.standing == Standing.STANDS_OUT
    assert readings["broken_bar f(1-4s)"].standing == Standing.ABSENT


def test_without_a_fault_no_line_stands_out_over_many_seeds():
    for seed in range(8):
        readings = _read(bars_dbc=-200.0, shaft_dbc=-200.0, seed=seed)
        assert not [key for key, r in readings.items() if r.standing in (Standing.STANDS_OUT, Standing.COINCIDES)]


def test_the_first_line_of_a_short_is_said_to_be_that_of_the_shaft():
    """f[1(1-s)/p + 1] = 50 + 24.25 Hz is f + fr."""
    readings = _read()
    short, shaft = readings["stator_short f[1(1-s)/p+1]"], readings["eccentricity f+fr"]
    assert short.standing == shaft.standing == Standing.COINCIDES
    assert short.coincides_with == ("eccentricity f+fr",)
    assert short.hz == pytest.approx(74.25, abs=0.1)


def test_sidebands_nearer_than_the_resolution_are_not_read():
    """In 1 s a Hann taper resolves 2 Hz and more; at a slip of 0.01 the sidebands stand 1 Hz beside the supply line."""
    reading = _read(Interval(0.01, 0.01, 0.01), duration_s=1.0)["broken_bar f(1-2s)"]
    assert reading.standing == Standing.UNRESOLVED
    assert np.isnan(reading.evidence.level)
    assert "this length resolves" in reading.evidence.note


def test_a_line_beside_a_supply_harmonic_is_not_told_from_it():
    """At zero slip every line of the cage falls on a harmonic of the supply."""
    motor = replace(MOTOR, rotor_bars=None, bearing=None)
    reading = _read(Interval(1e-5, 1e-5, 1e-5), motor=motor)["broken_bar f[5(1-s)-s]"]
    assert reading.standing == Standing.UNRESOLVED
    assert reading.evidence.note == "cannot be told from harmonic 5 of the supply"


@pytest.mark.parametrize("slip", [Interval(float("nan"), 0.0, 0.05), Interval(0.03, 0.02, 0.04)], ids=["nan", "wide"])
def test_a_slip_that_is_not_known_closely_gives_ranges_and_no_levels(slip):
    assert is_vague(slip)
    readings = _read(slip)
    assert all(r.evidence is None and r.standing == Standing.RANGE for r in readings.values())
    bar = readings["broken_bar f(1-2s)"]
    assert (bar.low_hz, bar.high_hz) == pytest.approx((50 - 100 * slip.high, 50 - 100 * slip.low))


def test_a_bearing_line_is_taken_where_the_rule_has_found_it():
    evidence = Evidence("f+BPFO", 137.4, -60.0, -90.0, 30.0, is_present=True)
    readings = _read(found={"bearing_outer": (evidence,)})
    assert readings["bearing_outer f+BPFO"].evidence is evidence
    assert readings["bearing_outer f+BPFO"].hz == 137.4
    assert readings["bearing_inner f+BPFI"].evidence is None


def test_lines_need_what_the_nameplate_states():
    faults = {line.fault for line in expected_lines(50.0, replace(MOTOR, rotor_bars=None), None)}
    assert faults == {"broken_bar", "eccentricity", "stator_short"}
    assert "slot_harmonics" in {line.fault for line in expected_lines(50.0, MOTOR, None)}


def test_marks_of_a_bearing_cover_the_spread_of_its_geometry():
    """A 6206 rolls over the outer race about 3.6 times a turn of 24.25 Hz; makers and sliding spread it."""
    mark = next(m for m in offset_marks(50.0, MOTOR, KNOWN, TONES, 100.0) if m.name == "BPFO")
    assert mark.hz == pytest.approx(TONES.bpfo.order * 24.25)
    assert mark.low_hz < 0.99 * mark.hz and mark.high_hz > 1.01 * mark.hz


def test_marks_beyond_the_reach_are_left_out():
    assert [m.name for m in offset_marks(50.0, MOTOR, KNOWN, None, 10.0)] == ["2sf", "4sf"]
