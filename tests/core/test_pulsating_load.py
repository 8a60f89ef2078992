"""A pulsating load: seen wherever it is, except where the shaft or a rotor fault puts lines of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed import observe, pair_lines, seen_with
from reference_machine import MACHINE

from diagmod.core.pulsating_load import judge_load_oscillation
from diagmod.core.verdicts import Interval, Reason, Verdict
from diagmod.sim.experiment import Experiment, simulate
from diagmod.sim.mechanics import Mechanics, Swing
from diagmod.sim.sensor import Sensor
from diagmod.sim.supply import Supply

SLIP = Interval(0.02, 0.0199, 0.0201)


@pytest.mark.parametrize("hz", [0.9, 2.0, 7.0, 17.3, 33.0])
def test_a_load_that_pulsates_is_supported_wherever_it_is(hz):
    verdict = judge_load_oscillation(seen_with(pair_lines(hz, -40, -42, 60.0)), SLIP)
    assert verdict.verdict == Verdict.SUPPORTED
    assert verdict.sentence == f"The load pulsates at {hz:.2f} Hz."
    assert verdict.severity is not None
    assert verdict.severity.interval.value == pytest.approx(-41, abs=0.3)
    assert [e.name for e in verdict.evidence] == [f"f-{hz:.2f}Hz", f"f+{hz:.2f}Hz"]


@pytest.mark.parametrize("hz", [3.1, 11.0])
def test_a_simulated_torque_swing_is_supported(hz):
    swing = Mechanics(swings=(Swing(share=0.05, hz=hz),))
    run = simulate([Experiment(machine=MACHINE, mechanics=swing, sensor=Sensor(noise_dbc=-75))], 5000.0, 10.0)[0]
    slip = run.truth.slip
    seen = observe(run.currents, MACHINE.nameplate("M1"))
    verdict = judge_load_oscillation(seen, Interval(slip, slip - 1e-4, slip + 1e-4))
    assert verdict.verdict == Verdict.SUPPORTED
    assert verdict.sentence == f"The load pulsates at {hz:.2f} Hz."


def test_a_simulated_broken_bar_is_no_pulsating_load():
    run = simulate([Experiment(machine=MACHINE, broken_bars=1.0, sensor=Sensor(noise_dbc=-75))], 5000.0, 10.0)[0]
    slip = run.truth.slip
    verdict = judge_load_oscillation(observe(run.currents, MACHINE.nameplate("M1")), Interval(slip, slip, slip))
    assert verdict.verdict == Verdict.NOT_SUPPORTED


def test_flicker_of_the_supply_is_not_taken_for_a_load():
    """3 % at 8.8 Hz changes the amplitude first of all; it must not be called a load for sure."""
    run = simulate(
        [Experiment(machine=MACHINE, supply=Supply(flicker_share=0.03), sensor=Sensor(noise_dbc=-75))], 5000.0, 10.0
    )[0]
    verdict = judge_load_oscillation(observe(run.currents, MACHINE.nameplate("M1")), None)
    assert verdict.verdict != Verdict.SUPPORTED


@pytest.mark.parametrize("seed", range(4))
def test_a_steady_load_is_not_supported(seed):
    verdict = judge_load_oscillation(seen_with(seed=seed), SLIP)
    assert verdict.verdict == Verdict.NOT_SUPPORTED
    assert verdict.sentence == "No sign of a pulsating load."
    assert verdict.reasons[0].text == "no pair of lines of -55 dBc or more has the phases of a load"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (pair_lines(7.0, -50, -52, 60.0), "has the phases of a pulsating load but is weak; idling motors hunt as much"),
        (pair_lines(7.0, -40, -40, 0.0), "changes the amplitude alone, as a flickering supply does and a pulsating"),
        (pair_lines(7.0, -40, -42, 145.0), "has neither the phases of a load nor those of a rotor fault"),
    ],
)
def test_what_may_be_a_load_is_undecided_with_the_reason(lines, words):
    verdict = judge_load_oscillation(seen_with(lines), SLIP)
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert f"a modulation at 7.00 Hz {words}" in verdict.sentence


def test_a_recording_whose_unbalance_switches_is_undecided():
    seen = replace(seen_with(pair_lines(7.0, -40, -42, 60.0)), is_switching=True)
    verdict = judge_load_oscillation(seen, SLIP)
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert "stands in a recording whose unbalance switches" in verdict.sentence


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (pair_lines(7.0, -58, -60, 60.0), "too weak"),
        (pair_lines(7.0, -40, -52, 60.0), "two lines and no pair"),
        (pair_lines(7.0, -40, -42, 225.0), "the phases of a rotor fault"),
        (pair_lines(24.5, -40, -42, 60.0), "the shaft"),
        (pair_lines(4.0, -40, -42, 60.0), "twice the rotor's own"),
        (pair_lines(24.5 - 4.0, -40, -42, 60.0), "shaft and rotor together"),
    ],
)
def test_what_is_no_load_is_not_called_one(lines, why):
    assert judge_load_oscillation(seen_with(lines), SLIP).verdict == Verdict.NOT_SUPPORTED, why


def test_at_an_unknown_slip_the_neighbourhood_of_the_shaft_is_left_alone():
    """Eight percent of 25 Hz: 24 Hz may be the shaft, 20 Hz may not."""
    near, far = (judge_load_oscillation(seen_with(pair_lines(hz, -40, -42, 60.0)), None) for hz in (24.0, 20.0))
    assert (near.verdict, far.verdict) == (Verdict.NOT_SUPPORTED, Verdict.SUPPORTED)


def test_folded_harmonics_are_no_load():
    folded = pair_lines(2.0, -44, -44, 60.0, line_hz=50.1)
    seen = seen_with(folded, fs=1000.0, line_hz=50.1)
    assert judge_load_oscillation(seen, Interval(0.03, 0.03, 0.03)).verdict == Verdict.NOT_SUPPORTED


def test_the_strongest_clear_load_is_named():
    lines = [*pair_lines(7.0, -50, -52, 60.0), *pair_lines(11.0, -36, -38, 60.0), *pair_lines(16.0, -40, -41, 60.0)]
    assert judge_load_oscillation(seen_with(lines), SLIP).sentence == "The load pulsates at 11.00 Hz."


def test_a_refusal_by_the_quality_is_passed_on():
    verdict = judge_load_oscillation(seen_with(), SLIP, refusal=Reason("jitter", "the clock is unreliable"))
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert verdict.sentence == "This recording cannot tell: the clock is unreliable."


def test_the_reason_states_place_level_and_angle():
    verdict = judge_load_oscillation(seen_with(pair_lines(7.0, -40, -42, 60.0)), SLIP)
    assert verdict.reasons[0].text == "a pair at 7.00 Hz stands at -41 dBc, angle 60 degrees"
    assert np.isfinite(verdict.evidence[0].level)
