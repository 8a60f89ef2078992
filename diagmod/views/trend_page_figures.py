"""Figures of the page "Trend analysis": the log of a motor, its forecast beside limits, and when paths have crossed.

The log of half a year has more hours than a figure has pixels: columns of several hours keep the mean and both
extremes, and the legend says how many hours a column holds. A gap of the log stays open.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Reason
from diagmod.io.trend_tables import RMS
from diagmod.views.forecast_figures import forecast_figure
from diagmod.views.forecast_panes import MOST_PANES, Pane, add_events, beside, ends_of
from diagmod.views.panes import MEASURED, nothing, panes
from diagmod.views.series_styles import marker_style
from diagmod.views.theme import figure

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import NDArray

#: Columns of a pane of the log: half a year in columns of six hours, a month hour by hour.
MOST_COLUMNS = 720

#: A line farther from all values than so many times their range is told and not drawn.
_NEAR = 1.5

#: Purple of a limit that the viewer chose (Okabe & Ito), and vermilion of hours that were not as forecast.
_OWN, _SURPRISE = "#AA4499", "#D55E00"

#: Band of the extremes.
_BAND = "rgba(91,124,153,.30)"

#: Pixels of a pane, and of all around the panes.
_PANE_PX, _AROUND_PX = 170, 190

#: Shares of the paths whose day is known, by column of table ``forecast_risk``, %.
_SHARES = {"days_low": 5.0, "days_median": 50.0, "days_high": 95.0}

_HOUR = pd.Timedelta(hours=1)


def expected_figure(
    history: pd.DataFrame,
    forecasts: pd.DataFrame,
    risk: pd.DataFrame,
    motor_id: str,
    leg: str,
    maintenance: pd.DataFrame,
    *,
    own_limit: float = 0.0,
    since: pd.Timestamp | None = None,
) -> go.Figure:
    """Forecast of a motor as :func:`~diagmod.views.forecast_figures.forecast_figure`, with the viewer's own limit.

    Parameters
    ----------
    history, forecasts, risk, motor_id, leg, maintenance
        As there.
    own_limit : float
        In the unit of the quantity; 0 for none.
    since : Timestamp, optional
        Begin of the picture; some weeks before the forecast by default.
    """
    chart = forecast_figure(history, forecasts, risk, motor_id, leg, maintenance, since)
    if not own_limit or len(chart.data) == 0:
        return chart
    part = forecasts[(forecasts["motor_id"] == motor_id) & (forecasts["leg"] == leg)]
    units = part.drop_duplicates("quantity")["unit"]
    for row, unit in enumerate(units[:MOST_PANES], 1):
        _add_own_limit(chart, row, own_limit, str(unit))
    return chart


def log_figure(
    trend: pd.DataFrame,
    motor_id: str,
    surprises: pd.DataFrame,
    maintenance: pd.DataFrame,
    own_limit: float = 0.0,
) -> go.Figure:
    """Hours of a motor with their extremes, what was done to it, and hours that were not as forecast, a pane a phase.

    Parameters
    ----------
    trend : DataFrame
        Table ``trend``, the rows to show.
    motor_id : str
    surprises : DataFrame
        Table ``forecast_surprises``.
    maintenance : DataFrame
        Table ``maintenance``.
    own_limit : float
        In the unit of the trend; 0 for none.
    """
    title = f"{motor_id or 'No motor'}: log of the period"
    own = trend[(trend["motor_id"] == motor_id) & np.isfinite(trend["mean"])]
    names = [name for name in RMS if (own["quantity"] == name).any()]
    if not names:
        return nothing(title, Reason("no_log", "the trend log has no hour of this motor and phase in this period"))
    units = own.drop_duplicates("quantity").set_index("quantity")["unit"]
    chart = panes(
        title, [""] * (len(names) - 1) + ["date (UTC)"], [beside(str(units[name]), name) for name in names],
        _AROUND_PX + _PANE_PX * len(names),
    )  # fmt: skip
    named: set[str] = set()
    hours = own["hour"].min(), own["hour"].max()
    is_shown = (maintenance["motor_id"] == motor_id) & maintenance["start"].between(*hours)
    for row, name in enumerate(names, 1):
        pane, rows = Pane(chart, row, named), own[own["quantity"] == name].sort_values("hour")
        columns, size_h = hour_columns(rows)
        ends = ends_of(columns["low"], columns["high"])
        _add_columns(pane, columns, size_h, is_of_samples=bool(np.isfinite(rows["maximum"]).any()))
        _add_surprises(pane, surprises[(surprises["motor_id"] == motor_id) & (surprises["quantity"] == name)], ends)
        add_events(pane, maintenance[is_shown], ends)
        chart.update_yaxes(range=ends, row=row, col=1)
        if own_limit:
            _add_own_limit(chart, row, own_limit, str(units[name]))
    return chart.update_xaxes(type="date", range=[hours[0], hours[1] + _HOUR])


def hour_columns(rows: pd.DataFrame, most: int = MOST_COLUMNS) -> tuple[pd.DataFrame, int]:
    """Hours of one quantity joined to columns of as many hours each as are needed; hours without a row stay empty.

    Parameters
    ----------
    rows : DataFrame
        Columns hour, mean, minimum, maximum, in order.
    most : int
        Columns at most.

    Returns
    -------
    columns : DataFrame
        hour (begin), mean, low and high; a column without any hour is NaN. Where the log keeps no extremes, those of
        the hourly means are given.
    size_h : int
        Hours of a column.
    """
    at = ((rows["hour"] - rows["hour"].iloc[0]) // _HOUR).to_numpy(np.int64)
    size_h = max(1, math.ceil((int(at[-1]) + 1) / most))
    mean = rows["mean"].to_numpy(float)
    table = pd.DataFrame(
        {
            "column": at // size_h, "mean": mean,
            "low": np.fmin(rows["minimum"].to_numpy(float), mean),
            "high": np.fmax(rows["maximum"].to_numpy(float), mean),
        }
    )  # fmt: skip
    found = table.groupby("column").agg(mean=("mean", "mean"), low=("low", "min"), high=("high", "max"))
    found = found.reindex(np.arange(int(at[-1]) // size_h + 1))
    found.insert(0, "hour", rows["hour"].iloc[0] + pd.to_timedelta(found.index * size_h, unit="h"))
    return found.reset_index(drop=True), size_h


def crossed_figure(risk: pd.DataFrame, motor_id: str, days: int = 30) -> go.Figure:
    """Share of the paths that have crossed the limit by each known day, a line a quantity, and the calibrated end.

    Parameters
    ----------
    risk : DataFrame
        Table ``forecast_risk``. A quantity that is above its limit already has nothing to cross.
    motor_id : str
    days : int
        Days ahead that are shown.
    """
    title = f"{motor_id or 'No motor'}: how likely the limit has been exceeded, by day"
    own = risk[(risk["motor_id"] == motor_id) & risk["standing"].isin(["may_cross", "not_expected"])]
    if own.empty:
        return nothing(title, Reason("no_probability", _why_no_probability(risk[risk["motor_id"] == motor_id])))
    chart = figure(title, "days after the begin of the forecast (d)", "has been exceeded (%)", 380)
    for k, row in enumerate(own.to_dict("records")):
        known = {float(row[name]): share for name, share in _SHARES.items() if np.isfinite(row[name])}
        known |= {float(row["horizon_d"]): 100 * float(row["probability_raw"])}
        style = marker_style(k)
        chart.add_scatter(
            x=[0.0, *known], y=[0.0, *known.values()], mode="lines+markers", name=f"{row['quantity']}, paths",
            line={"color": style["color"], "dash": ("solid", "dash", "dot")[k % 3], "width": 2}, marker=style,
            hovertemplate="day %{x:.0f}: %{y:.0f} % of the paths<extra>%{fullData.name}</extra>",
        )  # fmt: skip
        chart.add_scatter(
            x=[float(row["horizon_d"])], y=[100 * float(row["probability"])], mode="markers",
            name=f"{row['quantity']}, calibrated", marker={**style, "symbol": f"{style['symbol']}-open", "size": 14},
            hovertemplate="within %{x:.0f} days: %{y:.0f} %<extra>%{fullData.name}</extra>",
        )  # fmt: skip
    return chart.update_xaxes(range=[0, days + 1]).update_yaxes(range=[-3, 103])


def _add_columns(pane: Pane, columns: pd.DataFrame, size_h: int, *, is_of_samples: bool) -> None:
    """Extremes as a band and means as a line; both stay open where there is no hour."""
    if size_h > 1 or is_of_samples:
        x, y = _outline(columns)
        pane.add(
            "smallest to largest sample" if is_of_samples else "smallest to largest hourly mean", x=x, y=y,
            mode="lines", line={"width": 0}, fill="toself", fillcolor=_BAND, hoverinfo="skip",
        )  # fmt: skip
    pane.add(
        "hourly mean" if size_h == 1 else f"mean of {size_h} hours",
        x=_ms(columns["hour"]), y=columns["mean"].round(6).to_numpy(),
        mode="lines", line={"color": MEASURED, "width": 1.2},
    )  # fmt: skip


def _outline(columns: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Outlines of the stretches between gaps, one after the other, NaN between them."""
    known = np.isfinite(columns["low"].to_numpy())
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(int), [0]])))
    at, low, high = _ms(columns["hour"]), columns["low"].to_numpy(), columns["high"].to_numpy()
    stretches = [slice(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    x = [part for one in stretches for part in (at[one], at[one][::-1], [np.nan])]
    y = [part for one in stretches for part in (high[one], low[one][::-1], [np.nan])]
    return np.concatenate(x), np.concatenate(y).round(6)


def _ms(hours: pd.Series) -> NDArray[np.float64]:
    """Hours in milliseconds of an axis of dates: numbers are sent and drawn much faster than times."""
    return hours.dt.as_unit("ms").astype("int64").to_numpy(np.float64)


def _add_surprises(pane: Pane, rows: pd.DataFrame, ends: tuple[float, float]) -> None:
    """Hours that were not as forecast, as areas over the height, with what was measured and expected."""
    for sign, name in ((1, "more than forecast"), (-1, "less than forecast")):
        some = rows[np.sign(rows["worst"]) == sign]
        if some.empty:
            continue
        edges = list(zip(some["begin"], some["end"], strict=True))
        pane.add(
            name, x=[at for begin, end in edges for at in (begin, begin, end, end, None)],
            y=[ends[0], ends[1], ends[1], ends[0], None] * len(edges), mode="lines",
            line={"width": 1, "color": _SURPRISE, "dash": "solid" if sign > 0 else "dot"}, fill="toself",
            fillcolor="rgba(213,94,0,.18)", hoverinfo="x+name",
        )  # fmt: skip


def _add_own_limit(chart: go.Figure, row: int, limit: float, unit: str) -> None:
    """The viewer's own limit over the width of a pane, where it is near enough to be drawn."""
    axis = next(chart.select_yaxes(row=row, col=1))
    low, high = axis.range or (0.0, 1.0)
    reach = _NEAR * (high - low)
    if not low - reach <= limit <= high + reach:
        return
    margin = 0.08 * (high - low)
    axis.range = (min(low, limit - margin), max(high, limit + margin))
    line, name = {"color": _OWN, "width": 2, "dash": "dot"}, f"own limit {limit:.4g} {unit}"
    chart.add_hline(y=limit, line=line, row=row, col=1)
    if name not in {trace.name for trace in chart.data}:  # a line over the width of a pane has no entry of its own
        chart.add_scatter(x=[None], y=[None], mode="lines", line=line, name=name, row=row, col=1)


def _why_no_probability(risk: pd.DataFrame) -> str:
    if risk.empty:
        return "no trend of this motor is held against a limit"
    if (risk["standing"] == "above_now").all():
        return "every limit is exceeded already"
    return "no limit can be told for the trends of this motor"
