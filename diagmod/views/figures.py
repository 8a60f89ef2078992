"""Figures of recordings and their features: computed data in, plotly figure out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.io.trend_tables import RMS, wide_rms
from diagmod.io.waveforms import read_waveform
from diagmod.views.theme import (
    CONDITION_SYMBOLS,
    EVENT_COLOUR,
    EVENT_SYMBOLS,
    PHASE_COLOURS,
    add_points,
    condition_colour,
    condition_words,
    figure,
)

#: Hours that follow each other at most this far apart are joined by a line.
_LONGEST_STEP = pd.Timedelta(minutes=90)

#: Motors that a legend names one by one.
_MOST_NAMED = 20


def waveform_figure(
    currents: NDArray[np.floating], fs: float, seconds: float, title: str, unit: str = "A"
) -> go.Figure:
    """The first ``seconds`` of a recording, shape (3, n_samples), one trace a phase."""
    n = min(currents.shape[1], round(seconds * fs))
    chart = figure(title, "time (s)", f"current ({unit})", 380)
    time_s = np.round(np.arange(n) / fs, 7)
    for phase, row, dash in zip(PHASES, currents, ("solid", "dash", "dot"), strict=True):
        if np.isfinite(row[:n]).any():
            chart.add_scatter(
                x=time_s,
                y=np.round(row[:n].astype(float), 4),
                name=phase,
                mode="lines",
                line={"color": PHASE_COLOURS[phase], "width": 1.5, "dash": dash},
            )
    return chart


def waveform_figures(recordings: pd.DataFrame, waveforms: Path, seconds: float) -> list[go.Figure]:
    """The beginning of every recording of a catalogue, read from ``waveforms``."""
    return [
        waveform_figure(
            read_waveform(waveforms / f"{r['recording_id']}.parquet"), r["fs_hz"], seconds, r["file"], r["unit"]
        )
        for r in recordings.to_dict("records")
    ]


def spectrum_figure(hz: NDArray[np.floating], level: NDArray[np.floating], highest_hz: float, title: str) -> go.Figure:
    """Level in dBc over frequency up to a limit: ``level`` of shape (3, n_bins), one trace a phase that is there."""
    chart = figure(title, "frequency (Hz)", "level (dBc)")
    shown = hz <= highest_hz
    for phase, row in zip(PHASES, level, strict=True):
        if np.isfinite(row).any():
            line = {"color": PHASE_COLOURS[phase], "width": 1}
            y = np.round(np.maximum(row[shown], -200.0), 2)
            chart.add_scatter(x=np.round(hz[shown], 4), y=y, name=phase, mode="lines", line=line)
    chart.update_yaxes(range=[-110, 5])
    return chart


def timeline_figure(recordings: pd.DataFrame) -> go.Figure:
    """Every recording of a catalogue over time, a row a motor, colour and shape by condition."""
    dated = recordings[recordings["started_at"].notna()]
    title = "Recordings over time" + _left_out(len(recordings) - len(dated), "start time")
    chart = figure(title, "date (UTC)", "motor", 90 + 28 * max(4, dated["motor_id"].nunique()))
    for condition, part in dated.groupby("condition", sort=True):
        loads = [f"<br>load {x:.0f} %" if np.isfinite(x) else "" for x in part["load_pct"]]
        text = [file + load for file, load in zip(part["file"], loads, strict=True)]
        add_points(chart, str(condition), part["started_at"], part["motor_id"], text)
    order = sorted(dated["motor_id"].unique())
    chart.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=order)
    return chart


def trend_figure(trend: pd.DataFrame, motor_id: str, unit: str = "A", events: pd.DataFrame | None = None) -> go.Figure:
    """Hourly rms of one motor's phases (of table ``trend`` with every quantity); a gap stays open.

    What was done to the motor (of table ``maintenance``) stands at its time: a line down to the trend, a symbol a kind.
    """
    chart = figure(f"Hourly rms current of {motor_id}", "date (UTC)", f"rms current ({unit})")
    part = wide_rms(trend[trend["motor_id"] == motor_id])
    after_gap = part.loc[part["hour"].diff() > _LONGEST_STEP, ["hour"]]
    part = pd.concat([part, after_gap - pd.Timedelta(minutes=1)]).sort_values("hour")
    for phase in PHASES:
        chart.add_scatter(
            x=part["hour"],
            y=part[f"rms_{phase}"],
            name=phase,
            mode="lines",
            line={"color": PHASE_COLOURS[phase], "width": 1},
        )
    if events is not None:
        _mark_events(
            chart, events[events["motor_id"] == motor_id], float(np.nanmax(part[list(RMS)].to_numpy(), initial=0.0))
        )
    return chart


def _mark_events(chart: go.Figure, events: pd.DataFrame, top: float) -> None:
    """Maintenance at its time, above the highest current."""
    for kind, some in events.groupby("kind", sort=True):
        said = [
            "<br>".join(part for part in (row["action"], row["defect"].replace("_", " "), row["note"]) if part)
            for row in some.to_dict("records")
        ]
        chart.add_scatter(
            x=some["start"],
            y=[1.05 * top] * len(some),
            name=str(kind),
            mode="markers",
            text=said,
            hovertemplate="%{x|%Y-%m-%d %H:%M} %{fullData.name}<br>%{text}<extra></extra>",
            marker={"symbol": EVENT_SYMBOLS[str(kind)], "size": 10, "color": EVENT_COLOUR},
        )
        for start in some["start"]:
            chart.add_shape(
                type="line", x0=start, x1=start, y0=0.0, y1=1.05 * top,
                line={"dash": "dot", "width": 1, "color": EVENT_COLOUR},
            )  # fmt: skip


def severity_figure(truth: pd.DataFrame) -> go.Figure:
    """Severity of the condition in every file over time (table ``ground_truth.csv``), a line a motor.

    The legend names every motor, or the conditions alone where there are many motors.
    """
    chart = figure("How the faults develop", "date (UTC)", "severity (1)")
    is_large, named = truth["motor_id"].nunique() > _MOST_NAMED, set()
    for motor_id, part in truth.sort_values("started_at").groupby("motor_id", sort=True):
        condition = str(part["condition"].iloc[-1])
        words = condition_words(condition)
        chart.add_scatter(
            x=part["started_at"],
            y=part["severity"],
            name=words if is_large else f"{motor_id}: {words}",
            showlegend=not (is_large and condition in named),
            legendgroup=condition if is_large else None,
            text=[str(motor_id)] * len(part),
            mode="lines+markers",
            line={"color": condition_colour(condition), "width": 1.5},
            marker={"symbol": CONDITION_SYMBOLS.get(condition, "circle-open"), "size": 6},
        )
        named.add(condition)
    return chart


def feature_figure(table: pd.DataFrame, catalogue: pd.DataFrame, feature: str, unit: str) -> go.Figure:
    """One feature of every recording over its load, colour and shape by condition."""
    joined = catalogue[["recording_id", "condition", "load_pct", "file"]].merge(table, on="recording_id")
    title = f"{feature} of every recording" + _left_out(int(joined["load_pct"].isna().sum()), "load")
    chart = figure(title, "load (% of rated)", f"{feature} ({unit})")
    for condition, part in joined.groupby("condition", sort=True):
        add_points(chart, str(condition), part["load_pct"], part[feature], list(part["file"]))
    return chart


def _left_out(n: int, what: str) -> str:
    """What a title adds where points have no place on the axis."""
    return f"; {n} without a {what} cannot be drawn" if n else ""
