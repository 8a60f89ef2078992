"""Every rule: one good recording, one damaged, and the sentence a technician reads."""

from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from diagmod.core.quality import SEVERITIES, Finding, Limits, judge
from diagmod.core.tally import PhaseCounter

FS = 1000.0
ROOT = Path(__file__).parents[2]
LIMITS = Limits(
    min_duration_s=2.0,
    max_length_error_pct=1.0,
    max_missing_pct=20.0,
    max_offset_pct=5.0,
    min_phase_ratio_pct=5.0,
    line_low_hz=20.0,
    line_high_hz=120.0,
)


def sine(seconds=4.0, amplitude=10.0):
    """A 50.3 Hz sine, shape (n,): no sample comes twice."""
    return amplitude * np.sin(2 * np.pi * 50.3 * np.arange(round(seconds * FS)) / FS)


def findings(changes=None, *, absent="", limits=LIMITS, seconds=4.0, **known):
    """Findings about three sines, some of them replaced or absent, as (rule, phase) to Finding."""
    tallies = {}
    for phase in "RST":
        if phase not in absent:
            counter = PhaseCounter()
            counter.update(np.asarray((changes or {}).get(phase, sine(seconds)), dtype=np.float32))
            tallies[phase] = counter.tally()
    return {(f.rule, f.phase): f for f in judge(tallies, FS, limits, **known)}


def test_limits_of_these_tests_are_those_of_params_yaml():
    section = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))["load"]
    assert {name: section[name] for name in vars(LIMITS)} == vars(LIMITS)


def test_good_recording_has_no_finding():
    assert findings(declared_s=4.0) == {}


def test_recording_of_exactly_the_least_length_is_long_enough():
    assert findings(seconds=2.0) == {}


def test_short_recording_is_refused():
    found = findings(seconds=1.99)["too_short", ""]
    assert found.is_fatal
    assert found.message == "1.99 s long, at least 2 s are needed; record longer"


def test_file_shorter_than_the_manifest_says_is_refused():
    found = findings(declared_s=6.0)["length_mismatch", ""]
    assert found.is_fatal
    assert found.value == pytest.approx(100 / 3)
    assert found.message == (
        "4 s long where the manifest states 6 s (33.3 % off, at most 1 % allowed); "
        "the file is truncated or its fs is wrong"
    )


def test_length_within_one_percent_of_the_manifest_is_accepted():
    """4 s are 0.99 % off 4.04 s, and 1.2 % off 4.05 s."""
    assert findings(declared_s=4.04) == {}
    assert "(1.23 % off, at most 1 % allowed)" in findings(declared_s=4.05)["length_mismatch", ""].message


def test_absent_phases_are_named_and_go_with_the_recording():
    found = findings(absent="ST")["absent_phase", "ST"]
    assert not found.is_fatal
    assert found.message == "phase S and T is absent; figures between phases are not available"


def test_constant_phase_is_refused():
    found = findings({"S": np.full(4000, 2.5)})
    assert found["flat_phase", "S"].is_fatal
    assert found["flat_phase", "S"].message == "phase S is constant at 2.5; check the sensor and its cable"
    assert list(found) == [("flat_phase", "S")]


def test_single_missing_sample_is_a_warning():
    x = sine()
    x[7] = np.nan
    found = findings({"T": x})["missing", "T"]
    assert found.severity == "warning"
    assert found.message == (
        "0.025 % of the samples of phase T are missing or infinite (more than 20 % is refused); "
        "figures of this phase are missing in segments with a gap"
    )


def test_missing_and_infinite_samples_together_above_the_limit_are_refused():
    """500 NaN and 301 infinite samples of 4000 are 20.025 %; one fewer is 20 %."""
    x = sine()
    x[:500], x[1000:1301] = np.nan, np.inf
    assert findings({"R": x})["missing", "R"].is_fatal
    x[1300] = 0.1
    assert not findings({"R": x})["missing", "R"].is_fatal


def test_phase_without_a_single_sample_is_refused_and_does_not_hide_a_dead_one():
    found = findings({"R": np.full(4000, np.nan), "T": sine(amplitude=0.1)})
    assert found["missing", "R"].is_fatal
    assert found["missing", "R"].message.startswith("100 % of the samples of phase R")
    assert ("dead_phase", "T") in found


def test_offset_above_the_limit_is_reported():
    """0.5 A on 10 A peak: 0.5 / sqrt(50 + 0.25) = 7.05 % of the rms."""
    found = findings({"S": sine() + 0.5})["offset", "S"]
    assert found.message == "phase S has a DC offset of 7.1 % of its rms; check the sensor's zero"
    assert findings({"S": sine() - 0.5})["offset", "S"].value == pytest.approx(7.05, abs=0.15)
    assert findings({"S": sine() - 0.3}) == {}


def test_phase_below_a_twentieth_of_the_largest_is_dead():
    found = findings({"R": sine(amplitude=0.2)})["dead_phase", "R"]
    assert found.value == pytest.approx(2.0, abs=1e-3)
    assert found.message == "phase R carries 2 % of the largest phase's rms; it is dead or not connected"
    assert findings({"R": sine(amplitude=0.6)}) == {}


def test_findings_come_worst_first():
    found = findings({"R": np.zeros(1000), "S": sine(1.0) + 1}, absent="T", seconds=1.0)
    ranks = [SEVERITIES.index(f.severity) for f in found.values()]
    assert ranks == sorted(ranks, reverse=True)
    assert {f.severity for f in found.values()} == {"error", "warning", "info"}


@pytest.mark.parametrize(
    ("severity", "fatal"), [("info", False), ("warning", False), ("error", True), ("critical", True)]
)
def test_error_and_critical_send_to_quarantine(severity, fatal):
    assert Finding("rule", severity, "", 0, 0, "").is_fatal is fatal
