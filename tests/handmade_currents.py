"""Three phase currents written down line by line, so that every figure of them is known beforehand."""

from __future__ import annotations

import numpy as np

from diagmod.core.motor import Motor

#: Supply (Hz), pole pairs and slip of :func:`handmade_currents`: twice the slip is 3 Hz, the shaft turns at 24.25 Hz.
LINE_HZ, POLE_PAIRS, SLIP = 50.0, 2, 0.03

#: Sampling rate (Hz), length (s) and amplitude (A peak).
FS_HZ, DURATION_S, AMPLITUDE_A = 2000.0, 6.0, 10.0

#: Nameplate that goes with it; the load follows from the current, so that the expected slip covers the true one.
MOTOR = Motor(
    motor_id="M1",
    line_hz=LINE_HZ,
    pole_pairs=POLE_PAIRS,
    rated_rpm=1455.0,
    rated_current_a=AMPLITUDE_A / np.sqrt(2),
    rotor_bars=28,
    bearing="6206",
)


def handmade_currents(
    *,
    bars_dbc: float = -40.0,
    shaft_dbc: float = -40.0,
    i2_pct: float = 2.0,
    noise_dbc: float = -60.0,
    duration_s: float = DURATION_S,
    fs: float = FS_HZ,
    seed: int = 0,
) -> np.ndarray:
    """Rows R, S, T: a carrier, lines at f -+ 2sf and at f -+ fr, a negative sequence at 30 degrees, and noise."""
    t = np.arange(round(duration_s * fs)) / fs
    turn = 2j * np.pi * t
    rotor_hz = LINE_HZ / POLE_PAIRS * (1 - SLIP)
    vector = np.exp(turn * LINE_HZ) + i2_pct / 100 * np.exp(-turn * LINE_HZ - 1j * np.pi / 6)
    for level, offset in ((bars_dbc, 2 * SLIP * LINE_HZ), (shaft_dbc, rotor_hz)):
        for sign, phase in ((-1, 0.0), (1, 4.0)):
            vector += 10 ** (level / 20) * np.exp(turn * (LINE_HZ + sign * offset) + 1j * phase)
    vector *= AMPLITUDE_A
    currents = np.stack([(vector * np.exp(-2j * np.pi * k / 3)).real for k in range(3)])
    noise = np.random.default_rng(seed).normal(size=currents.shape)
    return currents + AMPLITUDE_A * 10 ** (noise_dbc / 20) * noise
