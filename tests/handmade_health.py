"""Inputs of health made by hand: one motor or a few, a recording every ten days, every answer stated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from diagmod.io.stages import read_yaml
from diagmod.models.health_evidence import HealthInputs
from diagmod.models.health_settings import HealthSettings

#: Rungs at round numbers, the same for every quantity but where a unit forbids it.
RUNGS = {
    "broken_bars": (0.0, 0.5, 1.0, 2.0, 4.0), "shaft_db": (-54.0, -48.0, -42.0, -36.0, -30.0),
    "shaft_rise_db": (0.0, 3.0, 6.0, 12.0, 24.0), "unbalance_rise_pct": (0.0, 1.0, 2.0, 4.0, 8.0),
    "anomaly": (0.0, 1.0, 2.0, 4.0, 8.0), "fault_probability": (0.0, 0.25, 0.5, 0.75, 1.0),
    "fault_severity": (0.0, 0.25, 0.5, 0.75, 1.0), "crossing_probability": (0.0, 0.25, 0.5, 0.75, 1.0),
}  # fmt: skip
NAMES = ("none", "watch", "plan", "act", "most")


def given(**changed: object) -> dict[str, object]:
    """The section of params.yaml as it would be written."""
    ladders = {name: dict(zip(NAMES, rungs, strict=True)) for name, rungs in RUNGS.items()}
    return {"look_back": 3, "limited_knowledge": 0.5, "unmeasured_risk": 50.0, "ladders": ladders, **changed}


SETTINGS = HealthSettings.of(given())


def committed_settings() -> HealthSettings:
    """The settings of params.yaml, or the round ones where it has none."""
    params = read_yaml(Path(__file__).parents[1] / "params.yaml")["evaluate"]
    return HealthSettings.of(params["health"]) if "health" in params else SETTINGS


def catalogue(n: int, motor: str = "M1", **columns: object) -> pd.DataFrame:
    """Recordings ``M1-0``, ``M1-1`` ... of a motor."""
    started = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(10 * pd.Series(range(n)), unit="D")
    return pd.DataFrame(
        {
            "recording_id": pd.Series([f"{motor}-{k}" for k in range(n)], dtype="str"), "motor_id": motor,
            "started_at": started.astype("datetime64[us, UTC]"), "acquisition": "good", "condition": "healthy",
            "severity": 0.0, "split_group": motor, "load_pct": 75.0, "quality": "good",
        }
    ).assign(**columns)  # fmt: skip


def diagnoses(
    recordings: Sequence[str], bars: Sequence[float], verdicts: Sequence[str] | None = None, fault: str = "broken_bar"
) -> pd.DataFrame:
    """A diagnosis a recording; supported from half a bar on unless stated."""
    answers = verdicts or ["supported" if value >= 0.5 else "not_supported" for value in bars]
    return pd.DataFrame(
        {
            "recording_id": list(recordings), "fault": fault, "kind": "fault", "verdict": answers,
            "severity_value": [float(value) for value in bars], "severity_unit": "broken bars",
            "sentence": [f"The cage shows {value:g} bars." for value in bars],
            "competing": "a load that swings (not supported): no; a supply that flickers (cannot decide): perhaps",
        }
    )  # fmt: skip


def changes(
    recordings: Sequence[str], rises: Sequence[float], verdicts: Sequence[str], **columns: object
) -> pd.DataFrame:
    """Change of the negative sequence."""
    return pd.DataFrame(
        {
            "recording_id": list(recordings), "fault": "stator_short", "verdict": list(verdicts), "change": list(rises),
            "change_unit": "% of I1", "spreads": 9.0, "limit_spreads": 5.0, "sentence": "It has changed.",
        }
    ).assign(**columns)  # fmt: skip


def anomalies(recordings: Sequence[str], severities: Sequence[float]) -> pd.DataFrame:
    """Anomaly scores; beyond 1 is strange, NaN is not scored."""
    values = [float(value) for value in severities]
    return pd.DataFrame(
        {
            "recording_id": list(recordings), "score": values, "is_anomaly": [value > 1 for value in values],
            "severity": values,
        }
    )  # fmt: skip


def predictions(recordings: Sequence[str], *rows: tuple[str, float, str]) -> pd.DataFrame:
    """Predicted condition, its probability and the conformal set of every recording."""
    table = pd.DataFrame(list(rows), columns=["predicted", "probability", "conformal_set"])
    return table.assign(recording_id=list(recordings))


def repair(motor: str, end: str) -> pd.DataFrame:
    """A repair that ended at a date, and an inspection long after."""
    times = pd.to_datetime(pd.Series([end, "2027-01-01"]), utc=True).astype("datetime64[us, UTC]")
    return pd.DataFrame(
        {
            "motor_id": motor, "start": times - pd.Timedelta(days=1), "end": times, "kind": ["repair", "inspection"],
            "action": ["bars brazed", ""],
        }
    )  # fmt: skip


def bars_over_time(values: Sequence[float], **inputs: object) -> HealthInputs:
    """One motor whose cage shows so many bars, recording after recording."""
    about = catalogue(len(values))
    return HealthInputs(about, diagnoses=diagnoses(about["recording_id"], values), **inputs)
