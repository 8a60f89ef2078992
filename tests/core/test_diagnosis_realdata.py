"""The diagnosis on measured currents: ITSC, an idling motor with an inter-turn short switched in and out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagmod.core.diagnosis import CONDITIONS, FAULTS, diagnose
from diagmod.core.motor import Motor
from diagmod.core.verdicts import Diagnosis, QualityVerdict, Verdict

#: Nameplate of the motor (Baldor CM3542); the unit of the currents is not stated.
MOTOR = Motor(motor_id="ITSC", line_hz=60.0, pole_pairs=2, rated_rpm=1725.0)

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def diagnoses(realdata: Path) -> dict[str, Diagnosis]:
    folder = realdata / "itsc"
    if not folder.is_dir():
        pytest.skip(f"no ITSC recordings in {folder}")
    return {
        path.stem: diagnose(np.loadtxt(path, delimiter=",").T, 1000.0, MOTOR, unit_is_ampere=False)
        for path in sorted(folder.glob("SC_*.csv"))
    }


def faulty(diagnoses: dict[str, Diagnosis]) -> list[Diagnosis]:
    return [found for name, found in diagnoses.items() if not name.startswith("SC_HLT")]


def test_a_switched_unbalance_is_found_in_every_faulty_file_within_its_seconds(diagnoses: dict[str, Diagnosis]) -> None:
    assert len(faulty(diagnoses)) == 48
    for found in faulty(diagnoses):
        verdict = found.fault("unbalance")
        assert verdict.verdict == Verdict.SUPPORTED
        assert "switched within the recording" in verdict.sentence
        assert found.fault("stator_short").verdict == Verdict.CANNOT_DECIDE
        assert "a short" in found.fault("stator_short").reasons[0].text


def test_healthy_files_stay_clean(diagnoses: dict[str, Diagnosis]) -> None:
    healthy = [found for name, found in diagnoses.items() if name.startswith("SC_HLT")]
    assert len(healthy) == 4
    for found in healthy:
        assert all(found.fault(name).verdict != Verdict.SUPPORTED for name in (*FAULTS, *CONDITIONS))


def test_no_machine_fault_is_made_of_current_alone(diagnoses: dict[str, Diagnosis]) -> None:
    for found in diagnoses.values():
        assert all(found.fault(name).verdict != Verdict.SUPPORTED for name in FAULTS)


def test_broken_bars_are_refused_with_the_reason_that_the_motor_idles(diagnoses: dict[str, Diagnosis]) -> None:
    for found in diagnoses.values():
        verdict = found.fault("broken_bar")
        assert verdict.verdict == Verdict.CANNOT_DECIDE
        assert verdict.reasons[0].text


def test_the_clock_is_good_the_channels_are_unequal_and_the_grid_is_60_hz(diagnoses: dict[str, Diagnosis]) -> None:
    for found in diagnoses.values():
        assert found.quality.verdict == QualityVerdict.LIMITED
        assert found.quality.is_clock_reliable
        assert found.quality.figures["i0_over_i1_pct"] > 3
        assert found.line_hz is not None
        assert abs(found.line_hz.value - 60) < 0.06
