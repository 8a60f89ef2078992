"""Recordings of motors with faults of stated size, their figures made by hand, so that every answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.models.faults.settings import FaultSettings
from diagmod.models.model_rows import ModelRows
from diagmod.models.own_baseline import Rows
from diagmod.models.phasor_change import Phasor

#: Figures of the handmade rows: three that faults move, one that nothing moves, and two features of shape.
NAMES = ("bars", "shaft_dbc", "thd_R_log", "i2_log", "crest_R", "shape_R")

#: Column that each fault moves.
MOVED = {"broken_bar": 0, "eccentricity": 1}

#: Quick settings.
QUICK = {"n_folds": 3, "n_inner_folds": 3, "n_load_bands": 2, "n_trees": 12, "n_bootstrap": 20, "first_recordings": 3}


def quick_settings(**changed: object) -> FaultSettings:
    """Settings for tests, with some of them changed."""
    return FaultSettings(**{**QUICK, **changed})


def handmade_faults(motors_each: int = 6, per_motor: int = 10, seed: int = 0, noise: float = 0.05) -> ModelRows:
    """Healthy motors, and motors whose second half of recordings has a fault.

    The logarithm of the fault's figure rises with that of the severity, whatever the motor and the load: bars by a
    decade a decade, the shaft line by 20 dB a decade. Motors differ by an offset of the harmonics, and the load moves
    the features of shape alone.
    """
    rng = np.random.default_rng(seed)
    kinds = np.repeat(["healthy", *MOVED], motors_each * per_motor)
    n = len(kinds)
    motor = np.repeat([f"M{k:02d}" for k in range(n // per_motor)], per_motor)
    late = np.tile(np.arange(per_motor) >= per_motor // 2, n // per_motor)
    condition = np.where(late, kinds, "healthy")
    severity = np.where(condition == "healthy", np.nan, rng.uniform(0.2, 1.0, n))
    load = rng.uniform(0.3, 1.0, n)
    values = np.column_stack([np.full(n, -1.5), np.full(n, -60.0), np.zeros((n, 4))])
    for name, scale, size in (("broken_bar", 1.0, 0.5), ("eccentricity", 20.0, -30.0)):
        own = condition == name
        values[own, MOVED[name]] = size + scale * np.log10(severity[own])
    values[:, 1] += rng.normal(0, 20 * noise, n)
    values[:, [0, 2, 3]] += rng.normal(0, noise, (n, 3))
    values[:, 2] += np.repeat(rng.normal(0, 1, n // per_motor), per_motor)
    values[:, 4:] = load[:, None] + rng.normal(0, noise, (n, 2))
    about = pd.DataFrame(
        {
            "recording_id": [f"r{k:03d}" for k in range(n)], "segment": -1, "motor_id": motor, "split_group": motor,
            "condition": condition, "severity": severity, "load_pct": 100 * load, "acquisition": "good",
            "started_at": pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(np.arange(n), unit="D"),
        }
    )  # fmt: skip
    rows = Rows(NAMES, values, motor.astype(str), about["recording_id"].to_numpy(str), load, condition == "healthy")
    return ModelRows("recording", about, rows, tuple(Phasor(0j, 1.0, share, 0.1) for share in load))


def no_diagnoses() -> pd.DataFrame:
    """A table ``diagnoses`` without rows, as far as rules look at it."""
    return pd.DataFrame({"recording_id": [], "kind": [], "fault": [], "verdict": []})
