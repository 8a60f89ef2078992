"""Figures of forecasts: what was measured, what is expected and how sure that is, and what came otherwise.

The intervals are for single steps: nine of ten hours, or days, are expected within the wide one. Whether a limit is
crossed at all within the horizon is another question; its answer stands above each pane.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.core.verdicts import Reason
from diagmod.views.forecast_panes import MOST_PANES, Pane, add_events, add_measured, beside, ends_of, measured
from diagmod.views.panes import GREY, broken, nothing, panes
from diagmod.views.series_styles import words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from diagmod.models.forecast.series import TrendSeries

#: How far back the picture goes, by leg: far enough to see the season and the trend that are carried on.
LOOK_BACK = {"hourly": pd.Timedelta(days=14), "daily": pd.Timedelta(days=90)}

#: Blue of what is expected, and of its intervals of 50 and 90 %; vermilion of limits and of what came otherwise.
_EXPECTED, _BAND_50, _BAND_90, _LIMIT = "#1B87C9", "rgba(0,114,178,.38)", "rgba(0,114,178,.18)", "#D55E00"

#: A limit farther from all values than so many times their range is not drawn but told.
_NEAR = 1.5

#: Pixels of a pane, and of all around the panes.
_PANE_PX, _AROUND_PX = 190, 190

#: What a forecast says of a limit, in words.
STANDING_WORDS = {
    "above_now": "exceeded now", "may_cross": "may be exceeded", "not_expected": "not expected to be exceeded",
    "cannot_tell": "cannot be told",
}  # fmt: skip


def forecast_figure(
    history: pd.DataFrame | Sequence[TrendSeries],
    forecasts: pd.DataFrame,
    risk: pd.DataFrame,
    motor_id: str,
    leg: str = "daily",
    maintenance: pd.DataFrame | None = None,
    since: pd.Timestamp | None = None,
) -> go.Figure:
    """Measured, expected and the limit of every quantity of a motor, a pane each.

    Parameters
    ----------
    history : DataFrame or sequence of TrendSeries
        Table ``trend``, or the series that were forecast (on the daily leg the better choice: daily means).
    forecasts, risk : DataFrame
        Tables of the stage; a quantity without a row of risk has no limit.
    motor_id : str
        Empty where there is none, which the figure then says.
    leg : str
        hourly or daily.
    maintenance : DataFrame, optional
        Table ``maintenance``.
    since : Timestamp, optional
        How far back the picture goes; by leg as in :data:`LOOK_BACK` by default.
    """
    title = f"{motor_id or 'No motor'}: measured and expected, {'hours' if leg == 'hourly' else 'days'} ahead"
    rows = forecasts[(forecasts["motor_id"] == motor_id) & (forecasts["leg"] == leg)]
    if rows.empty:
        return nothing(title, Reason("no_forecast", f"there is no {leg} forecast{_of(motor_id)}"))
    names = list(dict.fromkeys(rows["quantity"]))
    shown = names[:MOST_PANES]
    title += f"; {len(names) - len(shown)} more quantities are not drawn" if len(names) > len(shown) else ""
    parts = [rows[rows["quantity"] == name].sort_values("step") for name in shown]
    chart = panes(
        title, [""] * (len(parts) - 1) + ["date (UTC)"],
        [beside(part["unit"].iloc[0], part["quantity"].iloc[0]) for part in parts], _AROUND_PX + _PANE_PX * len(parts),
    ).update_layout(margin={"t": 84})  # fmt: skip
    named: set[str] = set()
    for row, part in enumerate(parts, 1):
        own = risk[(risk["motor_id"] == motor_id) & (risk["quantity"] == part["quantity"].iloc[0])]
        _fill(Pane(chart, row, named), part, history, own.iloc[0] if len(own) else None, maintenance, since)
    return chart


def surprise_figure(
    history: pd.DataFrame | Sequence[TrendSeries], surprises: pd.DataFrame, motor_id: str, unit: str = "A"
) -> go.Figure:
    """Measured hours of a motor, with those marked that were not as forecast, a pane a quantity.

    Parameters
    ----------
    history : DataFrame or sequence of TrendSeries
        Table ``trend``, or hourly series.
    surprises : DataFrame
        Table ``surprises``. A mark points up where more was measured than expected and down where less.
    motor_id : str
    unit : str
        Of quantities without a surprise.
    """
    title = f"{motor_id or 'No motor'}: hours that were not as forecast"
    own = surprises[surprises["motor_id"] == motor_id]
    if own.empty:
        return nothing(title, Reason("no_surprise", f"no hour{_of(motor_id)} was other than forecast"))
    names = list(dict.fromkeys(own["quantity"]))[:MOST_PANES]
    units = dict(zip(own["quantity"], own["unit"], strict=True))
    chart = panes(
        title, [""] * (len(names) - 1) + ["date (UTC)"], [beside(units.get(name, unit), name) for name in names],
        _AROUND_PX + _PANE_PX * len(names),
    )  # fmt: skip
    named: set[str] = set()
    for row, name in enumerate(names, 1):
        pane, part = Pane(chart, row, named), own[own["quantity"] == name]
        past = measured(history, motor_id, name)
        ends = ends_of(past["mean"], part["value"], part["expected"])
        add_measured(pane, past)
        _mark_surprises(pane, part, ends)
        chart.update_yaxes(range=ends, row=row, col=1)
    return chart


def _fill(
    pane: Pane,
    part: pd.DataFrame,
    history: pd.DataFrame | Sequence[TrendSeries],
    risk: pd.Series | None,
    maintenance: pd.DataFrame | None,
    since: pd.Timestamp | None,
) -> None:
    """A pane: past, forecast, limit, origin and maintenance."""
    first = part.iloc[0]
    begins = since or first["origin"] - LOOK_BACK.get(first["leg"], LOOK_BACK["daily"])
    past = measured(history, first["motor_id"], first["quantity"], begins)
    values = past["mean"], part["q05"], part["q95"]
    limit = _near_limit(risk, ends_of(*values))
    ends = ends_of(*values, limit)
    begin = past["hour"].iloc[0] if len(past) else part["time"].iloc[0]
    _add_bands(pane, part)
    add_measured(pane, past)
    for value in limit:
        _add_limit(pane, value, risk, (begin, part["time"].iloc[-1]), first["unit"])
    pane.add(
        "begin of the forecast", x=[first["origin"]] * 2, y=list(ends), mode="lines", hoverinfo="x+name",
        line={"color": GREY, "width": 1.2, "dash": "dash"},
    )  # fmt: skip
    if maintenance is not None:
        is_shown = (maintenance["motor_id"] == first["motor_id"]) & (maintenance["start"] >= begin)
        add_events(pane, maintenance[is_shown], ends)
    pane.say(_headline(first, risk, is_drawn=len(limit) > 0))
    pane.chart.update_yaxes(range=ends, row=pane.row, col=1)


def _add_bands(pane: Pane, part: pd.DataFrame) -> None:
    """Both intervals as areas, and the median with all of it under the pointer."""
    for name, low, high, colour in (
        ("90 % interval", "q05", "q95", _BAND_90), ("50 % interval", "q25", "q75", _BAND_50),
    ):  # fmt: skip
        pane.add(
            name, x=[*part["time"], *part["time"][::-1]], y=[*part[high].round(6), *part[low][::-1].round(6)],
            mode="lines", line={"width": 0}, fill="toself", fillcolor=colour, hoverinfo="skip",
        )  # fmt: skip
    unit = part["unit"].iloc[0]
    pane.add(
        "expected (median)", x=part["time"], y=part["q50"].round(6), mode="lines",
        line={"color": _EXPECTED, "width": 2, "dash": "dashdot"}, hoverinfo="text+x",
        text=[f"{mid:.4g} {unit}, 90 %: {low:.4g} to {high:.4g} {unit}" for low, mid, high in
              zip(part["q05"], part["q50"], part["q95"], strict=True)],
    )  # fmt: skip


def _of(motor_id: str) -> str:
    return f" of motor {motor_id}" if motor_id else ""


def _near_limit(risk: pd.Series | None, ends: tuple[float, float]) -> pd.Series:
    """The limit where it can be drawn beside the values: one value, or none."""
    limit = np.nan if risk is None else float(risk["limit"])
    reach = _NEAR * (ends[1] - ends[0])
    is_near = np.isfinite(limit) and ends[0] - reach <= limit <= ends[1] + reach
    return pd.Series([limit] if is_near else [], dtype=float)


def _add_limit(pane: Pane, limit: float, risk: Any, x: tuple[pd.Timestamp, pd.Timestamp], unit: str) -> None:
    pane.add(
        f"limit ({risk['limit_kind']})", x=list(x), y=[limit, limit], mode="lines",
        line={"color": _LIMIT, "width": 2, "dash": "longdash"}, hoverinfo="text",
        text=[broken(f"limit {limit:.4g} {unit}: {risk['limit_reason']}")] * 2,
    )  # fmt: skip


def _headline(first: pd.Series, risk: Any, *, is_drawn: bool) -> str:
    """What is said above a pane: quantity, method, limit, and how the quantity stands to it."""
    said = f"<b>{first['quantity']}</b> by {words(first['method'])}"
    if risk is None:
        return said
    if not np.isfinite(risk["limit"]):
        return f"{said}; no limit"
    chance = f", {100 * risk['probability']:.0f} % within {risk['horizon_d']} d"
    chance = chance if np.isfinite(risk["probability"]) else ""
    outside = "" if is_drawn else ", outside the picture"
    limit = f"limit {risk['limit']:.4g} {first['unit']} ({risk['limit_kind']}{outside})"
    return f"{said}; {limit}: {STANDING_WORDS[risk['standing']]}{chance}"


def _mark_surprises(pane: Pane, part: pd.DataFrame, ends: tuple[float, float]) -> None:
    """Stretches as areas over the height of the pane, the worst value of each as a mark with what was expected."""
    low, high = ends
    edges = list(zip(part["begin"], part["end"], strict=True))
    pane.add(
        "not as forecast", x=[at for begin, end in edges for at in (begin, begin, end, end, None)],
        y=[low, high, high, low, None] * len(edges), mode="lines", line={"width": 0.8, "color": _LIMIT}, fill="toself",
        fillcolor="rgba(213,94,0,.25)", hoverinfo="skip",
    )  # fmt: skip
    for name, rows, symbol in (
        ("more than expected", part[part["worst"] > 0], "triangle-up"),
        ("less than expected", part[part["worst"] <= 0], "triangle-down"),
    ):
        if len(rows):
            pane.add(
                name, x=rows["begin"], y=rows["value"], mode="markers", hoverinfo="text+x",
                marker={"symbol": symbol, "size": 11, "color": _LIMIT},
                text=[f"{n} h; worst {value:.4g} {unit}, expected {expected:.4g} {unit} ({worst:+.1f} usual deviations)"
                      for n, value, unit, expected, worst in
                      zip(rows["n_hours"], rows["value"], rows["unit"], rows["expected"], rows["worst"], strict=True)],
            )  # fmt: skip
