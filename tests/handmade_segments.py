"""Raw segments of three classes that differ by lines 40 dB below the supply, and a small network for them."""

from __future__ import annotations

import numpy as np

from diagmod.core.segment_waves import N_PERIODS, N_POINTS
from diagmod.models.segment_cnn import SegmentCnnSettings

#: Turns in a segment of what each class carries beside the supply: nothing, slow sidebands, a line half an order off.
TURNS = (None, 8, N_PERIODS // 2)


def settings(**changed: object) -> SegmentCnnSettings:
    """Small settings."""
    return SegmentCnnSettings(**({"n_epochs": 4, "patience": 2, "batch_size": 16} | changed))


def waves(labels: np.ndarray, seed: int = 0, level: float = 0.01) -> np.ndarray:
    """Supply lines with noise at -60 dB, and the line of the class 40 dB below the supply, both sides of it."""
    rng = np.random.default_rng(seed)
    made = 1 + 1e-3 * (rng.normal(size=(len(labels), N_POINTS)) + 1j * rng.normal(size=(len(labels), N_POINTS)))
    for row, label in enumerate(labels):
        if TURNS[label]:
            made[row] += level * np.cos(2 * np.pi * (TURNS[label] * np.arange(N_POINTS) / N_POINTS + rng.uniform()))
    return np.stack([made.real, made.imag], axis=1).astype(np.float32)


def fleet(n_groups: int = 9, n_each: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Waves, labels and groups: every group is of one class, in turns."""
    labels = np.repeat(np.arange(n_groups) % 3, n_each)
    return waves(labels, seed), labels, [f"M{k:02d}" for k in np.repeat(np.arange(n_groups), n_each)]
