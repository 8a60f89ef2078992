"""Every rule of the audit speaks on a recording made for it, and none on a good one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sampled_recordings import CURRENT, GOOD, one_phase, recorded, simulated, spread

from diagmod.core.acquisition_findings import audit_recording, findings_of
from diagmod.core.audit_rules import AUDIT_RULES, PREFIX
from diagmod.core.findings import Finding
from diagmod.core.motor import Motor
from diagmod.core.rulesets import RuleSet, default_rules, ruleset_from
from diagmod.sim.mechanics import Mechanics
from diagmod.sim.sensor import Sensor
from diagmod.sim.supply import Supply

FS = 5000.0
RULES = ruleset_from(default_rules())
MOTOR = Motor(motor_id="M1", line_hz=50.0, pole_pairs=2)


def found(
    currents: np.ndarray, fs: float = FS, motor: Motor = MOTOR, rules: RuleSet = RULES, **known: Any
) -> dict[str, Finding]:
    """Findings of the audit by rule."""
    quality = audit_recording(currents, fs, motor, limits=rules.audit_limits(), **known)
    return {one.rule: one for one in findings_of(quality, rules, rated_hz=motor.line_hz)}


def through(fs: float = FS, seconds: float = 4.0, **flaw: Any) -> dict[str, Finding]:
    """Findings about the usual current through a recorder with a flaw."""
    return found(recorded(fs, seconds, replace(GOOD, **flaw)).currents, fs)


def with_stamps(change: Callable[[np.ndarray], np.ndarray]) -> dict[str, Finding]:
    return found(recorded(1000.0, 4.0).currents, 1000.0, stamps_s=change(np.arange(4000) / 1000))


def with_a_hole(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x[1, 700] = np.nan
    return x


def rated(current_a: float) -> dict[str, Finding]:
    return found(recorded(FS, 4.0).currents, motor=replace(MOTOR, rated_current_a=current_a))


#: A recording for every rule.
CASES: dict[str, Callable[[], dict[str, Finding]]] = {
    "no_usable_phase": lambda: found(np.full((3, 5000), np.nan)),
    "no_supply_line": lambda: found(np.random.default_rng(0).normal(0, 1, (3, 10_000)), 1000.0),
    "stronger_line_elsewhere": lambda: found(recorded(FS, 6.0).currents, 1000.0),
    "rate_too_low": lambda: found(recorded(1000.0, 10.0).currents[:, ::5], 200.0),
    "too_short": lambda: through(seconds=0.15),
    "short": lambda: through(seconds=0.5),
    "low_rate": lambda: through(800.0),
    "high_floor": lambda: through(seconds=2.0, noise_dbc=-12.0),
    "samples_repeated": lambda: through(held_share=0.05),
    "few_repeats": lambda: through(25_600.0, held_share=0.0008),
    "samples_lost": lambda: found(np.delete(recorded(FS, 6.0).currents, spread(7, 30_000, 0), axis=1)),
    "jitter": lambda: through(seconds=8.0, jitter_s=1e-4),
    "jitter_at_any_rate": lambda: through(1000.0, 8.0, jitter_s=4e-5),
    "uneven_stamps": lambda: with_stamps(
        lambda t: np.maximum.accumulate(t + np.random.default_rng(0).normal(0, 2e-4, len(t)))
    ),
    "stamp_gap": lambda: with_stamps(lambda t: np.where(t < 1.5, t, t + 0.024)),
    "stamps_useless": lambda: with_stamps(np.zeros_like),
    "gaps": lambda: found(with_a_hole(recorded(FS, 4.0).currents)),
    "clipped_heavily": lambda: through(range_share=0.9),
    "clipped": lambda: through(range_share=0.997),
    "offset": lambda: through(offset_share=(0.0, 0.12, 0.0)),
    "phase_missing": lambda: through(dead_phases="T"),
    "phases_alike": lambda: found(recorded(FS, 3.0).currents[[0, 0, 2]]),
    "wiring": lambda: through(order="RTS"),
    "unequal_channels": lambda: through(seconds=6.0, gain=(1.0, 1.08, 0.97)),
    "current_above_rated": lambda: rated(1.0),
    "current_below_rated": lambda: rated(200.0),
    "unsteady_load": lambda: found(
        simulated(FS, 6.0, load_share=0.6, mechanics=Mechanics(step_share=0.3, step_at_s=4.0)).currents
    ),
    "frequency_drift": lambda: through(seconds=8.0, clock_ppm_per_s=600.0),
    "inverter_supply": lambda: found(simulated(FS, 3.0, supply=Supply(line_hz=43.0, switching_hz=2000.0)).currents),
    "no_mains_frequency": lambda: found(recorded(FS, 4.0).currents, 5200.0),
}


def test_every_rule_of_the_audit_has_a_case():
    assert [PREFIX + code for code in CASES] == [rule.id for rule in AUDIT_RULES]


@pytest.mark.parametrize("rule", AUDIT_RULES, ids=lambda rule: rule.id)
def test_every_rule_of_the_audit_speaks_on_its_case(rule):
    finding = CASES[rule.id.removeprefix(PREFIX)]()[rule.id]
    assert (finding.severity, finding.unit, finding.remedy) == (rule.severity, rule.unit, rule.remedy)
    assert not finding.is_fatal
    assert finding.message.startswith("acquisition: ")
    if rule.limit is None:
        assert np.isnan(finding.limit)
    else:
        breaks = finding.value < rule.limit if rule.id in BELOW else finding.value >= rule.limit
        assert finding.limit == rule.limit and breaks


#: Rules that speak below their limit.
BELOW = {PREFIX + code for code in ("too_short", "short", "low_rate", "current_below_rated")}


@pytest.mark.parametrize("fs", [1000.0, 5000.0, 25_600.0])
def test_no_rule_speaks_on_a_good_recording(fs):
    motor = replace(MOTOR, rated_current_a=8.0)
    assert found(recorded(fs, 6.0).currents, fs, motor, stamps_s=np.arange(round(6 * fs)) / fs) == {}


@pytest.mark.parametrize(
    ("rule", "limit", "flaw"),
    [
        ("short", 10.0, {}),
        ("low_rate", 120.0, {}),
        ("high_floor", -150.0, {}),
        ("offset", 3.0, {"offset_share": (0.0, 0.03, 0.0)}),
        ("unequal_channels", 0.1, {"gain": (1.0, 1.01, 1.0)}),
        ("frequency_drift", 0.05, {"clock_ppm_per_s": 300.0}),
        ("few_repeats", 0.001, {"held_share": 0.0001}),
    ],
)
def test_a_plant_may_be_stricter(rule, limit, flaw):
    """What is good by default is an error for a plant that wants it better."""
    changed = {PREFIX + rule: {"severity": "error", "limit": limit}}
    rules = ruleset_from(default_rules() | changed)
    x = recorded(FS, 4.0, replace(GOOD, **flaw)).currents
    assert found(x) == {}
    finding = found(x, rules=rules)[PREFIX + rule]
    assert (finding.limit, finding.is_fatal) == (limit, True)


@pytest.mark.parametrize("rule", ["clipped", "jitter", "jitter_at_any_rate", "few_repeats"])
def test_no_limit_makes_a_flaw_of_what_is_none(rule):
    rules = ruleset_from(default_rules() | {PREFIX + rule: {"severity": "error", "limit": 0.0}})
    assert found(recorded(FS, 4.0).currents, rules=rules) == {}


def test_a_plant_may_be_more_lenient():
    rules = ruleset_from(default_rules() | {"acquisition_current_above_rated": {"severity": "info", "limit": 9.0}})
    x, motor = recorded(FS, 4.0).currents, replace(MOTOR, rated_current_a=1.0)
    assert list(found(x, motor=motor)) == ["acquisition_current_above_rated"]
    assert found(x, motor=motor, rules=rules) == {}


# --- the supply line against the nameplate ----------------------------------------------------------------------------


def test_a_rate_stated_half_as_high_shows_in_the_supply_line():
    """10 kHz declared as 5 kHz: 50.02 Hz stand at 25.01 Hz."""
    x = recorded(10_000.0, 4.0).currents
    finding = found(x, 5000.0)["line_off_nameplate"]
    assert finding.value == pytest.approx(49.98, abs=0.01)
    assert finding.message == (
        "acquisition: the supply line stands at 25 Hz, 50 % from the 50 Hz of the nameplate: an inverter feeds the "
        "motor, or nameplate or sampling rate are wrong (the line would stand right at 2 times the stated rate)"
    )
    assert list(found(x, 5000.0)) == ["line_off_nameplate"], "that no mains has 25 Hz is not said as well"


def test_a_supply_of_60_hz_on_a_motor_for_50_is_said_and_one_for_60_is_right():
    x = recorded(FS, 4.0, current=replace(CURRENT, line_hz=60.0)).currents
    assert list(found(x)) == ["line_off_nameplate"]
    assert found(x, motor=replace(MOTOR, line_hz=60.0)) == {}


def test_a_supply_within_five_percent_is_no_matter_of_the_nameplate():
    assert list(found(recorded(FS, 4.0).currents, 5200.0)) == ["acquisition_no_mains_frequency"]


def test_an_inverter_that_is_seen_switching_explains_its_frequency():
    assert list(CASES["inverter_supply"]()) == ["acquisition_inverter_supply"]


def test_a_single_phase_is_held_against_the_nameplate_too():
    assert "line_off_nameplate" in found(one_phase(recorded(10_000.0, 4.0).currents), 5000.0)


def test_the_usual_recorder_is_good():
    assert found(recorded(FS, 4.0, Sensor()).currents) == {}
