"""How good each method was in back-test: its error against naive lines, and whether its intervals held."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from plotly.subplots import make_subplots

from diagmod.core.verdicts import Reason
from diagmod.views.panes import GREY, in_house_style, nothing, panes
from diagmod.views.series_styles import GUIDE, marker_style, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import plotly.graph_objects as go

#: Share of measured values that the interval is to hold, %.
NOMINAL_PCT = 90.0

#: What the automatic choice is called in the tables.
_CHOSEN = "chosen"

#: Band of all steps ahead.
_ALL = "all"

#: Legs as people read them.
_LEGS = {"hourly": "hours ahead", "daily": "days ahead"}

#: Pixels of a row of dots, between methods, and around all.
_DOT_PX, _BETWEEN_PX, _AROUND_PX = 12, 12, 190

#: Axes reach to so many times the smallest value before they become logarithmic.
_MOST_LINEAR = 20.0


def skill_figure(summary: pd.DataFrame) -> go.Figure:
    """Error of every method by steps ahead with its interval, a pane a leg; naive lines below, hollow and shaded.

    Parameters
    ----------
    summary : DataFrame
        Table ``summary``. The dashed line is the best naive line over all steps; what lies right of it earned nothing.
    """
    title = "Error of the methods in back-test, less is better"
    chart = _dots(summary, title, "mean absolute scaled error, MASE (1)", ("mase", "mase_low", "mase_high"))
    if not chart.data:
        return chart
    for row, leg in enumerate(_legs(summary), 1):
        naive = summary[(summary["leg"] == leg) & summary["is_naive"]]
        best = naive.loc[naive["band"] == _whole(naive), "mase"].min()
        if np.isfinite(best):
            chart.add_vline(x=best, line={**GUIDE, "width": 1.5}, row=row, col=1)
    return chart.update_xaxes(rangemode="tozero")


def coverage_figure(summary: pd.DataFrame) -> go.Figure:
    """Share of the measured values within the 90 % interval of every method, with the nominal 90 % as a line.

    Parameters
    ----------
    summary : DataFrame
        Table ``summary``. Left of the line intervals are too narrow, right of it too wide.
    """
    title = "Do the 90 % intervals hold? Left of the line they are too narrow"
    names = ("coverage_90_pct", "coverage_low", "coverage_high")
    chart = _dots(summary, title, "measured values within the 90 % interval (%)", names)
    if not chart.data:
        return chart
    for row in range(1, len(_legs(summary)) + 1):
        chart.add_vline(x=NOMINAL_PCT, line={**GUIDE, "width": 1.5}, row=row, col=1)
    lowest = float(np.nanmin([80.0, *summary["coverage_90_pct"], *summary["coverage_low"]]))
    return chart.update_xaxes(range=[max(0.0, lowest - 2), 101.5])


def choice_figure(series: pd.DataFrame) -> go.Figure:
    """Error of the choice over that of the best naive line, a dot a series; below the diagonal it earned its place.

    Parameters
    ----------
    series : DataFrame
        Table ``series``. Colour and shape tell the method.
    """
    title = "What was chosen, against the best naive line of the same series"
    known = series[np.isfinite(series["mase"]) & np.isfinite(series["naive_mase"])]
    if known.empty:
        return nothing(title, Reason("no_choice", _why_no_choice(series)))
    left_out = len(series) - len(known)
    title += f"; {left_out} without a forecast or back-test" if left_out else ""
    legs = _legs(known)
    chart = make_subplots(1, len(legs), subplot_titles=[_LEGS.get(leg, leg) for leg in legs], horizontal_spacing=0.12)
    in_house_style(
        chart, title, 470, ["MASE of the best naive line (1)"] * len(legs), ["MASE of the chosen (1)"] * len(legs)
    )
    methods = sorted(set(known["method"]))
    named: set[str] = set()
    for column, leg in enumerate(legs, 1):
        part = known[known["leg"] == leg]
        _add_choices(chart, part, methods, column, named)
    return chart.update_layout(margin={"t": 90})


def _add_choices(chart: go.Figure, part: pd.DataFrame, methods: Sequence[str], column: int, named: set[str]) -> None:
    place = {"row": 1, "col": column}
    both = [*part["mase"], *part["naive_mase"]]
    low, high = 0.9 * min(both), 1.06 * max(both)
    is_log = low > 0 and high / low > _MOST_LINEAR
    low = low if is_log else 0.0
    chart.add_scatter(
        x=[low, high], y=[low, high], mode="lines", line=GUIDE, name="no better than the naive line",
        hoverinfo="skip", legendgroup="diagonal", showlegend=not named, **place,
    )  # fmt: skip
    for method, rows in part.groupby("method", sort=True):
        text = [f"{motor} {name}: {mase:.3g} by {words(str(method))}, {line:.3g} by {words(naive)}"
                for motor, name, mase, naive, line in
                zip(rows["motor_id"], rows["quantity"], rows["mase"], rows["naive_method"], rows["naive_mase"],
                    strict=True)]  # fmt: skip
        chart.add_scatter(
            x=rows["naive_mase"], y=rows["mase"], mode="markers", name=words(str(method)), text=text, hoverinfo="text",
            marker=marker_style(methods.index(str(method))), legendgroup=str(method),
            showlegend=method not in named, **place,
        )  # fmt: skip
        named.add(str(method))
    ends = [math.log10(low), math.log10(high)] if is_log else [low, high]
    for update in (chart.update_xaxes, chart.update_yaxes):
        update(type="log" if is_log else "linear", range=ends, **place)


def _dots(summary: pd.DataFrame, title: str, x_title: str, names: tuple[str, str, str]) -> go.Figure:
    """A dot and an interval a method and band, a pane a leg: the choice on top, then the others, naive lines below."""
    known = summary[np.isfinite(summary[names[0]])]
    if known.empty:
        return nothing(title, Reason("no_back_test", "no forecast could be held against what came"))
    legs = _legs(known)
    ordered = {leg: _ordered(known[known["leg"] == leg]) for leg in legs}
    bands = sorted(dict.fromkeys(known["band"]), key=lambda band: band != _ALL)
    n_bands = {leg: known.loc[known["leg"] == leg, "band"].nunique() for leg in legs}
    pixels = [len(ordered[leg]) * (_BETWEEN_PX + _DOT_PX * n_bands[leg]) for leg in legs]
    chart = panes(
        title, [""] * (len(legs) - 1) + [x_title], [_LEGS.get(leg, leg) for leg in legs], _AROUND_PX + sum(pixels),
        row_heights=[one / sum(pixels) for one in pixels],
    )  # fmt: skip
    named: set[str] = set()
    for row, leg in enumerate(legs, 1):
        part, methods = known[known["leg"] == leg], ordered[leg]
        _add_dots(chart, part, (methods, bands), names, (row, named))
        _label(chart, part, methods, row)
    return chart


def _add_dots(
    chart: go.Figure, part: pd.DataFrame, order: tuple[list[str], list[str]], names: tuple[str, str, str],
    place: tuple[int, set[str]],
) -> None:  # fmt: skip
    (methods, bands), (value, low, high), (row, named) = order, names, place
    own = sorted(dict.fromkeys(part["band"]), key=lambda band: band != _ALL)
    for k, band in enumerate(own):
        rows = part[part["band"] == band]
        style = marker_style(bands.index(band))
        shift = (k - (len(own) - 1) / 2) * _DOT_PX / (_BETWEEN_PX + _DOT_PX * len(own))
        error = {"array": rows[high] - rows[value], "arrayminus": rows[value] - rows[low], "width": 3, "thickness": 1.2}
        symbols = [f"{style['symbol']}{'-open' if naive else ''}" for naive in rows["is_naive"]]
        chart.add_scatter(
            x=rows[value], y=[methods.index(name) + shift for name in rows["method"]], error_x=error, mode="markers",
            name="all steps ahead" if band == _ALL else f"{band} ahead", legendgroup=band,
            showlegend=band not in named, hoverinfo="text",
            marker={**style, "symbol": symbols, "size": 10 if band == _ALL else 7},
            text=[f"{words(name)}, {band}: {x:.3g} ({a:.3g} to {b:.3g}), {n} forecasts" for name, x, a, b, n in
                  zip(rows["method"], rows[value], rows[low], rows[high], rows["n_forecasts"], strict=True)],
            row=row, col=1,
        )  # fmt: skip
        named.add(band)


def _label(chart: go.Figure, part: pd.DataFrame, methods: list[str], row: int) -> None:
    """Names of the methods, the choice in bold and naive lines on a shaded ground that says what they are."""
    naive = set(part.loc[part["is_naive"], "method"])
    texts = [f"<b>{words(name)}</b>" if name == _CHOSEN else words(name) for name in methods]
    ends = [len(methods) - 0.5, -0.5]
    chart.update_yaxes(
        tickvals=list(range(len(methods))), ticktext=texts, range=ends, showgrid=False, zeroline=False, row=row, col=1
    )
    if naive:
        first = len(methods) - len(naive) - 0.5
        chart.add_hrect(y0=first, y1=ends[0], fillcolor=GREY, opacity=0.16, line_width=0, layer="below", row=row, col=1)
        chart.add_annotation(
            text="lines to beat", x=1, y=first, xref="x domain", xanchor="right", yanchor="top", showarrow=False,
            row=row, col=1,
        )  # fmt: skip


def _ordered(part: pd.DataFrame) -> list[str]:
    """Methods of a leg from top to bottom: the choice, the others by their error, naive lines by theirs."""
    rows = part[part["band"] == _whole(part)]
    rank = rows.assign(is_other=rows["method"] != _CHOSEN).sort_values(["is_naive", "is_other", "mase"], kind="stable")
    return list(dict.fromkeys([*rank["method"], *part["method"]]))


def _whole(part: pd.DataFrame) -> str:
    """The band of all steps, or the last one where there is none."""
    bands = list(dict.fromkeys(part["band"]))
    return _ALL if _ALL in bands or not bands else str(bands[-1])


def _legs(table: pd.DataFrame) -> list[str]:
    """Legs of a table, hours first."""
    found = set(table["leg"])
    return [*(leg for leg in _LEGS if leg in found), *sorted(found - set(_LEGS))]


def _why_no_choice(series: pd.DataFrame) -> str:
    if series.empty:
        return "there is no series to forecast"
    return f"none of {len(series)} series could be back-tested; {series['reason'].iloc[0]}"
