"""Features of a fleet of which some move half-way, and of which the others only scatter."""

from __future__ import annotations

import numpy as np

from diagmod.models.drift import Rows


def moved_fleet(
    seed: int, *, shift: float = 0.0, n_moved: int = 2, n_motors: int = 10, n_recordings: int = 12, n_features: int = 8,
    windows: int = 1,
) -> Rows:  # fmt: skip
    """Normal features of motors that differ by two spreads; the first ones move by ``shift`` spreads half-way."""
    rng = np.random.default_rng(seed)
    motor = np.repeat(np.arange(n_motors), n_recordings)
    is_later = np.tile(np.arange(n_recordings) >= n_recordings // 2, n_motors)
    values = 2 * rng.normal(size=(n_motors, n_features))[motor] + rng.normal(size=(len(motor), n_features))
    values[np.ix_(is_later, np.arange(min(n_moved, n_features)))] += shift
    values = np.repeat(values, windows, axis=0)
    values += 0.1 * rng.normal(size=values.shape) * (windows > 1)
    recording = np.repeat(np.arange(len(motor)), windows).astype(str)
    names = tuple(f"f{k}" for k in range(n_features))
    return Rows(names, values, recording, np.repeat(motor, windows).astype(str), np.repeat(is_later, windows))
