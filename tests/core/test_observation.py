"""Load, slip and rotor current that current, declaration and nameplate allow, by hand and against the circuit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observed import PLATE, seen_with

from diagmod.core.observation import (
    ANY_LOAD,
    LEAST_LOAD,
    MAGNETISING_SHARE,
    Observation,
    load_of_current,
    rotor_over_stator_current,
)
from diagmod.core.verdicts import Interval
from diagmod.sim.population import sample_machine

MACHINES = [sample_machine(np.random.default_rng(seed)).machine for seed in range(12)]

#: An observation whose load and nameplate tests replace.
SEEN = seen_with(seconds=4.0)


def with_load(load: float | None, rms_share: float = float("nan"), **plate: float | None) -> Observation:
    """The observation with another load, current and nameplate."""
    return replace(SEEN, declared_load=load, rms_share=rms_share, motor=replace(PLATE, **plate))


@settings(deadline=None, derandomize=True)
@given(st.floats(0, 1.2), st.floats(0.25, 0.7))
def test_load_of_a_current_undoes_the_quadrature_of_load_and_magnetising_current(load, m):
    current = np.sqrt(m**2 + load**2 * (1 - m**2))
    assert load_of_current(current, m) == pytest.approx(load, abs=1e-6)


def test_a_current_below_the_magnetising_one_means_no_load():
    assert load_of_current(0.3, 0.45) == 0.0


def test_the_magnetising_current_of_the_simulated_population_lies_inside_its_range():
    shares = [machine.at_slip(0.0).current_a / machine.rated.current_a for machine in MACHINES]
    assert MAGNETISING_SHARE.low < min(shares) < MAGNETISING_SHARE.value < max(shares) < MAGNETISING_SHARE.high


@pytest.mark.parametrize("load", [0.3, 0.75, 1.0])
def test_the_rotor_current_of_simulated_machines_lies_inside_the_interval(load):
    for machine in MACHINES:
        point = machine.at_slip(machine.slip_at_torque(load * machine.rated_torque_nm))
        ratio = rotor_over_stator_current(Interval(load, load, load))
        assert ratio.low <= point.rotor_share <= ratio.high
        # The load read from the current alone holds the truth as well.
        before = with_load(None, point.current_a / machine.rated.current_a).load_before_slip
        assert before.low <= load <= before.high + 0.05


def test_rotor_over_stator_current_at_full_load_by_hand():
    """m = 0.45: k = sqrt(1 - 0.2025) = 0.893, and k / sqrt(k^2 + m^2) = 0.893 as k^2 + m^2 = 1."""
    assert rotor_over_stator_current(Interval(1.0, 1.0, 1.0)).value == pytest.approx(0.893, abs=1e-3)


def test_loads_below_a_tenth_count_as_a_tenth():
    assert rotor_over_stator_current(Interval(0.0, 0.0, 0.05)) == rotor_over_stator_current(
        Interval(LEAST_LOAD, LEAST_LOAD, LEAST_LOAD)
    )


def test_where_only_the_bounds_of_the_load_are_known_its_middle_counts():
    middle = rotor_over_stator_current(Interval(float("nan"), 0.2, 1.0))
    assert middle.value == rotor_over_stator_current(Interval(0.6, 0.6, 0.6)).value


def test_a_declared_load_is_believed_within_a_tenth_and_five_percent():
    load = with_load(0.8, 1.0).load_before_slip
    assert (load.value, load.low, load.high) == pytest.approx((0.8, 0.67, 0.93))


def test_without_current_and_declaration_any_load_is_possible():
    assert with_load(None).load_before_slip == ANY_LOAD


def test_slip_expected_at_three_quarters_load_is_that_share_of_the_rated_slip():
    """0.03 x 0.75; down to 0.7 x (0.9 x 0.75 - 0.05), up to 1.4 x (1.1 x 0.75 + 0.05)."""
    slip = with_load(0.75).expected_slip
    assert (slip.value, slip.low, slip.high) == pytest.approx((0.0225, 0.03 * 0.625 * 0.7, 0.03 * 0.875 * 1.4))


def test_a_motor_at_reduced_voltage_may_slip_more_than_its_current_tells():
    """From the current alone the upper end stays that of overload."""
    assert with_load(None, 0.6).expected_slip.high == pytest.approx(0.03 * 1.25 * 1.4)


def test_without_a_rated_speed_the_slip_may_be_anything_a_cage_motor_does():
    slip = with_load(0.5, rated_rpm=None).expected_slip
    assert np.isnan(slip.value)
    assert (slip.low, slip.high) == pytest.approx((0.0, 0.08 * 1.4 * 0.6))


def test_load_of_a_known_slip_is_its_share_of_the_rated_one():
    load = with_load(None, 0.85).load_of_slip(Interval(0.0225, 0.0224, 0.0226))
    assert load.value == pytest.approx(0.75)
    assert load.low <= 0.75 <= load.high


def test_a_declared_load_is_not_changed_by_the_slip():
    seen = with_load(0.8)
    assert seen.load_of_slip(Interval(0.01, 0.01, 0.01)) == seen.load_before_slip


def test_a_slip_that_contradicts_the_current_is_believed_before_it():
    """A current of half load and a slip of rated load do not meet: the slip counts."""
    load = with_load(None, 0.5).load_of_slip(Interval(0.036, 0.0359, 0.0361))
    assert load.value == pytest.approx(1.2)


def test_a_measured_current_needs_no_load_and_a_missing_one_is_computed_from_it():
    measured = with_load(None, 0.8).current_share(Interval(0.5, 0.4, 0.6))
    assert (measured.value, measured.low, measured.high) == (0.8, 0.8, 0.8)
    missing = with_load(1.0).current_share(Interval(1.0, 1.0, 1.0))
    assert (missing.value, missing.low, missing.high) == pytest.approx((1.0, 1.0, 1.0))
    idle = with_load(0.0).current_share(Interval(0.0, 0.0, 0.0))
    assert (idle.value, idle.low, idle.high) == pytest.approx((0.45, 0.25, 0.70))


def test_harmonics_that_fold_to_beside_the_supply_are_named_an_alias():
    """50.1 Hz at 1 kHz: 20 x 50.1 = 1002 folds to 2.0 Hz, so the 19th and 21st harmonic stand 2 Hz off the supply."""
    seen = seen_with(fs=1000.0, line_hz=50.1, seconds=4.0)
    assert seen.is_alias(2.0, 0.1)
    assert not seen.is_alias(3.0, 0.1)


def test_at_a_high_rate_few_harmonics_fold():
    """At 5 kHz the 40th harmonic lies at 2 kHz, below the Nyquist frequency: nothing can fold."""
    assert not any(SEEN.is_alias(offset, 0.1) for offset in np.arange(0.5, 25, 0.1))
