"""An examination gives the signals behind a diagnosis, or says why it has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_currents import AMPLITUDE_A, FS_HZ, LINE_HZ, MOTOR, SLIP, handmade_currents

from diagmod.core.diagnosis import diagnose
from diagmod.core.examination import examine
from diagmod.core.verdicts import Reason, SlipEstimate


def _look(currents, motor=MOTOR, **settings):
    return examine(currents, FS_HZ, motor, diagnose(currents, FS_HZ, motor), **settings)


@pytest.fixture(scope="module")
def look():
    return _look(handmade_currents())


def test_the_space_vector_has_its_carrier_and_its_negative_sequence(look):
    park = look.park_vector()
    assert park.positive == pytest.approx(AMPLITUDE_A, rel=1e-3)
    assert abs(park.ratio) == pytest.approx(0.02, abs=2e-4)
    assert np.degrees(np.angle(park.ratio)) == pytest.approx(30.0, abs=1.0)


def test_sidebands_show_the_line_at_twice_the_slip_on_both_sides(look):
    sides = look.sidebands()
    at = int(np.argmin(np.abs(sides.offset_hz - 2 * SLIP * LINE_HZ)))
    assert (sides.lower_dbc[at], sides.upper_dbc[at]) == pytest.approx((-40.0, -40.0), abs=0.3)
    assert sides.lowest_hz == pytest.approx(2 / 6.0, rel=0.02)
    assert np.median(sides.floor_dbc) < -80


def test_the_park_modulus_has_a_line_at_twice_the_slip_and_at_twice_the_supply(look):
    """Two sidebands of 1 % with phases 0 and 4 rad add to |1 + exp(4i)| = 0.832 % of modulus."""
    modulus = look.modulus()
    at = [int(np.argmin(np.abs(modulus.spectrum.hz - hz))) for hz in (3.0, 100.0)]
    assert modulus.amplitude_pct[at] == pytest.approx([0.832, 2.0], abs=0.05)


def test_the_demodulated_amplitude_swings_by_twice_as_much():
    base = _look(handmade_currents(shaft_dbc=-200.0)).baseband
    assert np.ptp(base.amplitude_modulation_pct) == pytest.approx(2 * 0.832, rel=0.1)


def test_the_negative_sequence_is_followed_through_the_whole_recording(look):
    track = look.sequence()
    assert track.time_s[-1] > 5.8
    assert 100 * np.abs(track.ratio.mean()) == pytest.approx(2.0, abs=0.05)


def test_a_map_resolves_twice_the_slip(look):
    found = look.time_frequency()
    assert found.taper.half_lobe_bins * found.bin_hz < 2 * SLIP * LINE_HZ
    carrier = found.amplitude[:, np.argmin(np.abs(found.hz - LINE_HZ))]
    assert carrier == pytest.approx(AMPLITUDE_A, rel=0.25)


def test_esprit_finds_the_sidebands_in_a_piece_that_a_spectrum_cannot_resolve():
    """At a slip of 0.01 they stand 1 Hz beside the supply line, and a piece of 1.2 s resolves 1.67 Hz."""
    currents = handmade_currents(bars_dbc=-200.0, shaft_dbc=-200.0)
    t = np.arange(currents.shape[1]) / FS_HZ
    for sign in (-1, 1):
        line = 0.1 * np.exp(2j * np.pi * (LINE_HZ + sign) * t)
        currents += np.stack([(line * np.exp(-2j * np.pi * k / 3)).real for k in range(3)])
    piece = _look(currents, slip=0.01).short_piece()
    assert piece.resolved_hz > 1.5
    found = piece.lines.hz[np.abs(np.abs(piece.lines.hz) - 1.0) < 0.15]
    assert sorted(np.sign(found)) == [-1, 1]


def test_lines_are_drawn_at_the_slip_that_was_given(look):
    assert look.slip.value == pytest.approx(SLIP, abs=2e-4)
    given = _look(handmade_currents(), slip=0.02)
    assert (given.slip.value, given.slip_source) == (0.02, "as given")
    names = {r.name: r for r in given.lines}
    assert names["f(1-2s)"].evidence.hz == pytest.approx(48.0, abs=0.2)


def test_a_slip_that_no_witness_gives_is_what_the_nameplate_allows():
    silent = _look(handmade_currents(bars_dbc=-200.0, shaft_dbc=-200.0))
    assert silent.slip_source.startswith("not measured; rated slip 0.0300")
    assert silent.slip.low < SLIP < silent.slip.high


def test_without_nameplate_speed_or_witness_no_line_is_drawn():
    currents = handmade_currents()
    diagnosis = diagnose(currents, FS_HZ, MOTOR)
    unknown = replace(diagnosis, slip=SlipEstimate("combined", None, "they disagree"), slip_estimates=())
    look = examine(currents, FS_HZ, MOTOR, unknown)
    assert look.slip is None
    assert look.slip_source == "unknown: they disagree"
    assert look.lines == () and look.marks(50.0) == ()


@pytest.mark.parametrize("slip", [0.0, 1.0, -0.1])
def test_a_slip_outside_zero_to_one_is_refused(look, slip):
    with pytest.raises(ValueError, match=r"slip must be between 0 and 1, got .*; 0.02 is two percent"):
        examine(handmade_currents(), FS_HZ, MOTOR, look.diagnosis, slip=slip)


def test_one_phase_has_sidebands_but_no_space_vector():
    currents = handmade_currents()
    currents[1:] = np.nan
    look = _look(currents)
    assert {part.code for part in (look.park_vector(), look.modulus(), look.sequence())} == {"single_phase"}
    assert look.sidebands().lower_dbc.max() > -45
    assert not isinstance(look.baseband, Reason)
    assert look.time_frequency().hz[0] == 0.0


@pytest.mark.parametrize("kind", ["noise", "silence"])
def test_without_a_supply_line_every_part_says_so(kind):
    currents = np.zeros((3, 8000))
    if kind == "noise":
        currents = np.random.default_rng(0).normal(size=currents.shape)
    look = _look(currents)
    parts = [look.park_vector(), look.sidebands(), look.modulus(), look.baseband, look.sequence(), look.short_piece()]
    assert all(isinstance(part, Reason) and part.text for part in (*parts, look.spectrum, look.modulation))
    assert look.lines == () and np.isnan(look.carrier_amplitude)


def test_a_recording_too_short_for_a_part_says_so():
    look = _look(handmade_currents(duration_s=0.3))
    assert isinstance(look.baseband, Reason)
    assert "needs a record of at least" in look.baseband.text
    assert isinstance(look.short_piece(), Reason)


def test_times_are_those_of_the_recording_although_a_gap_was_cut_off():
    """A gap at 1.5 to 2 s: the rest of 4 s is used, and its parts lie there."""
    currents = handmade_currents()
    currents[:, 3000:4000] = np.nan
    look = _look(currents)
    assert look.stretch_s == pytest.approx((2.0, 6.0), abs=0.01)
    assert look.sequence().time_s[0] > 2.0
    assert look.time_frequency().time_s[0] > 2.0
    assert look.short_piece().begin_s > 3.0


def test_the_stretch_is_the_one_in_which_the_negative_sequence_does_not_switch():
    currents = handmade_currents(i2_pct=0.0)
    currents[:, :4000] = handmade_currents(i2_pct=25.0)[:, :4000]
    look = _look(currents)
    assert look.sequence().found.is_switched
    begin_s, end_s = look.stretch_s
    assert begin_s == pytest.approx(2.1, abs=0.2) and end_s == pytest.approx(6.0, abs=0.2)
