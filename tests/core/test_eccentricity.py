"""Eccentric rotor: judged by the level in the rated current, not in the carrier, and never where a short may be it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from observed import PLATE, observe, pair_lines, seen_with

from diagmod.core.eccentricity import NATURAL_DB, SUPPORTED_DB, judge_eccentricity
from diagmod.core.verdicts import FaultVerdict, Interval, Reason, Verdict
from diagmod.sim.experiment import Experiment, Imperfections, simulate
from diagmod.sim.faults import gap_of_level
from diagmod.sim.mechanics import Mechanics
from diagmod.sim.population import sample_machine
from diagmod.sim.sensor import Sensor
from diagmod.sim.signal import Line

SLIP = Interval(0.02, 0.0199, 0.0201)

#: Lines below and above the supply at the shaft frequency of 24.5 Hz; the stronger one below.
SHAFT_HZ = 24.5


def shaft(dbc: float) -> list[Line]:
    """A pair at the shaft frequency, the stronger line at this level."""
    return pair_lines(SHAFT_HZ, dbc, dbc - 3, 10.0)


def code(verdict: FaultVerdict) -> str:
    """Code of its reason."""
    return verdict.reasons[0].code


@pytest.mark.parametrize(
    ("dbc", "amplitude_a", "expected", "why"),
    [
        (-38.0, 10.0, Verdict.SUPPORTED, "shaft_lines"),
        (-41.0, 10.0, Verdict.SUPPORTED, "shaft_lines"),
        (-45.0, 10.0, Verdict.CANNOT_DECIDE, "between"),
        (-49.0, 10.0, Verdict.NOT_SUPPORTED, "natural"),
        (-60.0, 10.0, Verdict.NOT_SUPPORTED, "natural"),
        # At half the rated current everything counts 6 dB less.
        (-34.0, 5.0, Verdict.SUPPORTED, "shaft_lines"),
        (-38.0, 5.0, Verdict.CANNOT_DECIDE, "between"),
        (-43.0, 5.0, Verdict.NOT_SUPPORTED, "natural"),
    ],
)
def test_the_level_in_the_rated_current_decides(dbc, amplitude_a, expected, why):
    verdict = judge_eccentricity(seen_with(shaft(dbc), amplitude_a=amplitude_a), SLIP, 1.0)
    assert (verdict.verdict, code(verdict)) == (expected, why)
    assert verdict.severity is not None
    rated_db = dbc + 20 * np.log10(amplitude_a / 10)
    assert verdict.severity.interval.value == pytest.approx(rated_db, abs=0.3)
    assert verdict.severity.unit == "dB of the rated current"


@pytest.mark.parametrize("inertia", [1.0, 3.0])
@pytest.mark.parametrize("load", [0.4, 1.0])
@pytest.mark.parametrize(("level_dbc", "expected"), [(-34.0, Verdict.SUPPORTED), (-58.0, Verdict.NOT_SUPPORTED)])
def test_a_simulated_rotor_gets_the_same_verdict_at_two_loads(level_dbc, expected, load, inertia):
    """The level is that at rated load; at 0.4 the lines rise by some 5 dBc, in the rated current they hardly move."""
    for seed in (2, 13):
        specimen = sample_machine(np.random.default_rng(seed))
        perfect = replace(specimen, imperfections=Imperfections())
        gap = gap_of_level(perfect, level_dbc)
        rotor = Experiment(
            machine=specimen.machine, load_share=load, static_gap=gap, dynamic_gap=gap, sensor=Sensor(noise_dbc=-75),
            mechanics=Mechanics(inertia_factor=inertia),
        )  # fmt: skip
        run = simulate([rotor], 5000.0, 5.0)[0]
        slip = run.truth.slip
        seen = observe(run.currents, specimen.motor)
        verdict = judge_eccentricity(seen, Interval(slip, slip - 1e-4, slip + 1e-4), 0.5)
        assert verdict.verdict == expected
        assert verdict.severity is not None
        assert verdict.severity.interval.low <= level_dbc <= verdict.severity.interval.high


def test_the_sentences_of_the_three_levels():
    where = "lines 24.50 Hz beside the supply line, the shaft frequency, stand at"
    told = [judge_eccentricity(seen_with(shaft(dbc)), SLIP, 1.0).sentence for dbc in (-38, -45, -55)]
    between = (
        f"This recording cannot tell whether the rotor is eccentric: {where} -45 dBc, -45 dB of the rated current,"
        " between what healthy machines show (up to -48 dB) and what eccentric ones do (from -42 dB); compare with an"
        " earlier recording of this motor."
    )
    assert told == [
        f"The rotor runs eccentric, unbalanced or misaligned: {where} -38 dBc.",
        between,
        f"The rotor runs as true as in healthy machines: {where} -55 dBc.",
    ]


@pytest.mark.parametrize("i2_pct", [0.5, 2.0, 8.0, 14.9])
def test_a_usual_negative_sequence_leaves_the_verdict_and_names_the_short(i2_pct):
    verdict = judge_eccentricity(seen_with(shaft(-38)), SLIP, i2_pct)
    assert verdict.verdict == Verdict.SUPPORTED
    short = verdict.competing[1]
    assert short.name == "inter-turn short (its line n = k = 1 is the same)"
    assert short.verdict == (Verdict.NOT_SUPPORTED if i2_pct < 3 else Verdict.CANNOT_DECIDE)


@pytest.mark.parametrize("dbc", [-38.0, -55.0])
def test_lines_that_may_be_a_shorts_are_undecided_with_a_large_negative_sequence(dbc):
    verdict = judge_eccentricity(seen_with(shaft(dbc)), SLIP, 20.0)
    assert (verdict.verdict, code(verdict)) == (Verdict.CANNOT_DECIDE, "short_or_eccentricity")
    assert "the negative sequence reaches 20 %, and an inter-turn short puts lines there too" in verdict.sentence


def test_an_unbalance_that_switches_leaves_the_lines_undecided():
    verdict = judge_eccentricity(replace(seen_with(shaft(-38)), is_switching=True), SLIP, 5.0)
    assert (verdict.verdict, code(verdict)) == (Verdict.CANNOT_DECIDE, "short_or_eccentricity")


def test_a_single_phase_says_nothing_of_a_short():
    verdict = judge_eccentricity(seen_with(shaft(-38)), SLIP, float("nan"))
    assert verdict.verdict == Verdict.SUPPORTED
    assert not any("short" in c.name for c in verdict.competing)


@pytest.mark.parametrize("seed", range(4))
def test_without_a_line_there_is_no_sign_and_the_smallest_one_called_is_stated(seed):
    verdict = judge_eccentricity(seen_with(seed=seed), SLIP, 1.0)
    assert (verdict.verdict, code(verdict)) == (Verdict.NOT_SUPPORTED, "no_line")
    assert verdict.smallest_visible == Interval(SUPPORTED_DB, SUPPORTED_DB, SUPPORTED_DB)
    assert verdict.severity is None


def test_a_line_hidden_in_noise_is_undecided():
    verdict = judge_eccentricity(seen_with(noise_dbc=0), SLIP, 1.0)
    assert (verdict.verdict, code(verdict)) == (Verdict.CANNOT_DECIDE, "floor_too_high")
    assert verdict.sentence.endswith("may stay below; record with less noise or longer.")


def test_without_the_rated_current_its_range_must_decide():
    """The current may then be anything its load means: -38 dBc is undecided, -34 dBc is not."""
    nameless = replace(PLATE, rated_current_a=None)
    undecided, sure = (judge_eccentricity(seen_with(shaft(dbc), nameless), SLIP, 1.0) for dbc in (-38, -34))
    assert (undecided.verdict, sure.verdict) == (Verdict.CANNOT_DECIDE, Verdict.SUPPORTED)
    assert sure.severity is not None
    assert sure.severity.normalised_by == "current estimated from the load"


def test_at_an_unknown_slip_a_load_near_the_shaft_frequency_is_a_rival():
    verdict = judge_eccentricity(seen_with(shaft(-38), load=0.75), None, 1.0)
    assert verdict.verdict == Verdict.SUPPORTED
    assert verdict.competing[-1].name == "a load oscillation near the shaft frequency"


def test_lines_elsewhere_are_not_the_shafts():
    verdict = judge_eccentricity(seen_with(pair_lines(22.0, -38, -41, 10.0)), SLIP, 1.0)
    assert verdict.verdict == Verdict.NOT_SUPPORTED


def test_evidence_holds_both_lines_of_the_shaft():
    verdict = judge_eccentricity(seen_with(shaft(-38)), SLIP, 1.0)
    assert [(e.name, round(e.level), e.is_present) for e in verdict.evidence] == [
        ("f-fr", -38, True),
        ("f+fr", -41, True),
    ]
    assert [e.hz for e in verdict.evidence] == pytest.approx([25.5, 74.5], abs=0.03)


def test_a_refusal_by_the_quality_is_passed_on():
    verdict = judge_eccentricity(seen_with(shaft(-38)), SLIP, 1.0, refusal=Reason("jitter", "the clock is unreliable"))
    assert verdict.verdict == Verdict.CANNOT_DECIDE
    assert verdict.sentence == "This recording cannot tell whether the rotor is eccentric: the clock is unreliable."


def test_between_natural_and_supported_lie_six_decibels():
    assert (NATURAL_DB, SUPPORTED_DB) == (-48.0, -42.0)
