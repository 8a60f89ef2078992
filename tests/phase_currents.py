"""Currents of three phases to write into files of any form."""

from __future__ import annotations

import numpy as np


def three_phases(fs: float, line_hz: float, seconds: float, seed: int = 0) -> np.ndarray:
    """Currents of 2 A peak with noise of their own, float64, shape (3, n)."""
    angle = 2 * np.pi * line_hz * np.arange(int(fs * seconds)) / fs
    noise = np.random.default_rng(seed).normal(0, 0.01, (3, angle.size))
    return 2.0 * np.stack([np.cos(angle - k * 2 * np.pi / 3) for k in range(3)]) + noise
