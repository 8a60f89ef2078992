"""Slot harmonics on exact lines: which slip they tell, what a single one is worth, and what is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import PLATE, seen_with

from diagmod.core.slot_harmonics import slot_slips
from diagmod.core.verdicts import Interval
from diagmod.sim.signal import Line

#: Range of slips searched.
SEARCH = Interval(0.03, 0.005, 0.06)

#: Frequency at which the 28 bars of the plate pass at no slip, Hz: 28 x 50 / 2.
TURNS_HZ = 700.0


def slot(slip: float, orders: tuple[int, ...] = (-1, 1, 3), dbc: float = -55.0) -> list[Line]:
    """Slot harmonics 700 (1-s) + v 50 Hz."""
    return [Line(TURNS_HZ * (1 - slip) + v * 50, dbc, 0.3 * v) for v in orders]


@settings(deadline=None, derandomize=True, max_examples=12)
@given(st.floats(0.008, 0.055), st.sampled_from([4.0, 10.0]))
def test_three_slot_harmonics_tell_the_slip_within_a_bin_over_700_hz(slip, seconds):
    seen = seen_with(slot(slip), seconds=seconds)
    best = slot_slips(seen, SEARCH)[0]
    assert abs(best.slip - slip) < seen.spectrum.bin_hz / TURNS_HZ
    assert abs(best.slip - slip) < best.half_width
    assert best.n_lines >= 2


def test_a_single_strong_slot_harmonic_is_believed_and_a_single_weak_one_is_not():
    """The floor of 10 s at -75 dBc of noise is -116 dBc; -100 dBc is below the 20 dB that one line needs."""
    strong, weak = (slot_slips(seen_with(slot(0.0234, (1,), dbc)), SEARCH) for dbc in (-60, -100))
    assert strong[0].slip == pytest.approx(0.0234, abs=2e-4)
    assert strong[0].n_lines == 1
    assert weak == []


def test_two_weak_slot_harmonics_at_one_slip_are_believed_together():
    found = slot_slips(seen_with(slot(0.0234, (-1, 1), -100)), SEARCH)
    assert found[0].slip == pytest.approx(0.0234, abs=2e-4)
    assert found[0].n_lines == 2


def test_three_middling_lines_at_one_slip_outweigh_one_huge_line_at_another():
    found = slot_slips(seen_with([*slot(0.0234, dbc=-93), *slot(0.04, (1,), -30)]), SEARCH)
    assert found[0].slip == pytest.approx(0.0234, abs=2e-4)
    assert found[1].slip == pytest.approx(0.04, abs=2e-4)
    assert found[0].strength_db > found[1].strength_db


def test_a_slot_harmonic_of_negative_sequence_counts_as_well():
    lines = [Line(-(TURNS_HZ * (1 - 0.0234) - 50), -55), Line(TURNS_HZ * (1 - 0.0234) + 50, -55)]
    assert slot_slips(seen_with(lines), SEARCH)[0].slip == pytest.approx(0.0234, abs=2e-4)


@pytest.mark.parametrize("seed", range(6))
def test_noise_and_the_harmonics_of_the_supply_hold_no_slot_harmonic(seed):
    harmonics = {5: 3.0, 7: 2.0, 11: 1.0, 13: 1.0, 17: 0.5}
    assert slot_slips(seen_with(harmonics_pct=harmonics, noise_dbc=-70, seed=seed), SEARCH) == []


def test_even_harmonics_of_the_supply_on_which_slot_lines_would_fall_are_none():
    """At a slip of 1/14 the bars pass at 650 Hz: every slot line of this motor is then an even harmonic."""
    harmonics = {8: 0.5, 10: 0.5, 12: 0.5, 14: 0.5, 16: 0.5, 18: 0.5}
    assert slot_slips(seen_with(harmonics_pct=harmonics), Interval(0.07, 0.06, 0.08)) == []


def test_a_slip_that_drifts_is_read_at_its_middle():
    """Lines at slips 0.0230 to 0.0238 in steps: the centre of what stands out."""
    lines = [line for k in range(5) for line in slot(0.0230 + 0.0002 * k, dbc=-60)]
    best = slot_slips(seen_with(lines), SEARCH)[0]
    assert best.slip == pytest.approx(0.0234, abs=2e-4)
    assert best.half_width > 2e-4


def test_without_the_number_of_bars_nothing_is_searched():
    assert slot_slips(seen_with(slot(0.0234), replace(PLATE, rotor_bars=None)), SEARCH) == []


def test_slot_harmonics_beyond_the_nyquist_frequency_are_not_seen():
    """At 1 kHz nothing above 500 Hz is left, and 28 bars have no line of these orders below 433 Hz."""
    assert slot_slips(seen_with(fs=1000.0), SEARCH) == []


def test_an_empty_range_of_slips_gives_nothing():
    assert slot_slips(seen_with(slot(0.0234)), Interval(0.02, 0.02, 0.02)) == []
