"""Segments in gatherings that are known, of motors whose own levels differ more than the gatherings do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.models.own_baseline import Rows
from diagmod.models.regimes.settings import RegimeSettings, SpreadSettings
from diagmod.models.regimes.view_rows import VIEWS, ViewRows

#: Quick settings: no UMAP, few retrainings.
QUICK = {
    "views": ("operation", "shape"), "segments_each": 3, "max_segments": 4000, "smallest_recordings": 5,
    "neighbour_recordings": 2, "keep_share": 0.9, "n_retrainings": 5, "n_folds": 3, "match_spreads": 0.5,
    "spread": SpreadSettings(neighbours=9, reaches=1.0, confidence=0.8), "picture": "pca",
    "max_picture": 200, "seed": 7,
}  # fmt: skip


def quick_settings(**changed: object) -> RegimeSettings:
    """Settings for tests, with some of them changed."""
    return RegimeSettings(**{**QUICK, **changed})


def handmade_views(
    n_motors: int = 9, per_motor: int = 12, *, segments_each: int = 3, seed: int = 0, apart: float = 12.0
) -> ViewRows:
    """Motors of which every third is changed in the second half of its recordings.

    Their first figure of shape and their ripple are then ``apart`` times the noise higher. In shape every motor has an
    offset of its own, five times the noise; in operation none has.
    """
    rng = np.random.default_rng(seed)
    motor = np.repeat([f"M{k:02d}" for k in range(n_motors)], per_motor)
    index = np.tile(np.arange(per_motor), n_motors)
    is_changed = (np.repeat(np.arange(n_motors), per_motor) % 3 == 2) & (index >= per_motor // 2)
    about = pd.DataFrame(
        {
            "recording_id": [f"r{k:04d}" for k in range(len(motor))], "motor_id": motor, "split_group": motor,
            "condition": np.where(is_changed, "broken_bar", "healthy"), "is_usable": True,
            "load_share": rng.uniform(0.5, 0.9, len(motor)), "slip_of_rated": 0.7,
        }
    )  # fmt: skip
    offset = np.repeat(rng.normal(0, 5, (n_motors, len(VIEWS["shape"]))), per_motor, axis=0)
    about, offset, index, is_changed = _each(about, offset, index, is_changed, times=segments_each)
    about["segment"] = np.arange(len(about)) % segments_each
    belongs = (
        about["motor_id"].to_numpy(str),
        about["recording_id"].to_numpy(str),
        about["load_share"].to_numpy(float),
    )
    shape = offset + rng.normal(0, 1, offset.shape)
    shape[is_changed, 0] += apart
    run = rng.normal(0, 1, (len(about), 4))
    run[is_changed, 3] += apart
    every = np.ones(len(about), dtype=bool)
    rows = {
        "operation": Rows(tuple(f.name for f in VIEWS["operation"]), run, *belongs, every),
        "shape": Rows(tuple(f.name for f in VIEWS["shape"]), shape, *belongs, index < 4),
    }
    return ViewRows(about, rows)


def only(data: ViewRows, keep: np.ndarray) -> ViewRows:
    """Some of the segments."""
    return ViewRows(data.about[keep].reset_index(drop=True), {view: r.only(keep) for view, r in data.rows.items()})


def _each(*parts: object, times: int) -> list:
    return [
        part.loc[part.index.repeat(times)].reset_index(drop=True)
        if isinstance(part, pd.DataFrame)
        else np.repeat(part, times, axis=0)
        for part in parts
    ]
