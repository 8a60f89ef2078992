"""Figures: computed data in, plotly figure out. Nothing is computed or read here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.core.spectrum import hann_spectrum
from diagmod.io.csv_ingest import read_waveform
from diagmod.views.theme import CONDITION_SYMBOLS, CONDITION_WORDS, PHASE_COLOURS, condition_colour, figure


def waveform_figure(currents: NDArray[np.floating], fs: float, seconds: float, title: str, unit: str = "A") -> go.Figure:
    """The first ``seconds`` of a recording, shape (3, n_samples), one trace a phase."""
    n = min(currents.shape[1], round(seconds * fs))
    chart = figure(title, "time (s)", f"current ({unit})", 380)
    time_s = np.round(np.arange(n) / fs, 7)
    for phase, row, dash in zip(PHASES, currents, ("solid", "dash", "dot"), strict=True):
        if np.isfinite(row[:n]).any():
            chart.add_scatter(x=time_s, y=np.round(row[:n].astype(float), 4), name=phase, mode="lines",
                              line={"color": PHASE_COLOURS[phase], "width": 1.5, "dash": dash})  # fmt: skip
    return chart


def waveform_figures(recordings: pd.DataFrame, waveforms: Path, seconds: float) -> list[go.Figure]:
    """The beginning of every recording of a catalogue, read from ``waveforms``."""
    return [
        waveform_figure(read_waveform(waveforms / f"{r.recording_id}.parquet"), r.fs_hz, seconds, r.file, r.unit)
        for r in recordings.itertuples()
    ]


def spectrum_figure(current: NDArray[np.floating], fs: float, highest_hz: float, title: str) -> go.Figure:
    """Amplitude spectrum of one phase in dB against its largest line, up to a frequency."""
    spectrum = hann_spectrum(current, fs)
    level = 10 * np.log10(np.maximum(spectrum.power, 1e-30))
    hz = np.arange(len(level)) * spectrum.bin_hz
    shown = hz <= highest_hz
    chart = figure(title, "frequency (Hz)", "level (dBc)")
    chart.add_scatter(x=np.round(hz[shown], 4), y=np.round((level - level.max())[shown], 2), mode="lines", name="level",
                      line={"color": PHASE_COLOURS["R"], "width": 1})  # fmt: skip
    chart.update_yaxes(range=[-110, 5])
    return chart


def timeline_figure(recordings: pd.DataFrame) -> go.Figure:
    """Every recording of a catalogue over time, a row a motor, colour and shape by condition."""
    chart = figure("Recordings over time", "date (UTC)", "motor", 90 + 28 * max(4, recordings["motor_id"].nunique()))
    dated = recordings[recordings["started_at"].notna()]
    for condition, part in dated.groupby("condition", sort=True):
        _points(chart, str(condition), part["started_at"], part["motor_id"],
                [f"{f}<br>load {x:.0f} %" if np.isfinite(x) else f for f, x in zip(part["file"], part["load_pct"], strict=True)])  # fmt: skip
    order = sorted(dated["motor_id"].unique())
    chart.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=order)
    return chart


def trend_figure(trend: pd.DataFrame, motor_id: str) -> go.Figure:
    """Hourly rms of one motor's phases (table ``trend``), gaps left open."""
    chart = figure(f"Hourly rms current of {motor_id}", "date (UTC)", "rms current (A)")
    part = trend[trend["motor_id"] == motor_id].set_index("hour").asfreq("6h")
    for phase in PHASES:
        chart.add_scatter(x=part.index, y=part[f"rms_{phase}"], name=phase, mode="lines",
                          line={"color": PHASE_COLOURS[phase], "width": 1})  # fmt: skip
    return chart


def severity_figure(truth: pd.DataFrame) -> go.Figure:
    """Severity of the condition in every file over time (table ``ground_truth.csv``), a line a motor."""
    chart = figure("How the faults develop", "date (UTC)", "severity (1)")
    for motor_id, part in truth.sort_values("started_at").groupby("motor_id", sort=True):
        condition = str(part["condition"].iloc[-1])
        name = f"{motor_id}: {CONDITION_WORDS.get(condition, condition)}"
        chart.add_scatter(x=part["started_at"], y=part["severity"], name=name, mode="lines+markers",
                          line={"color": condition_colour(condition), "width": 1.5},
                          marker={"symbol": CONDITION_SYMBOLS.get(condition, "circle-open"), "size": 6})  # fmt: skip
    return chart


def feature_figure(table: pd.DataFrame, catalogue: pd.DataFrame, feature: str, unit: str) -> go.Figure:
    """One feature of every recording over its load, colour and shape by condition."""
    chart = figure(f"{feature} of every recording", "load (% of rated)", f"{feature} ({unit})")
    joined = catalogue[["recording_id", "condition", "load_pct", "file"]].merge(table, on="recording_id")
    for condition, part in joined.groupby("condition", sort=True):
        _points(chart, str(condition), part["load_pct"], part[feature], list(part["file"]))
    return chart


def score_figure(scores: pd.DataFrame, catalogue: pd.DataFrame, feature_set: str) -> go.Figure:
    """Mean anomaly score of every recording, over time where times are known, else in the catalogue's order.

    Dashed lines are the thresholds of the folds.
    """
    part = scores[scores["feature_set"] == feature_set]
    mean = part.groupby("recording_id").agg(score=("score", "mean"), threshold=("threshold", "first")).reset_index()
    joined = catalogue.merge(mean, on="recording_id")
    has_time = bool(joined["started_at"].notna().any())
    x = joined["started_at"] if has_time else pd.Series(np.arange(1, len(joined) + 1), index=joined.index)
    x_title = "date (UTC)" if has_time else "recording, in the order of the catalogue"
    chart = figure(f"Anomaly score of every recording, features: {feature_set}", x_title, "anomaly score (1)")
    for condition, rows in joined.groupby("condition", sort=True):
        _points(chart, str(condition), x[rows.index], rows["score"], list(rows["file"]))
    for threshold in sorted(set(joined["threshold"].round(4))):
        chart.add_hline(y=threshold, line={"dash": "dash", "width": 1, "color": "#7F8C99"})
    return chart


def sequence_figure(track: pd.DataFrame, states: pd.DataFrame, segments: pd.DataFrame, title: str) -> go.Figure:
    """Negative over positive sequence along one recording; segments whose derived state is changed are marked.

    All three tables hold one recording only.
    """
    chart = figure(title, "time after the first sample (s)", "I2 / I1 (% of I1)", 380)
    middle = track["time_s"] + track["length_s"] / 2
    for name, column, dash in (("real part", "i2_re", "solid"), ("imaginary part", "i2_im", "dash")):
        chart.add_scatter(x=middle, y=track[column].round(3), name=name, mode="lines", line={"dash": dash, "width": 1.5})
    changed = segments.merge(states[states["state"] == "changed"], on=["recording_id", "segment"])
    for row in changed.itertuples():
        chart.add_vrect(x0=row.start_s, x1=row.start_s + row.length_s, fillcolor="#D55E00", opacity=0.12, line_width=0)
    return chart


def sequence_figures(
    track: pd.DataFrame, states: pd.DataFrame | None, segments: pd.DataFrame, catalogue: pd.DataFrame
) -> list[go.Figure]:
    """The sequence track of one recording a condition family; none where no state is derived."""
    if states is None:
        return []
    healthy = catalogue[catalogue["condition"] == "healthy"].head(1)
    faulty = catalogue[catalogue["condition"] != "healthy"]
    chosen = pd.concat([healthy, faulty.iloc[[0, -1]] if len(faulty) > 1 else faulty])
    return [
        sequence_figure(
            *(frame[frame["recording_id"] == row.recording_id] for frame in (track, states, segments)),
            f"{row.file} ({row.condition}); segments derived as changed are shaded",
        )
        for row in chosen.itertuples()
    ]


def evaluation_figure(figures: pd.DataFrame) -> go.Figure:
    """AUROC of every model and trivial row with its interval, a row a truth, level and feature set."""
    part = figures[(figures["figure"] == "auroc") & figures["value"].notna() & ~figures["model"].str.startswith("flag_")]
    words = part["truth"] + " by " + part["level"] + ": " + part["model"] + " " + part["feature_set"]
    chart = figure("Ranking of faulty before healthy, with 95 % intervals", "AUROC (1)", "", 150 + 26 * max(4, len(part)))
    learned = part["model"] == "isolation_forest"
    for name, rows, symbol in (("isolation forest", learned, "circle"), ("trivial", ~learned, "x-thin-open")):
        error = {"array": (part["high"] - part["value"])[rows], "arrayminus": (part["value"] - part["low"])[rows]}
        chart.add_scatter(x=part["value"][rows], y=words[rows].str.replace("_", " "), error_x=error, name=name,
                          mode="markers", marker={"symbol": symbol, "size": 10})  # fmt: skip
    chart.add_vline(x=0.5, line={"dash": "dash", "width": 1, "color": "#7F8C99"})
    chart.update_xaxes(range=[0, 1.02])
    chart.update_yaxes(autorange="reversed", type="category")
    return chart


def precision_recall_figure(curves: pd.DataFrame) -> go.Figure:
    """Precision over recall, a curve a truth, level and feature set."""
    chart = figure("Precision and recall", "recall (1)", "precision (1)")
    for k, (key, part) in enumerate(curves.groupby(["truth", "level", "feature_set"], sort=True)):
        chart.add_scatter(x=part["recall"], y=part["precision"], name=", ".join(key).replace("_", " "), mode="lines",
                          line={"dash": ("solid", "dash", "dot", "dashdot")[k % 4]})  # fmt: skip
    chart.update_yaxes(range=[0, 1.02])
    return chart


def _points(chart: go.Figure, condition: str, x: pd.Series, y: pd.Series, text: list[str]) -> None:
    marker = {"color": condition_colour(condition), "symbol": CONDITION_SYMBOLS.get(condition, "circle-open"), "size": 8}
    name = CONDITION_WORDS.get(condition, condition.replace("_", " "))
    chart.add_scatter(x=x, y=y, name=name, mode="markers", marker=marker, text=text, hoverinfo="text+x+y")
