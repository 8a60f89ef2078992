"""Rows for models, made of chance and of stated shifts, so that the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.models.anomaly_settings import AnomalySettings
from diagmod.models.model_rows import ModelRows
from diagmod.models.own_baseline import Rows

#: Quick settings: two methods, few folds.
QUICK = {
    "detectors": ("robust_z", "sigma_rule"), "detector": "robust_z", "baseline": "motor_load",
    "believed_healthy": "labelled_or_first", "first_recordings": 3, "alarm_share_pct": 5.0, "n_folds": 3,
    "n_inner_folds": 3, "n_load_bands": 2, "seed": 7,
}  # fmt: skip


def quick_settings(**changed: object) -> AnomalySettings:
    """Settings for tests, with some of them changed."""
    return AnomalySettings(**{**QUICK, **changed})


def handmade_rows(
    n_motors: int = 9, per_motor: int = 12, *, n_figures: int = 6, level: str = "recording", seed: int = 0,
    segments_each: int = 1,
) -> ModelRows:  # fmt: skip
    """Normal figures with an offset of every motor and a slope over the load; the last third of motors is faulty.

    The second half of the recordings of a faulty motor has its first figure 8 spreads higher. The last figure rests on
    I2 by its name, ``i2_log``.
    """
    rng = np.random.default_rng(seed)
    motor = np.repeat([f"M{k:02d}" for k in range(n_motors)], per_motor)
    offset = np.repeat(rng.normal(0, 5, (n_motors, n_figures)), per_motor, axis=0)
    load = rng.uniform(0.3, 1.0, len(motor))
    values = offset + 4 * (load - 0.65)[:, None] + rng.normal(0, 1, (len(motor), n_figures))
    index = np.tile(np.arange(per_motor), n_motors)
    is_faulty = (np.repeat(np.arange(n_motors), per_motor) >= 2 * n_motors // 3) & (index >= per_motor // 2)
    values[is_faulty, 0] += 8
    about = pd.DataFrame(
        {
            "recording_id": [f"r{k:03d}" for k in range(len(motor))], "segment": -1, "motor_id": motor,
            "split_group": motor, "condition": np.where(is_faulty, "broken_bar", "healthy"),
            "severity": np.where(is_faulty, (index + 1) / per_motor, 0.0), "load_pct": 100 * load,
            "acquisition": "good",
            "started_at": pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(10 * index, unit="D"),
        }
    )  # fmt: skip
    if segments_each > 1:
        about = about.loc[about.index.repeat(segments_each)].reset_index(drop=True)
        about["segment"] = np.arange(len(about)) % segments_each
        load, motor, is_faulty = (np.repeat(one, segments_each) for one in (load, motor, is_faulty))
        values = np.repeat(values, segments_each, axis=0) + rng.normal(0, 0.3, (len(about), n_figures))
    names = (*[f"figure_{k}" for k in range(n_figures - 1)], "i2_log")
    unit = about["recording_id"].to_numpy(str)
    return ModelRows(level, about, Rows(names, values, motor.astype(str), unit, load, ~is_faulty))
