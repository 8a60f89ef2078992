"""Figures of an acquisition without a flaw, for tests that spoil one at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sampled_recordings import one_phase, recorded

from diagmod.core.acquisition_reasons import Figures, refusals
from diagmod.core.channels import Channels
from diagmod.core.clock import Clock
from diagmod.core.clock_reasons import clock_refusals
from diagmod.core.inverter import Supply
from diagmod.core.limiting_reasons import limiting
from diagmod.core.prepared import Prepared, prepare
from diagmod.core.stationarity import Steadiness
from diagmod.core.verdicts import Reason

NAN = float("nan")

#: 3 s at 5 kHz of the usual current: one of three phases, and one of a single one.
MADE = prepare(recorded(5000.0, 3.0).currents, 5000.0)
SINGLE = prepare(one_phase(recorded(5000.0, 3.0).currents, 1), 5000.0)

#: What is measured on a recording without a flaw.
CLOCK = Clock(repeat_pct=0.0, n_steps=0, step_s=NAN, jitter_s=2e-7, excess_db=0.3)
GOOD = Figures(
    clock=CLOCK,
    channels=Channels(0.01, (0.0, 0.0), (0.0, 0.0), 0.02),
    supply=Supply(NAN, is_mains_frequency=True),
    steadiness=Steadiness(0.0, 3.0, 0.5, ""),
    floor_dbc=-90.0,
    clipped_pct=0.0,
    offset_pct=0.1,
    line_hz=50.02,
    drift_hz=0.005,
    rms_over_rated=0.9,
    strongest_hz=250.1,
    strongest_db=-36.0,
)


def clock(**changed: Any) -> Clock:
    return replace(CLOCK, **changed)


def said(reasons: list[Reason]) -> dict[str, str]:
    return {reason.code: reason.text for reason in reasons}


def limited(made: Prepared = MADE, repair_note: str = "", **changed: Any) -> dict[str, str]:
    return said(limiting(replace(GOOD, **changed), made, repair_note))


def refused(made: Prepared = MADE, **changed: Any) -> dict[str, str]:
    return said(refusals(replace(GOOD, **changed), made))


def uneven(made: Prepared = MADE, **changed: Any) -> dict[str, str]:
    return said(clock_refusals(clock(**changed), made))
