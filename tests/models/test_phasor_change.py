"""A change of the negative sequence is found and its phase named; a change of load is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference_machine import MACHINE

from diagmod.core.symmetrical import sequence_track
from diagmod.models.phasor_change import SHORT_DEG, Phasor, judge_phasor, power_factor_angle_deg
from diagmod.sim.experiment import Experiment, simulate

NAN = float("nan")


def polar(pct, degrees):
    return pct * np.exp(1j * np.radians(degrees))


def phasor(ratio, current=8.0, load=0.75, floor_pct=0.2):
    return Phasor(complex(ratio), current, load, floor_pct)


def baseline(ratio=2.0 + 0j, n=8, spread=0.2, seed=0):
    rng = np.random.default_rng(seed)
    return [phasor(ratio + complex(*rng.normal(0, spread, 2))) for _ in range(n)]


def short_of(phase, pct, load=0.75):
    """Change that a short of one phase makes at a load: S and T lie 120 and 240 degrees on from R."""
    return polar(pct, power_factor_angle_deg(load) + SHORT_DEG + {"R": 0, "S": 120, "T": 240}[phase])


@pytest.mark.parametrize("phase", "RST")
@pytest.mark.parametrize("load", [0.0, 0.4, 1.0])
def test_short_of_a_phase_is_found_and_its_phase_named(phase, load):
    before = [phasor(p.ratio, load=load) for p in baseline()]
    change = judge_phasor(phasor(2.0 + short_of(phase, 6.0, load), load=load), before)
    assert (change.verdict, change.reason_code, change.points_to) == ("supported", "unbalance_changed", phase)
    assert change.change == pytest.approx(6.0, abs=0.3)
    assert f"in the direction of phase {phase}: turns of {phase} are shorted, or the supply" in change.sentence


def test_every_verdict_of_a_change_names_the_supply_too():
    for degrees in range(0, 360, 15):
        change = judge_phasor(phasor(2.0 + polar(6.0, degrees)), baseline())
        assert "supply" in change.sentence


def test_change_between_two_phases_stays_open():
    """Half way between the directions of R and S: as far from either as can be."""
    middle = power_factor_angle_deg(0.75) + SHORT_DEG + 60
    change = judge_phasor(phasor(2.0 + polar(6.0, middle)), baseline())
    assert (change.verdict, change.reason_code, change.points_to) == ("cannot_decide", "between_phases", "RS")


def test_same_negative_sequence_is_unchanged_and_says_what_would_have_shown():
    change = judge_phasor(phasor(2.1), baseline())
    assert (change.verdict, change.reason_code, change.points_to) == ("not_supported", "unchanged", "")
    assert change.baseline_value == pytest.approx(2.0, abs=0.2)
    assert "of the turns of a phase would have shown" in change.sentence


def test_limit_is_that_of_fisher_for_one_in_a_thousand():
    """Of five recordings: F(2, 8) is 18.49, so the distance may be sqrt(2 x 18.49) = 6.08 spreads."""
    assert judge_phasor(phasor(2.0), baseline(n=5)).limit_spreads == pytest.approx(6.08, abs=0.01)


def test_unbalanced_supply_at_another_load_is_no_change():
    """V2 is constant: I2 stays 0.5 A in the frame of the voltage, while I1 falls from 10 to 6 A and turns."""

    def seen(current, load, seed):
        noise = complex(*np.random.default_rng(seed).normal(0, 0.05, 2))
        ratio = 100 * 0.5 / current * np.exp(1j * np.radians(power_factor_angle_deg(load)))
        return phasor(ratio + noise, current=current, load=load)

    before = [seen(10.0, 1.0, seed) for seed in range(6)]
    other = seen(6.0, 0.3, 9)
    assert abs(other.ratio - before[0].ratio) > 4
    assert judge_phasor(other, before).verdict == "not_supported"


def test_unequal_channels_at_another_load_are_no_change():
    """An error of the gain keeps the ratio whatever the load."""
    before = [phasor(p.ratio, current=10.0, load=1.0) for p in baseline(ratio=3 - 2j, spread=0.05)]
    assert judge_phasor(phasor(3 - 2j, current=5.0, load=0.1), before).verdict == "not_supported"


def test_change_below_what_the_channels_may_cause_is_not_believed():
    moved = 2.0 + short_of("S", 4.0)
    assert judge_phasor(phasor(moved, floor_pct=0.3), baseline()).verdict == "supported"
    assert judge_phasor(phasor(moved, floor_pct=4.5), baseline()).verdict == "not_supported"
    assert judge_phasor(phasor(moved, floor_pct=8.0), baseline()).reason_code == "uneven_baseline"


def test_uneven_baseline_refuses_instead_of_excluding():
    change = judge_phasor(phasor(2.0 + short_of("R", 4.0)), baseline(n=3, spread=1.5))
    assert (change.verdict, change.reason_code) == ("cannot_decide", "uneven_baseline")
    assert "add healthy recordings" in change.sentence


def test_without_a_load_the_direction_is_not_read():
    change = judge_phasor(phasor(2.0 + short_of("R", 6.0), load=NAN), baseline())
    assert (change.verdict, change.reason_code) == ("cannot_decide", "load_unknown")


def test_too_few_recordings_or_an_unknown_phasor_stay_open():
    unknown = phasor(complex(NAN, NAN))
    assert judge_phasor(phasor(9.0), [*baseline(n=2), unknown]).reason_code == "no_baseline"
    change = judge_phasor(unknown, baseline())
    assert (change.verdict, change.reason_code, change.n_baseline) == ("cannot_decide", "no_phasor", 8)


def test_healthy_recordings_are_called_changed_once_in_a_thousand():
    """Both sides drawn alike with a spread far above the smallest change: at most 6 of 2000 (mean 2, Poisson)."""
    found = 0
    for seed in range(2000):
        *before, judged = baseline(n=9, spread=1.0, seed=seed)
        found += judge_phasor(judged, before).reason_code in ("unbalance_changed", "between_phases")
    assert found <= 6


@pytest.mark.parametrize("load", [0.05, 0.25, 0.5, 0.75, 1.0])
def test_power_factor_angle_is_that_of_a_known_machine_within_ten_degrees(load):
    point = MACHINE.at_slip(MACHINE.slip_at_torque(load * MACHINE.rated_torque_nm))
    assert power_factor_angle_deg(load) == pytest.approx(-np.degrees(np.angle(point.stator_a)), abs=10)


def test_simulated_short_points_to_its_phase():
    """The simulator solves the shorted loop; it knows nothing of these directions."""
    healthy = Experiment(machine=MACHINE, load_share=1.0, seed=1)
    shorted = replace(healthy, short_share=0.05, short_phase="T")
    tracks = [sequence_track(s.currents, 1000.0, 0.1, 50.0)[1] for s in simulate([healthy, shorted], 1000.0, 200)]
    before, after = (100 * complex(track.mean()) for track in tracks)
    others = [phasor(before + complex(*x), load=1.0) for x in np.random.default_rng(0).normal(0, 0.1, (9, 2))]
    change = judge_phasor(phasor(after, load=1.0), others)
    assert (change.verdict, change.points_to) == ("supported", "T")
