"""Directions of shorts: derived from Fortescue's matrix, and by hand arithmetic on sums of two shorts."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.core.symmetrical import ROTATION, symmetrical_components
from diagmod.models.short_direction import ALONE_DEG, ShortDirection, circular_median_deg, estimate_direction

PHASES = "RST"


def _at(deg: float, size: float = 1.0) -> complex:
    return size * complex(np.exp(1j * np.radians(deg)))


def _ratio_with_extra_current(phase: int, extra: complex) -> complex:
    """I2 / I1 of three balanced currents of which one is 1 + extra times as large."""
    phasors = np.array([1, ROTATION**2, ROTATION])
    phasors[phase] *= 1 + extra
    _, i1, i2 = symmetrical_components(phasors)
    return complex(i2 / i1)


@pytest.mark.parametrize("extra_deg", [-80, 0, 35, 160])
def test_the_same_extra_current_in_the_next_phase_turns_i2_by_120_degrees(extra_deg):
    """The convention of this module: S lies 120 and T 240 degrees on from R, and the sizes are equal."""
    r, s, t = (_ratio_with_extra_current(phase, _at(extra_deg, 0.2)) for phase in range(3))
    assert s == pytest.approx(r * ROTATION)
    assert t == pytest.approx(r * ROTATION**2)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("extra_deg", [-80, 0, 35, 160])
def test_a_change_points_to_the_phase_that_carries_the_extra_current(phase, extra_deg):
    direction = ShortDirection(np.angle(_ratio_with_extra_current(0, _at(extra_deg, 0.2)), deg=True))
    change = _ratio_with_extra_current(PHASES.index(phase), _at(extra_deg, 0.2))
    assert direction.phases_of(change) == phase
    assert direction.off_deg(change, phase) == pytest.approx(0, abs=1e-9)


def test_two_equal_shorts_point_between_their_phases():
    """S at 120 and T at 240 degrees add up to 180, 60 from either."""
    direction = ShortDirection(0.0)
    both = _at(120) + _at(240)
    assert direction.phases_of(both) == "ST"
    assert direction.second_share(both) == pytest.approx(1)


def test_a_second_short_half_as_strong_turns_the_change_by_the_30_degrees_of_the_limit():
    """1 + 1/2 exp(120 i) = 3/4 + 0.433 i, which lies at 30 degrees."""
    direction = ShortDirection(0.0)
    assert np.angle(1 + _at(120, 0.5), deg=True) == pytest.approx(ALONE_DEG)
    assert direction.second_share(1 + _at(120, 0.5)) == pytest.approx(0.5)
    assert direction.phases_of(1 + _at(120, 0.49)) == "R"
    assert direction.phases_of(1 + _at(120, 0.51)) == "RS"
    assert direction.phases_of(1 + _at(-120, 0.51)) == "RT"


def test_a_third_of_wrong_labels_does_not_move_the_direction():
    """9 changes within 5 degrees of their phases' directions; 3 of them carry the label of another phase."""
    phases = list("RST" * 3)
    turns = [-5, 0, 5, 3, -3, 1, 2, -2, 0]
    changes = [_at(40 + 120 * PHASES.index(p) + turn) for p, turn in zip(phases, turns, strict=True)]
    direction = estimate_direction(changes, ["S", "T", "R", *phases[3:]])
    assert direction is not None
    assert direction.r_deg == pytest.approx(40, abs=5)


def test_labels_that_name_phases_at_random_give_no_direction():
    """R, S and T are each named twice for each of the three directions: no direction has a majority."""
    changes = [_at(40 + 120 * true) for true in range(3) for _ in range(6)]
    assert estimate_direction(changes, list("RSTRST" * 3)) is None


def test_a_direction_that_turns_with_the_size_is_followed_between_the_sizes_seen_and_held_beyond():
    """From 60 degrees at 10 % by -2 degrees a percent to 20 degrees at 30 %; at 40 % it stays at 20."""
    phases = list("RST" * 7)
    sizes = np.linspace(10, 30, 21)
    changes = [_at(60 - 2 * (size - 10) + 120 * PHASES.index(p), size) for p, size in zip(phases, sizes, strict=True)]
    direction = estimate_direction(changes, ["T", "R", "S", "T", *phases[4:]])
    assert direction is not None
    assert direction.turn_deg_per_pct == pytest.approx(-2)
    assert direction.off_deg(_at(60, 10), "R") == pytest.approx(0, abs=1e-6)
    assert direction.off_deg(_at(40 + 120 + 7, 20), "S") == pytest.approx(7)
    assert direction.off_deg(_at(20, 40), "R") == pytest.approx(0, abs=1e-6)
    assert direction.off_deg(_at(60, 1), "R") == pytest.approx(0, abs=1e-6)


def test_changes_of_one_size_give_a_direction_that_does_not_turn():
    direction = estimate_direction([5j, 5j, 5j], ["R", "R", "R"])
    assert direction is not None
    assert (direction.r_deg, direction.turn_deg_per_pct) == (90, 0)


def test_two_changes_give_no_direction():
    assert estimate_direction([1j, 1j], ["R", "R"]) is None


def test_circular_median_does_not_mind_where_degrees_start_again():
    angles = np.array([170.0, -178.0, -170.0, 90.0, 175.0])
    for turn in range(0, 360, 15):
        assert (circular_median_deg(angles + turn) - 175 - turn) % 360 == pytest.approx(0)


def test_circular_median_of_an_even_number_lies_midway_whichever_order_they_come_in():
    """Any angle between the middle two has the same sum of distances; 10 and 30 are the middle two here."""
    for angles in ([0.0, 10.0, 30.0, 50.0], [30.0, 50.0, 0.0, 10.0], [50.0, 30.0, 10.0, 0.0]):
        assert circular_median_deg(np.array(angles)) == pytest.approx(20)
