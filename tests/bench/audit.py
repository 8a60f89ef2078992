"""The audit of an acquisition against the least that any look at a spectrum costs: one transform of every phase.

The recording is that of :mod:`bench.load`, a motor's current with harmonics and noise, 1 536 000 samples x 3, as
float32. Ours is the whole audit of a waveform in memory; the floor is ``scipy.fft.rfft`` of the same three phases.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import scipy.fft
from bench.rows import Row, alternate
from numpy.typing import NDArray

from diagmod.core.acquisition_findings import audit_recording
from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.motor import Motor
from diagmod.core.verdicts import QualityVerdict
from diagmod.sim.signal import SignalSpec, synthesise

#: Sampling rate (Hz) and length (s).
FS_HZ, DURATION_S = 25_600.0, 60.0

#: Goal: at most so many times the floor.
MOST_TRANSFORMS = 4.0

MOTOR = Motor(motor_id="M1", line_hz=50.0, pole_pairs=2, rated_current_a=8.0)


def audit_vs_fft(workshop: Path) -> Row:
    """Seconds to audit the recording, against one real transform of each phase."""
    del workshop  # nothing is written
    currents = recording()
    quality = audit_recording(currents, FS_HZ, MOTOR, limits=CALIBRATED)
    if quality.verdict != QualityVerdict.GOOD:
        raise RuntimeError(f"the recording is not good: {[reason.text for reason in quality.reasons]}")
    ours_s, floor_s = alternate(
        lambda: audit_recording(currents, FS_HZ, MOTOR), lambda: [scipy.fft.rfft(row) for row in currents], rounds=7
    )
    return Row("audit_vs_fft", ours_s, "s", floor_s, ours_s / floor_s, MOST_TRANSFORMS)


@cache
def recording() -> NDArray[np.float32]:
    spec = SignalSpec(line_hz=50.02, amplitude_a=10.0, harmonics_pct={5: 1.5, 7: 0.8, 11: 0.4}, noise_dbc=-55.0)
    return synthesise(spec, FS_HZ, round(FS_HZ * DURATION_S), np.random.default_rng(1)).astype(np.float32)
