"""Trends of a small fleet, made by hand: a level, a week, and noise that remembers."""

from __future__ import annotations

import numpy as np

from diagmod.models.forecast.series import TrendSeries

#: A Monday.
START = np.datetime64("2026-01-05T00", "h")


def trend(values: np.ndarray, step_h: int = 24, motor: str = "M01", **more: object) -> TrendSeries:
    """A series of these values from a Monday on."""
    return TrendSeries(motor, "rms_R", "A", step_h, START, np.asarray(values, dtype=float), **more)


def fleet(n_motors: int = 6, n_steps: int = 150, step_h: int = 24, seed: int = 0) -> list[TrendSeries]:
    """Series of 1 A to 100 A with a weekly shape, noise with a memory of some steps, and 3 % of gaps."""
    rng = np.random.default_rng(seed)
    made = []
    for k in range(n_motors):
        hours = np.arange(n_steps) * step_h
        noise = np.zeros(n_steps)
        for t in range(1, n_steps):
            noise[t] = 0.8 * noise[t - 1] + rng.normal(0, 0.02)
        values = 10 ** rng.uniform(0, 2) * (1 + 0.1 * np.sin(2 * np.pi * hours / 168) + noise)
        values[rng.random(n_steps) < 0.03] = np.nan
        made.append(trend(values, step_h, f"M{k:02d}"))
    return made
