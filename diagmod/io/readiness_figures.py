"""What a data set has, figure by figure, each with the words for it: what readiness is judged by.

"Recent" means against the newest recording of the data set, never against a clock, so that the same data give
the same answer next year. A figure that cannot be told is missing, with the reason as its words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from diagmod.core.windows import segment_starts
from diagmod.io.trend_tables import RMS

#: Split groups that a condition must be seen on: one to learn it from and one to be judged by.
GROUPS_PER_CONDITION = 2

#: Label of a machine without a fault.
HEALTHY = "healthy"

#: A figure, missing where it cannot be told, and the words for it.
Figure = tuple[float, str]


def figures_of(
    recordings: pd.DataFrame,
    motors: pd.DataFrame,
    trend: pd.DataFrame,
    windows: Mapping[str, int],
    as_of: datetime | None = None,
) -> dict[str, Figure]:
    """Every figure by the name of its check; parameters as of :func:`diagmod.io.readiness.assess_readiness`."""
    return {
        **_counts(recordings, motors, windows),
        **_labels(recordings),
        "recency_days": _recency(recordings, motors, as_of),
        "usable_pct": _share(recordings["acquisition"] != "unusable", "recordings can carry a diagnosis"),
        "homogeneous_pct": _homogeneity(recordings),
        "trend_hours": _trend(trend),
    }


def count_windows(recordings: pd.DataFrame, window_s: float, overlap: float) -> dict[str, int]:
    """Full windows of every recording; none where its rate is too low for the window.

    Parameters
    ----------
    recordings : DataFrame
        Table ``recordings``.
    window_s : float
        In seconds.
    overlap : float
        Share that neighbours have in common, 0 <= overlap < 1.
    """
    counted = {}
    for name, n_samples, fs in zip(
        recordings["recording_id"], recordings["n_samples"].astype(int), recordings["fs_hz"].astype(float), strict=True
    ):
        is_possible = round(window_s * fs) >= 4
        counted[str(name)] = len(segment_starts(n_samples, fs, window_s, overlap)[0]) if is_possible else 0
    return counted


def _counts(recordings: pd.DataFrame, motors: pd.DataFrame, windows: Mapping[str, int]) -> dict[str, Figure]:
    n_motors, groups = recordings["motor_id"].nunique(), recordings["split_group"].nunique()
    per_motor = _in_service(motors).map(recordings["motor_id"].value_counts()).fillna(0).astype(int)
    fewest = (
        (float(per_motor.min()), f"motor {per_motor.idxmin()} has {_n(per_motor.min(), 'recording')}, the fewest")
        if len(per_motor) else (math.nan, "no motor of the register is in service; correct status in motors.yaml")
    )  # fmt: skip
    n_windows = sum(windows.get(str(name), 0) for name in recordings["recording_id"])
    return {
        "motors": (n_motors, f"{_n(n_motors, 'motor')} of {len(motors)} in the register with recordings"),
        "split_groups": (groups, f"{_n(groups, 'split group')} (motors or repetitions) that can be held out"),
        "recordings": (len(recordings), _n(len(recordings), "recording")),
        "recordings_per_motor": fewest,
        "windows": (n_windows, _n(n_windows, "window")),
    }


def _labels(recordings: pd.DataFrame) -> dict[str, Figure]:
    labels = recordings["condition"]
    healthy = int((labels == HEALTHY).sum())
    groups = recordings[labels != ""].groupby("condition")["split_group"].nunique().sort_index()
    enough = [str(name) for name in groups.index[groups >= GROUPS_PER_CONDITION]]
    few = [str(name) for name in groups.index[groups < GROUPS_PER_CONDITION]]
    text = f"{_n(len(enough), 'condition')} seen on {GROUPS_PER_CONDITION} split groups or more"
    text += f" ({', '.join(enough)})" if enough else ""
    text += f", {', '.join(few)} on fewer" if few else ""
    return {
        "healthy_recordings": (healthy, f"{_n(healthy, 'recording')} labelled healthy"),
        "conditions": (len(enough), text),
        "label_coverage_pct": _share(labels != "", "recordings have a label of their condition"),
    }


def _recency(recordings: pd.DataFrame, motors: pd.DataFrame, as_of: datetime | None) -> Figure:
    """Days since the last recording of the motor in service that was left longest."""
    if as_of is not None and as_of.tzinfo is None:
        raise ValueError(f"as_of must have a time zone, got {as_of.isoformat()}; add +00:00 for UTC")
    last = recordings.groupby("motor_id")["started_at"].max().dropna()
    last = last[last.index.isin(_in_service(motors).index)]
    if last.empty:
        return (
            math.nan,
            "the start times of the recordings are not known; give started_at in recordings.csv where it was kept",
        )
    newest = pd.Timestamp(as_of) if as_of is not None else last.max()
    days = ((newest - last).dt.total_seconds() / 86_400).clip(lower=0.0)
    whose = "the newest of the data set" if as_of is None else f"{newest:%Y-%m-%d}"
    return float(days.max()), f"motor {days.idxmax()} was last recorded {days.max():.1f} days before {whose}"


def _homogeneity(recordings: pd.DataFrame) -> Figure:
    if recordings.empty:
        return math.nan, "there are no recordings; `diagmod import` brings some in"
    kinds = recordings.groupby(["phases", "fs_hz", "unit"]).size().sort_values(ascending=False, kind="stable")
    phases, fs, unit = kinds.index[0]
    share = 100.0 * float(kinds.iloc[0]) / len(recordings)
    others = f", {_n(len(kinds) - 1, 'other kind')} beside" if len(kinds) > 1 else ""
    alike = f"{kinds.iloc[0]} of {_n(len(recordings), 'recording')}"
    return share, f"{alike} with phases {phases} at {fs:g} Hz in {unit}{others}"


def _trend(trend: pd.DataFrame) -> Figure:
    hours = trend[trend["quantity"].isin(RMS)].groupby("motor_id")["hour"].nunique()
    if hours.empty:
        return 0.0, "no motor has a trend log of its currents"
    return float(hours.min()), f"motor {hours.idxmin()} has {_n(hours.min(), 'hour')} of trend log, the fewest"


def _share(claims: pd.Series, text: str) -> Figure:
    if claims.empty:
        return math.nan, "there are no recordings; `diagmod import` brings some in"
    return 100.0 * float(claims.mean()), f"{int(claims.sum())} of {len(claims)} {text}"


def _in_service(motors: pd.DataFrame) -> pd.Series:
    """Motors of the register that are not out of service, by name."""
    names = motors.loc[motors["status"] != "out of service", "motor_id"]
    return pd.Series(names.to_numpy(), index=names.to_numpy(), dtype="str")


def _n(count: float, noun: str) -> str:
    return f"{int(count)} {noun}{'' if count == 1 else 's'}"
