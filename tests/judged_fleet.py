"""Judged recordings whose every flag is stated by the test, or drawn for a fleet whose faults grow."""

from __future__ import annotations

import numpy as np
import pandas as pd


def judged(*motors: tuple[str, str, str], split: str = "leave_group_out", model: str = "m", days: float = 10.0):
    """Recordings of some motors, ``days`` apart.

    Parameters
    ----------
    *motors : tuple of str
        Name, conditions and flags, a letter a recording: ``("M1", "hhbb", ".x.x")`` has two healthy recordings and two
        with a broken bar (s: inter-turn short, space: no label), of which the second and the last are flagged. The
        severity of a fault grows from 0.1 in steps of 0.1.
    split, model : str
    days : float
    """
    names = {"h": "healthy", "b": "broken_bar", "s": "stator_short", " ": ""}
    rows = []
    for motor, conditions, flags in motors:
        grown = np.cumsum([letter not in "h " for letter in conditions]) / 10
        for k, (letter, flag) in enumerate(zip(conditions, flags, strict=True)):
            rows.append(
                {
                    "split": split, "model": model, "recording_id": f"{motor}-{k}", "motor_id": motor,
                    "split_group": motor, "condition": names[letter], "is_flagged": flag == "x",
                    "score": float(flag == "x"), "severity": grown[k] if letter not in "h " else 0.0,
                    "load_pct": 50.0 + k, "acquisition": "good", "quality": "good",
                    "started_at": pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(days=k * days),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def fleet(seed: int, found_from: float, *, n_motors: int = 20, n_recordings: int = 12, false: float = 0.03):
    """A fleet in which half of the motors develop a broken bar that is found from a severity on and never below it."""
    rng = np.random.default_rng(seed)
    parts = []
    for k in range(n_motors):
        severity = np.linspace(0, 1, n_recordings) if k % 2 else np.zeros(n_recordings)
        severity = np.where(severity > 0, np.clip(severity + rng.uniform(-0.04, 0.0, n_recordings), 0.01, 1), 0)
        is_faulty = severity > 0
        flagged = np.where(is_faulty, severity >= found_from, rng.uniform(size=n_recordings) < false)
        rows = judged((f"M{k:02d}", "".join("b" if f else "h" for f in is_faulty),
                       "".join("x" if f else "." for f in flagged)))  # fmt: skip
        parts.append(rows.assign(severity=severity, score=severity + rng.normal(0, 0.1, n_recordings)))
    return pd.concat(parts, ignore_index=True)
