"""Was the risk of crossing a limit told rightly? Stated against observed shares, days told against days that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Reason
from diagmod.views.panes import GREY, nothing
from diagmod.views.reliability_figures import reliability_figure
from diagmod.views.series_styles import GUIDE, marker_style
from diagmod.views.theme import figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: How the reliability curve of crossings is named in table ``reliability``, in which motors are held out.
_SPLIT, _CONDITION = "leave_group_out", "crosses"

#: Width of the ground beyond the horizon, as a share of it.
_BEYOND = 0.16


def crossing_reliability_figure(reliability: pd.DataFrame) -> go.Figure:
    """Observed share of crossings over the stated probability, calibrated and not, with intervals over motors.

    Parameters
    ----------
    reliability : DataFrame
        Table ``reliability`` of :class:`~diagmod.models.forecast.crossing_judgement.CrossingJudgement`.
    """
    title = "Stated and observed: the limit is exceeded within the horizon"
    rows = reliability[reliability["condition"] == _CONDITION]
    if rows.empty:
        return nothing(title, _no_origin())
    chart = reliability_figure(rows, _SPLIT, _CONDITION)
    for trace in chart.data:
        if trace.text is not None:
            trace.text = [text.replace("recordings", "forecasts").replace("groups", "motors") for text in trace.text]
    return chart.update_layout(title_text=title).update_yaxes(title_text="share that was exceeded (%)")


def crossing_time_figure(crossings: pd.DataFrame) -> go.Figure:
    """Days until a limit was exceeded, forecast over measured; what did not come within the horizon stands beyond it.

    Parameters
    ----------
    crossings : DataFrame
        Table ``crossings``. A bar reaches from 5 to 95 % of the paths; one that leaves the horizon is open.
    """
    title = "Days until the limit is exceeded, forecast and measured"
    if crossings.empty:
        return nothing(title, _no_origin())
    horizon = float(crossings["horizon_d"].max())
    crossed, told = np.isfinite(crossings["days"]), np.isfinite(crossings["days_median"])
    neither = int((~crossed & ~told).sum())
    title += f"; {neither} of {len(crossings)} did not and were not to" if neither else ""
    chart = figure(title, "measured (d after the origin)", "forecast, median of the paths (d)", 540)
    chart.add_scatter(x=[0, horizon], y=[0, horizon], mode="lines", line=GUIDE, name="as forecast", hoverinfo="skip")
    for k, (name, rows) in enumerate(
        (
            ("exceeded, as forecast", crossings[crossed & told]),
            ("exceeded, forecast not to be", crossings[crossed & ~told]),
            ("not exceeded, forecast to be", crossings[~crossed & told]),
        )
    ):
        if len(rows):
            _add_crossings(chart, rows, name, k, horizon)
    _mark_beyond(chart, horizon)
    return chart


def _add_crossings(chart: go.Figure, rows: pd.DataFrame, name: str, k: int, horizon: float) -> None:
    """Points of one kind; what has no day is spread over the ground beyond the horizon."""
    x, y = _placed(rows["days"], horizon), _placed(rows["days_median"], horizon)
    high = np.where(np.isfinite(rows["days_high"]), rows["days_high"], horizon * (1 + _BEYOND))
    low = np.where(np.isfinite(rows["days_low"]), rows["days_low"], y)
    is_told = np.isfinite(rows["days_median"].to_numpy(float))
    chart.add_scatter(
        x=x, y=y, mode="markers", name=f"{name} ({len(rows)})", marker=marker_style(k), hoverinfo="text",
        error_y={"array": np.where(is_told, high - y, 0), "arrayminus": np.maximum(y - low, 0), "thickness": 0.8,
                 "width": 2},
        text=[f"{motor} {quantity} from {origin:%Y-%m-%d}: forecast {_days(median)} ({_days(a)} to {_days(b)}), "
              f"measured {_days(days)}"
              for motor, quantity, origin, median, a, b, days in
              zip(rows["motor_id"], rows["quantity"], rows["origin"], rows["days_median"], rows["days_low"],
                  rows["days_high"], rows["days"], strict=True)],
    )  # fmt: skip


def _placed(days: pd.Series, horizon: float) -> np.ndarray:
    """Days as they are, and places side by side beyond the horizon for those that are missing."""
    values = days.to_numpy(float).copy()
    missing = np.flatnonzero(~np.isfinite(values))
    values[missing] = horizon * (1 + _BEYOND * (np.arange(len(missing)) + 1) / (len(missing) + 1))
    return values


def _mark_beyond(chart: go.Figure, horizon: float) -> None:
    """The ground beyond the horizon on both axes, and ticks that say what it means."""
    end = horizon * (1 + _BEYOND)
    ground = {"fillcolor": GREY, "opacity": 0.16, "line_width": 0, "layer": "below"}
    chart.add_vrect(x0=horizon, x1=end, **ground)
    chart.add_hrect(y0=horizon, y1=end, **ground)
    step = 5 if horizon > 10 else 1
    ticks = list(range(0, int(horizon) + 1, step))
    middle = horizon * (1 + _BEYOND / 2)
    for update in (chart.update_xaxes, chart.update_yaxes):
        update(
            range=[-0.02 * horizon, end], tickvals=[*ticks, middle], tickangle=0,
            ticktext=[*(str(tick) for tick in ticks), f"not in {horizon:g} d"], zeroline=False,
        )  # fmt: skip


def _days(value: float) -> str:
    return f"{value:.3g} d" if np.isfinite(value) else "not within the horizon"


def _no_origin() -> Reason:
    return Reason("no_crossing", "there is no origin of the back-test at which a limit was known")
