"""Whose a pair of lines looks, and how many bars it stands for: by hand, and on simulated machines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import PLATE, seen_with

from diagmod.core.bar_pairs import (
    ANY_BARS,
    BAR_BEYOND,
    LOAD_BEYOND,
    bar_like,
    bars_of_pair,
    load_angle_deg,
    load_like,
    sideband_evidence,
    smallest_visible,
)
from diagmod.core.modulation import Pair, Sideband
from diagmod.core.verdicts import Interval

FULL = Interval(1.0, 1.0, 1.0)


def pair_of(lower: float, upper: float, angle_deg: float, floor: float = 1e-5) -> Pair:
    """A pair of these magnitudes whose product has this angle."""
    return Pair(
        2.0, Sideband(-2.0, lower * np.exp(1j * np.radians(angle_deg)), floor), Sideband(2.0, complex(upper), floor)
    )


@pytest.mark.parametrize(
    ("share", "angle"),
    [(1.0, 53.5), (0.4, 103.1), (0.2, 136.7), (0.1, 157.6), (0.0, 157.6)],
)
def test_a_pulsating_load_stands_at_twice_the_power_factor_angle(share, angle):
    """2 atan(0.45 / (L 0.893)); loads below a tenth count as a tenth."""
    assert load_angle_deg(Interval(share, share, share)) == pytest.approx(angle, abs=0.2)


def test_of_a_load_that_is_not_known_the_middle_counts():
    assert load_angle_deg(Interval(float("nan"), 0.0, 1.2)) == load_angle_deg(Interval(0.6, 0.5, 0.7))


@pytest.mark.parametrize(
    ("beyond", "is_bar", "is_load"),
    [(81, True, False), (170, True, False), (259, True, False), (-74, False, True), (0, False, True),
     (64, False, True), (72, False, False), (-87, False, False)],
)  # fmt: skip
@pytest.mark.parametrize("load", [0.1, 0.5, 1.0])
def test_a_bar_stands_some_180_degrees_beyond_a_load_and_between_them_nobody(load, beyond, is_bar, is_load):
    here = Interval(load, load, load)
    pair = pair_of(0.01, 0.01, load_angle_deg(here) + beyond)
    assert (bar_like(pair, here), load_like(pair, here)) == (is_bar, is_load)


@settings(deadline=None, derandomize=True)
@given(st.floats(0, 360), st.floats(0, 1.2))
def test_no_angle_is_both_a_bars_and_a_loads(angle, load):
    pair, here = pair_of(0.01, 0.01, angle), Interval(load, load, load)
    assert not (bar_like(pair, here) and load_like(pair, here))
    assert LOAD_BEYOND.high < BAR_BEYOND.low and BAR_BEYOND.high < LOAD_BEYOND.low + 360


@pytest.mark.parametrize("angle", [0, 60, 225])
def test_a_lone_lower_line_is_a_rotors_at_any_angle(angle):
    """13 dB weaker above than below: the speed does not answer."""
    lone = pair_of(0.01, 0.01 * 10 ** (-13 / 20), angle)
    assert bar_like(lone, FULL)
    assert not bar_like(pair_of(0.01 * 10 ** (-13 / 20), 0.01, 60), FULL)


def test_a_pair_that_does_not_stand_out_is_nobodys():
    assert not load_like(pair_of(3e-5, 3e-5, 60), FULL)
    assert not bar_like(pair_of(3e-5, 3e-5, 225), FULL)
    assert not bar_like(pair_of(0.01, 2e-5, 225, floor=0.01), FULL)


def test_bars_of_a_pair_by_hand():
    """Sum 0.02, 28 bars, full load at m = 0.45: 0.02 x 28 / 0.893 = 0.627."""
    bars = bars_of_pair(pair_of(0.012, 0.008, 225), FULL, 28)
    assert bars.value == pytest.approx(0.627, abs=1e-3)
    # m = 0.25 and 0.70 give 0.968 and 0.714; 1.5 dB of spread are a factor 1.189.
    assert bars.low == pytest.approx(0.02 * 28 / 0.968 / 1.189, rel=2e-3)
    assert bars.high == pytest.approx(0.02 * 28 / 0.714 * 1.189, rel=2e-3)


@settings(deadline=None, derandomize=True)
@given(st.floats(1e-4, 0.05), st.floats(0.1, 1.2), st.floats(0.1, 10))
def test_bars_grow_in_proportion_to_the_lines_and_fall_with_the_load(size, load, factor):
    here = Interval(load, load, load)
    bars = bars_of_pair(pair_of(size, size, 225), here, 28)
    assert bars.low <= bars.value <= bars.high
    more = bars_of_pair(pair_of(factor * size, factor * size, 225), here, 28)
    assert more.value == pytest.approx(factor * bars.value)
    assert bars_of_pair(pair_of(size, size, 225), FULL, 28).value <= bars.value * (1 + 1e-9) or load > 1


def test_an_unknown_number_of_bars_widens_the_interval():
    pair = pair_of(0.01, 0.01, 225)
    known, unknown = bars_of_pair(pair, FULL, 28), bars_of_pair(pair, FULL, None)
    assert unknown.low < known.low < known.high < unknown.high
    assert unknown.value == pytest.approx(known.value * ANY_BARS.value / 28)


def test_the_smallest_visible_bar_follows_the_floor():
    """Noise 20 dB higher hides ten times as much."""
    window = Interval(2.0, 2.0, 2.0)
    quiet, loud = (
        np.mean([smallest_visible(seen_with(noise_dbc=dbc, seed=k), FULL, window).value for k in range(5)])
        for dbc in (-75, -55)
    )
    assert loud / quiet == pytest.approx(10, rel=0.3)


def test_the_smallest_visible_bar_is_a_pair_that_just_stands_out():
    seen, window = seen_with(), Interval(2.0, 2.0, 2.0)
    level = 10 ** ((seen.modulation.floor_dbc(2.0) + 12) / 20)
    expected = bars_of_pair(pair_of(level, level, 225), FULL, PLATE.rotor_bars)
    assert smallest_visible(seen, FULL, window).value == pytest.approx(expected.value)


def test_a_sideband_becomes_evidence_at_its_place():
    evidence = sideband_evidence("f(1-2s)", 50.0, Sideband(-2.0, 0.01 + 0j, 1e-5), "note")
    assert (evidence.name, evidence.hz, evidence.unit, evidence.note) == ("f(1-2s)", 48.0, "dBc", "note")
    assert (evidence.level, evidence.floor, evidence.prominence_db) == pytest.approx((-40, -100, 60))
    assert evidence.is_present and evidence.is_resolved
