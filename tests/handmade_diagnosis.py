"""Diagnoses written by hand, with every part a diagnosis can have, for tests of what is printed of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from diagmod.core.charts import DEFAULT_CHARTS
from diagmod.core.motor import Motor
from diagmod.core.verdicts import (
    Competitor,
    Diagnosis,
    Evidence,
    FaultVerdict,
    Interval,
    Quality,
    QualityVerdict,
    Reason,
    Severity,
    SlipEstimate,
    Verdict,
)
from diagmod.io.diagnosis_lineage import lineage_of
from diagmod.io.recording_files import RecordingFile

NAN = float("nan")

MOTOR = Motor(motor_id="M1", name="pump 3", line_hz=50.0, pole_pairs=2, rotor_bars=28, rated_rpm=1455.0)

BAR = FaultVerdict(
    name="broken_bar",
    verdict=Verdict.SUPPORTED,
    sentence="The rotor cage is damaged: the current shows the equivalent of 0.8 to 1.6 broken bars.",
    evidence=(
        Evidence("f(1-2s)", 47.604, -38.12, -85.6, 47.48, is_present=True),
        Evidence("f(1+2s)", 52.396, -41.0, -84.0, 43.0, is_present=True, note="weaker than the lower one"),
        Evidence("f(1-4s)", 45.2, -86.0, -85.0, -1.0),
        Evidence("f-fr", 26.1, -60.0, -61.0, 1.0, is_resolved=False),
        Evidence("angle of both lines", NAN, 231.4, NAN, NAN, unit="deg"),
    ),
    competing=(Competitor("load oscillation at twice the slip", Verdict.NOT_SUPPORTED, "the angle is 231 degrees"),),
    reasons=(Reason("rotor_modulation", "the lines stand out and their phases are those of a rotor fault"),),
    severity=Severity(
        Interval(NAN, 0.8, 1.6), "broken bars", "rotor current at 60 to 80 % load, 28 bars", "chart A",
        "service practice", "broken bar (-38.1 dBc)",
    ),
    smallest_visible=Interval(0.02, 0.01, 0.04),
    smallest_unit="broken bars",
)  # fmt: skip

ECCENTRICITY = FaultVerdict(
    name="eccentricity",
    verdict=Verdict.NOT_SUPPORTED,
    sentence="Lines at the shaft frequency stand at -55 dBc, as in healthy machines.",
    evidence=(Evidence("f+fr", 74.4, -55.0, -110.0, 55.0, is_present=True),),
    reasons=(Reason("natural", "healthy machines show up to -50 dBc"),),
    smallest_visible=Interval(-98.0, -98.0, -98.0),
    smallest_unit="dBc",
)

BEARING_UNKNOWN = (Reason("bearing_unknown", "the bearing is not known; give its designation"),)
BEARINGS = tuple(
    FaultVerdict(f"bearing_{part}", Verdict.CANNOT_DECIDE, f"Cannot tell about the {part}.", reasons=BEARING_UNKNOWN)
    for part in ("outer", "inner", "ball", "cage")
)

UNBALANCE = FaultVerdict(
    name="unbalance",
    verdict=Verdict.NOT_SUPPORTED,
    sentence="The currents are balanced within what is usual.",
    evidence=(Evidence("I2 / I1", NAN, 1.44, NAN, NAN, unit="%"),),
    reasons=(Reason("usual", "I2 / I1 stays below 8 %"),),
)

FOUND = Diagnosis(
    quality=Quality(
        QualityVerdict.LIMITED,
        (Reason("high_floor", "the floor beside the supply line is -60 dBc"),),
        ("Record 20 s or more",),
        {"floor_dbc": -60.0, "switching_hz": NAN, "range_bits": float("inf"), "phase_steps": np.float32(3)},
        stretch_s=(0.0, 6.0),
    ),
    line_hz=Interval(49.98123, 49.98083, 49.98163),
    slip=SlipEstimate("combined", Interval(0.024, 0.0238, 0.0242), "slot harmonics and bar sidebands agree"),
    slip_estimates=(
        SlipEstimate("slot harmonics", Interval(0.024, 0.0239, 0.0241), "2 slot harmonics"),
        SlipEstimate("eccentricity pair", None, "no pair of lines at the shaft frequency stands out"),
    ),
    load_share=Interval(0.7, 0.6, 0.8),
    faults=(BAR, ECCENTRICITY, *BEARINGS),
    conditions=(UNBALANCE,),
    collisions=tuple(f"eccentricity f-fr and stator_short line {k} at 25.3 and 25.3 Hz" for k in range(6)),
    sentence=f"{BAR.sentence} The recording has limits.",
)

_REFUSAL = Reason("samples_repeated", "the clock is unreliable: 9.8 % of the samples repeat the one before")
REFUSED = Diagnosis(
    quality=Quality(QualityVerdict.UNUSABLE, (_REFUSAL,), (), {}, is_clock_reliable=False),
    line_hz=None,
    slip=SlipEstimate("combined", None, _REFUSAL.text),
    slip_estimates=(),
    load_share=None,
    faults=tuple(
        FaultVerdict(
            v.name, Verdict.CANNOT_DECIDE, f"This recording cannot tell: {_REFUSAL.text}.", reasons=(_REFUSAL,)
        )
        for v in FOUND.faults
    ),
    conditions=(replace(UNBALANCE, verdict=Verdict.CANNOT_DECIDE, evidence=(), reasons=(_REFUSAL,)),),
    collisions=(),
    sentence=f"No diagnosis can be made: {_REFUSAL.text}.",
)


def lineage(folder: Path, **changed: Any) -> dict[str, Any]:
    """Lineage of a file of three phases, written into a folder."""
    path = folder / "pump.csv"
    path.write_text("R,S,T\n1,2,3\n")
    recording = RecordingFile(
        currents=np.zeros((3, 50000)),
        fs=5000.0,
        stamps_s=None,
        columns=changed.pop("columns", ("R", "S", "T")),
        time_column=changed.pop("time_column", ""),
        unit=changed.pop("unit", "A"),
        notes=changed.pop("notes", ()),
    )
    given = {"nameplate_source": "motors.yaml:M1", "charts": DEFAULT_CHARTS}
    return lineage_of(
        path,
        recording,
        changed.pop("motor", MOTOR),
        parameters={"load_pct": changed.pop("load_pct", None), "line_band_hz": [20.0, 120.0]},
        **{**given, **changed},
    )
