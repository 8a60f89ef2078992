"""Healthy rows of correlated figures, and what is done to them, for every detector alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagmod.models.detectors.detector import DetectorSettings

#: Figures of a row; the first two go together (correlation 0.9).
N_FEATURES = 6

#: Quick settings.
QUICK = DetectorSettings(
    seed=3, n_trees=50, n_epochs=40, n_half_spaces=25, n_folds=3, members=("robust_z", "pca_t2_q", "one_class_svm")
)


def healthy(n: int, seed: int = 0, n_features: int = N_FEATURES) -> NDArray[np.float64]:
    """Standard normal rows, shape (n, n_features); the second figure follows the first."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, n_features))
    if n_features > 1:
        rows[:, 1] = 0.9 * rows[:, 0] + np.sqrt(1 - 0.81) * rows[:, 1]
    return rows


def groups_of(n: int, n_groups: int = 10) -> list[str]:
    """Split groups of rows, as many rows each."""
    return [f"M{k * n_groups // n:02d}" for k in range(n)]
