"""One recording, looked at: its course, the witnesses of its slip, and its space vector.

Computed data in, plotly figure out. What a recording does not have is given as a reason and drawn as one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from diagmod.core.examination_parts import ParkVector
from diagmod.core.recording import PHASES
from diagmod.core.verdicts import Reason, SlipEstimate
from diagmod.views.panes import GREY, MEASURED, nothing, panes
from diagmod.views.theme import PHASE_COLOURS, figure
from diagmod.views.thinning import N_COLUMNS, envelope

#: Periods of the supply that a Park vector is drawn for, and directions in which its extremes are taken at most.
PARK_PERIODS, PARK_DIRECTIONS = 5, 180

#: Samples a period below which every one is marked: straight lines between them are then no circle.
FEW_SAMPLES = 40

#: Width of a column of the course in seconds, at least: two periods of the supply, so that a column holds a crest.
COURSE_COLUMN_S = 0.04


def course_figure(
    currents: NDArray[np.floating], fs: float, stretch_s: tuple[float, float], unit: str = "A"
) -> go.Figure:
    """All of a recording, a pane a phase: smallest and largest sample of every column, the judged stretch shaded.

    Parameters
    ----------
    currents : ndarray, shape (3, n)
        Rows R, S, T; absent phases are left out.
    fs : float
        Sampling rate in Hz.
    stretch_s : (float, float)
        Begin and end of the stretch that was judged, in seconds.
    unit : str
    """
    rows = [(name, row) for name, row in zip(PHASES, currents, strict=True) if np.isfinite(row).any()]
    title = "Smallest and largest current over the whole recording"
    if not rows:
        return nothing(title, Reason("no_phase", "no phase holds a sample"))
    n, n_columns = len(rows), max(2, min(N_COLUMNS, round(currents.shape[1] / fs / COURSE_COLUMN_S)))
    chart = panes(title, [""] * (n - 1) + ["time (s)"], [f"{name} ({unit})" for name, _ in rows], 120 + 110 * n)
    for k, (name, row) in enumerate(rows, start=1):
        thin = envelope(row, 1 / fs, n_columns)
        for values, fill in ((thin.low, None), (thin.high, "tonexty")):
            chart.add_scatter(
                x=thin.at.astype(np.float32),
                y=values.astype(np.float32),
                name=name,
                mode="lines",
                line={"color": PHASE_COLOURS[name], "width": 0.7},
                fill=fill,
                showlegend=False,
                row=k,
                col=1,
            )
        reach = 1.15 * float(np.nanmax(np.abs(row)))
        chart.update_yaxes(range=[-reach, reach], row=k, col=1)
        chart.add_vrect(x0=stretch_s[0], x1=stretch_s[1], fillcolor=GREY, opacity=0.15, line_width=0, row=k, col=1)
    chart.update_layout(margin={"b": 60})
    return chart


def slip_figure(estimates: Sequence[SlipEstimate], combined: SlipEstimate) -> go.Figure:
    """What every witness says of the slip, with its bounds, and what they agree on."""
    rows = [*estimates, combined]
    chart = figure("Witnesses of the slip", "slip (%)", "", 130 + 34 * len(rows))
    for one in rows:
        is_all, interval = one is combined, one.interval
        if interval is None:
            text = {"x": [0], "y": [one.method], "text": ["\u2002says nothing"], "textposition": "middle right"}
            chart.add_scatter(**text, mode="text", hovertext=[one.reason], hoverinfo="text", showlegend=False)
            continue
        middle = interval.value if np.isfinite(interval.value) else (interval.low + interval.high) / 2
        chart.add_scatter(
            x=[100 * middle],
            y=[one.method],
            error_x={
                "array": [100 * (interval.high - middle)],
                "arrayminus": [100 * (middle - interval.low)],
                "symmetric": False,
                "thickness": 2,
                "width": 5,
            },
            mode="markers",
            marker={
                "symbol": "diamond" if is_all else "circle",
                "size": 12 if is_all else 9,
                "color": "#009E73" if is_all else MEASURED,
                "opacity": 1.0 if np.isfinite(interval.value) else 0.0,
            },
            hovertext=[f"{100 * interval.low:.3f} to {100 * interval.high:.3f} %<br>{one.reason}"],
            hoverinfo="text",
            showlegend=False,
        )
    chart.update_yaxes(type="category", categoryarray=[one.method for one in rows][::-1], categoryorder="array")
    chart.update_xaxes(rangemode="tozero")
    chart.update_layout(margin={"b": 60})
    return chart


def park_vector_figure(park: ParkVector | Reason, unit: str = "A") -> go.Figure:
    """Space vector in the plane: some periods of it, its extremes in every direction, and the ideal circle."""
    title = "Park vector"
    if isinstance(park, Reason):
        return nothing(title, park)
    chart = figure(f"{title}, {PARK_PERIODS} periods of it", f"alpha ({unit})", f"beta ({unit})", 620)
    inner, outer = _extremes(park.values)
    for values, name, fill in ((outer, "extremes of the whole stretch", None), (inner, "", "tonext")):
        chart.add_scatter(
            x=values.real.astype(np.float32),
            y=values.imag.astype(np.float32),
            name=name,
            mode="lines",
            line={"color": GREY, "width": 0.6},
            fill=fill,
            fillcolor="rgba(127,140,153,.3)",
            showlegend=bool(name),
            hoverinfo="skip",
        )
    turn = np.exp(2j * np.pi * np.linspace(0, 1, 181))
    negative = park.ratio * park.positive
    for values, name, dash, colour in (
        (park.positive * turn, "circle of the positive sequence", "dash", "#009E73"),
        (park.positive * turn + np.conj(negative * turn), "with the negative sequence", "dot", "#D55E00"),
    ):
        chart.add_scatter(
            x=values.real.astype(np.float32),
            y=values.imag.astype(np.float32),
            name=name,
            mode="lines",
            line={"color": colour, "width": 1.5, "dash": dash},
            hoverinfo="skip",
        )
    n = min(len(park.values), round(PARK_PERIODS * park.fs / park.line_hz))
    first = (len(park.values) - n) // 2
    drawn = park.values[first : first + n : max(1, n // 2000)]
    chart.add_scatter(
        x=drawn.real.astype(np.float32),
        y=drawn.imag.astype(np.float32),
        name="space vector",
        mode="lines+markers" if n < FEW_SAMPLES * PARK_PERIODS else "lines",
        line={"color": MEASURED, "width": 1.2},
        marker={"size": 5},
    )
    reach = 1.08 * float(np.abs(outer).max())
    chart.update_xaxes(range=[-reach, reach], constrain="domain")
    chart.update_yaxes(range=[-reach, reach], scaleanchor="x", constrain="domain")
    return chart


def _extremes(values: NDArray[np.complexfloating]) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    """Nearest and farthest point of a plane curve in every direction, both closed; empty directions are left out."""
    modulus = np.abs(values)
    n = min(PARK_DIRECTIONS, max(12, len(values) // 50))
    at = ((np.angle(values) / (2 * np.pi) % 1) * n).astype(np.int64) % n
    low, high = np.full(n, np.inf), np.zeros(n)
    np.minimum.at(low, at, modulus)
    np.maximum.at(high, at, modulus)
    taken = np.flatnonzero(high > 0)
    taken = np.append(taken, taken[:1])
    turn = np.exp(2j * np.pi * (taken + 0.5) / n)
    return low[taken] * turn, high[taken] * turn
