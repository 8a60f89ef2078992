"""The audit as findings: graded, said once, fatal only where a plant says so, and in pieces the same as in one."""

from __future__ import annotations

import numpy as np
import pytest

from diagmod.core.acquisition_findings import audit_recording, findings_of, worst_of
from diagmod.core.audit_rules import PREFIX
from diagmod.core.motor import Motor
from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.core.verdicts import Quality, QualityVerdict, Reason

FS = 5000.0
RULES = ruleset_from(default_rules())
MOTOR = Motor(motor_id="M1", line_hz=50.0, pole_pairs=2, rated_current_a=8.0)


def currents(seconds=4.0, seed=0, amplitude=11.3):
    """Three balanced phases of 8 A rms at 49.98 Hz with noise 60 dB below."""
    angle = 2 * np.pi * 49.98 * np.arange(round(seconds * FS)) / FS
    noise = np.random.default_rng(seed).normal(0, 1e-3 * amplitude, (3, len(angle)))
    return amplitude * np.stack([np.cos(angle - k * 2 * np.pi / 3) for k in range(3)]) + noise


def rules(quality, beside=()):
    return [(f.rule.removeprefix(PREFIX), f.severity) for f in findings_of(quality, RULES, beside)]


def test_good_recording_has_no_finding():
    quality = audit_recording(currents(), FS, MOTOR)
    assert quality.verdict == QualityVerdict.GOOD
    assert findings_of(quality, RULES, rated_hz=50.0) == []


def test_held_samples_make_a_warning_that_names_the_reason_and_the_remedy():
    held = np.repeat(currents()[:, ::2], 2, axis=1)
    quality = audit_recording(held, FS, MOTOR)
    first = findings_of(quality, RULES)[0]
    assert quality.verdict == QualityVerdict.UNUSABLE
    assert (first.rule, first.severity, first.is_fatal) == ("acquisition_samples_repeated", "warning", False)
    assert first.message.startswith("acquisition: this recording cannot carry a diagnosis, the clock is unreliable")
    assert first.message.endswith("repeat the one before while the current moves (sample-and-hold)")
    assert first.remedy == "use a recorder that samples by hardware at a fixed rate"
    assert (first.value, first.unit, first.limit) == (pytest.approx(100, abs=1), "%", 0.2)


def test_clipped_peaks_are_one_warning():
    """A sine cut at 99 % of its peak stands at the limits for 2 acos(0.99) / pi = 9.0 % of the time."""
    x = np.clip(currents(), -11.19, 11.19)
    assert rules(audit_recording(x, FS, MOTOR)) == [("clipped", "warning")]
    assert rules(audit_recording(np.clip(currents(), -10, 10), FS, MOTOR)) == [("clipped_heavily", "warning")]


def test_exchanged_phases_are_a_warning_and_a_short_hole_an_information():
    assert rules(audit_recording(currents()[[0, 2, 1]], FS, MOTOR)) == [("wiring", "warning")]
    x = currents()
    x[1, 700] = np.nan
    assert rules(audit_recording(x, FS, MOTOR)) == [("gaps", "info")]


def test_size_of_the_current_is_judged_in_ampere_alone():
    x = 1000 * currents()
    assert rules(audit_recording(x, FS, MOTOR)) == [("current_above_rated", "warning")]
    assert rules(audit_recording(x * 1e-6, FS, MOTOR)) == [("current_below_rated", "warning")]
    assert rules(audit_recording(x, FS, MOTOR, unit_is_ampere=False)) == []


def test_recording_without_a_usable_phase_is_a_verdict_and_no_failure():
    quality = audit_recording(np.full((3, 1000), np.nan), FS, MOTOR)
    assert quality.verdict == QualityVerdict.UNUSABLE
    assert rules(quality) == [("no_usable_phase", "warning")]


def test_what_a_basic_rule_says_with_its_phase_is_not_said_again():
    x = currents()
    x[2] = np.nan
    quality = audit_recording(x, FS, MOTOR)
    absent = RULES.finding("absent_phase", "phase T is absent", phase="T")
    assert rules(quality) == [("phase_missing", "warning")]
    assert rules(quality, [absent]) == []


def test_warnings_come_before_informations():
    x = currents()[[0, 2, 1]]
    x[1, 700] = np.nan
    assert rules(audit_recording(x, FS, MOTOR)) == [("wiring", "warning"), ("gaps", "info")]


def test_a_plant_may_make_a_rule_of_the_audit_fatal():
    strict = ruleset_from(default_rules() | {"acquisition_wiring": {"severity": "error"}})
    (found,) = findings_of(audit_recording(currents()[[0, 2, 1]], FS, MOTOR), strict)
    assert found.is_fatal
    assert found.sentence == (
        "acquisition: phase order R-T-S: sequence reversed, S and T are exchanged for analysis; correct the order and "
        "the direction of the sensors"
    )


def test_that_a_recording_is_useless_is_said_even_where_the_first_reason_is_said_elsewhere():
    stamps_s = np.maximum.accumulate(np.arange(20_000) / FS + np.random.default_rng(0).normal(0, 1e-4, 20_000))
    stamps_s[9000:] += 0.3
    quality = audit_recording(currents(), FS, MOTOR, stamps_s=stamps_s)
    assert [reason.code for reason in quality.reasons] == ["uneven_stamps", "stamp_gap"]
    uneven = RULES.finding("stamps_uneven", "the time stamps depart from an even grid")
    (found,) = findings_of(quality, RULES, [uneven])
    assert found.rule == "acquisition_stamp_gap"
    assert found.message.startswith("acquisition: this recording cannot carry a diagnosis, the clock is unreliable")


def test_stamps_stay_with_their_samples_where_a_hole_is_cut_off():
    x, stamps_s = currents(), np.arange(20_000) / FS
    x[:, 5000:5100] = np.nan
    stamps_s[:5050] -= 7.0
    assert rules(audit_recording(x, FS, MOTOR, stamps_s=stamps_s)) == [("gaps", "info")]


def _quality(verdict, *codes, clock=True):
    reasons = tuple(Reason(code, f"{code} of the {verdict}") for code in codes)
    return Quality(verdict, reasons, (f"advice for the {verdict}",), {"floor_dbc": -60.0}, clock, (0.0, 1.0))


def test_worst_piece_gives_the_verdict_and_no_reason_is_said_twice():
    worst = worst_of(
        [
            _quality(QualityVerdict.GOOD),
            _quality(QualityVerdict.LIMITED, "wiring", "gaps"),
            _quality(QualityVerdict.UNUSABLE, "jitter", "gaps", clock=False),
        ]
    )
    assert worst.verdict == QualityVerdict.UNUSABLE
    assert [reason.code for reason in worst.reasons] == ["jitter", "gaps", "wiring"]
    assert worst.reasons[1].text == "gaps of the unusable"
    assert not worst.is_clock_reliable


def test_single_piece_is_its_own_worst():
    quality = audit_recording(currents(), FS, MOTOR)
    assert worst_of([quality]) == quality


def test_no_piece_has_no_worst():
    with pytest.raises(ValueError, match=r"pass the audit of one piece at least"):
        worst_of([])
