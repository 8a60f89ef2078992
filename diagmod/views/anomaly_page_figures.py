"""Figures of the page "Anomaly detection": scores over time, shares by motor and week, one recording in detail.

Scores of different methods have different scales. What is drawn is therefore the severity: 0 for what is usual, 1 at
the threshold of the fold that judged the recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.views.panes import broken
from diagmod.views.theme import EVENT_COLOUR, EVENT_SYMBOLS, INK, figure

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: Points above which a figure shows weeks instead of recordings.
MOST_POINTS = 5000

#: Strongest anomalies that are shown as points among weeks.
_MOST_STRONGEST = 300

#: Motors of the heat map.
MOST_MOTORS = 60

#: Weeks among which those without a recording are shown too.
_MOST_WEEKS = 200

#: Letters of a line of the name of a method.
_LABEL = 24

#: Axis of every score.
SCALE = "score (0 usual, 1 threshold)"

#: Colour and marker of what a score says (Okabe & Ito).
VERDICT_STYLES = {
    "usual": {"color": "#0072B2", "symbol": "circle", "size": 7},
    "anomaly": {"color": "#D55E00", "symbol": "x", "size": 10},
    "cannot tell": {"color": "#7F8C99", "symbol": "circle-open", "size": 9},
}

#: Line of the threshold.
_THRESHOLD = {"dash": "dash", "width": 2, "color": "#D55E00"}

#: Colours of a share: the darker, the more; a black cross is seen on all.
_SHARES = [[0.0, "#DCE6EE"], [0.15, "#F6D9A8"], [1.0, "#D55E00"]]

_DAY = pd.Timedelta(days=1)


def anomaly_timeline_figure(rows: pd.DataFrame, maintenance: pd.DataFrame, motor_id: str = "") -> go.Figure:
    """Score of every recording over time against the threshold, with maintenance; weeks where there are many.

    Parameters
    ----------
    rows : DataFrame
        Columns motor_id, file, started_at, severity, verdict; in order of time.
    maintenance : DataFrame
        Table ``maintenance``.
    motor_id : str
        Motor whose recordings are joined by a line and whose maintenance is marked; empty for several.
    """
    dated = bool(rows["started_at"].notna().any())
    shown = rows[rows["started_at"].notna()] if dated else rows
    what = f"Anomaly score of {motor_id}" if motor_id else "Anomaly scores"
    chart = figure(what, "date (UTC)" if dated else "recording, in the order of the catalogue", SCALE)
    if dated and len(shown) > MOST_POINTS:
        chart.layout.title.text = "Anomaly scores, week by week"
        _add_weeks(chart, shown)
        strong = shown[shown["verdict"] == "anomaly"].nlargest(_MOST_STRONGEST, "severity")
        _add_verdict(chart, strong, strong["started_at"], "anomaly")
    else:
        shown = shown if dated else shown.head(MOST_POINTS)
        x = shown["started_at"] if dated else pd.Series(np.arange(1, len(shown) + 1), index=shown.index)
        if motor_id:
            line = {"width": 1, "color": EVENT_COLOUR}
            chart.add_scatter(x=x, y=shown["severity"], mode="lines", line=line, hoverinfo="skip", showlegend=False)
        for verdict in VERDICT_STYLES:
            own = (shown["verdict"] == verdict).to_numpy()
            _add_verdict(chart, shown[own], x[own], verdict)
    _add_threshold(chart)
    if dated:
        _add_events(chart, maintenance, shown)
    return chart


def weekly_share_figure(rows: pd.DataFrame) -> go.Figure:
    """Share of the recordings of every motor and week that are anomalies, the most affected motors first.

    Parameters
    ----------
    rows : DataFrame
        Columns motor_id, started_at, verdict, severity. Recordings without a time, or that cannot tell, do not count.
    """
    judged = rows[rows["started_at"].notna() & (rows["verdict"] != "cannot tell")]
    flagged = (judged["verdict"] == "anomaly").to_numpy(dtype=float)
    weeks = _monday(judged["started_at"])
    long = pd.DataFrame({"motor_id": judged["motor_id"], "week": weeks, "flagged": flagged, "recordings": 1.0})
    cells = long.groupby(["motor_id", "week"], sort=True)[["flagged", "recordings"]].sum()
    whole = long.groupby("motor_id")[["flagged", "recordings"]].sum()
    order = (whole["flagged"] / whole["recordings"]).sort_values(ascending=False, kind="stable").index
    kept = list(order[:MOST_MOTORS])
    more = f", the {MOST_MOTORS} most affected of {len(order)} motors" if len(order) > MOST_MOTORS else ""
    chart = figure(
        f"Anomalies by motor and week{more}",
        "week, by its Monday (UTC)",
        "motor",
        210 + 22 * max(4, len(kept)),
    )
    span = _weeks(long["week"])
    hits, all_ = (cells[name].unstack("week").reindex(kept).reindex(columns=span) for name in ("flagged", "recordings"))
    text = [[f"{hit:.0f} of {n:.0f}" if n == n else "" for hit, n in zip(*row, strict=True)]
            for row in zip(hits.to_numpy(), all_.to_numpy(), strict=True)]  # fmt: skip
    chart.add_heatmap(
        x=list(hits.columns), y=kept, z=(100 * hits / all_).round(1).to_numpy(), text=text, zmin=0, zmax=100,
        colorscale=_SHARES, colorbar={"title": "%"}, xgap=1, ygap=1, hoverongaps=False,
        hovertemplate="%{y}, %{x|%Y-%m-%d}: %{text} (%{z:.0f} %)<extra></extra>",
    )  # fmt: skip
    which, when = np.nonzero(hits.to_numpy() > 0)
    if len(which):
        chart.add_scatter(
            x=hits.columns[when], y=[kept[k] for k in which], mode="markers", name="at least one anomaly",
            marker={"symbol": "x-thin-open", "size": 7, "color": INK}, hoverinfo="skip", showlegend=True,
        )  # fmt: skip
    chart.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=kept)
    return chart


def method_scores_figure(methods: pd.DataFrame) -> go.Figure:
    """One recording by every method, each against its own threshold.

    Parameters
    ----------
    methods : DataFrame
        Columns label, severity, verdict; the first is drawn on top.
    """
    chart = figure("This recording by every method", SCALE, "", 170 + 34 * max(3, len(methods)))
    for verdict, pattern in (("usual", ""), ("anomaly", "x")):
        own = methods[methods["verdict"] == verdict]
        chart.add_bar(
            x=own["severity"], y=own["label"], orientation="h", name=verdict, textposition="none",
            text=[f"{value:.2f}" for value in own["severity"]], hovertemplate="%{y}: %{x:.2f}<extra></extra>",
            marker={"color": VERDICT_STYLES[verdict]["color"],
                    "pattern": {"shape": pattern, "size": 6, "fillmode": "overlay", "fgcolor": "#FFFFFF"}},
        )  # fmt: skip
    untold = methods[methods["verdict"] == "cannot tell"]
    style = VERDICT_STYLES["cannot tell"]
    if len(untold):
        chart.add_scatter(x=[0.0] * len(untold), y=untold["label"], mode="markers", name="cannot tell", marker=style)
    chart.add_vline(x=1.0, line=_THRESHOLD)
    chart.add_annotation(
        x=1.0, y=1.0, yref="paper", yanchor="bottom", text="threshold", showarrow=False, font={"color": INK}
    )
    chart.layout.title.xref = "container"
    labels = list(methods["label"])
    chart.update_yaxes(tickvals=labels, ticktext=[broken(label, _LABEL) for label in labels])
    return chart.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=labels)


def segment_scores_figure(segments: pd.DataFrame) -> go.Figure:
    """Score of every segment over the time of one recording.

    Parameters
    ----------
    segments : DataFrame
        Columns start_s, length_s, severity, verdict.
    """
    chart = figure("Segments of this recording", "time in the recording (s)", SCALE, 360)
    middle = segments["start_s"] + segments["length_s"] / 2
    line = {"width": 1, "color": EVENT_COLOUR}
    chart.add_scatter(x=middle, y=segments["severity"], mode="lines", line=line, hoverinfo="skip", showlegend=False)
    for verdict in VERDICT_STYLES:
        own = (segments["verdict"] == verdict).to_numpy()
        if own.any():
            y = segments["severity"][own].fillna(0.0)
            text = [f"segment {number}" for number in segments["segment"][own]]
            chart.add_scatter(
                x=middle[own], y=y, mode="markers", name=verdict, marker=VERDICT_STYLES[verdict], text=text,
                hovertemplate="%{text}, %{x:.2f} s: %{y:.2f}<extra></extra>",
            )  # fmt: skip
    _add_threshold(chart)
    return chart.update_yaxes(rangemode="tozero")


def _add_verdict(chart: go.Figure, rows: pd.DataFrame, x: pd.Series, verdict: str) -> None:
    """Points of one verdict; what cannot tell lies on the axis."""
    if rows.empty:
        return
    text = (rows["motor_id"] + ": " + rows["file"]).to_list()
    y = rows["severity"].fillna(0.0).round(4)
    name = f"strongest anomalies, {len(rows)}" if verdict == "anomaly" and len(rows) == _MOST_STRONGEST else verdict
    chart.add_scatter(
        x=x, y=y, mode="markers", name=name, marker=VERDICT_STYLES[verdict], text=text, hoverinfo="text+x+y"
    )  # fmt: skip


def _add_weeks(chart: go.Figure, rows: pd.DataFrame) -> None:
    """Strongest and middle score of every week."""
    grouped = rows.groupby(_monday(rows["started_at"]))["severity"]
    for name, values, dash in (
        ("strongest of a week", grouped.max(), "solid"), ("median of a week", grouped.median(), "dot"),
    ):  # fmt: skip
        style = {"color": VERDICT_STYLES["usual"]["color"], "dash": dash, "width": 2}
        chart.add_scatter(x=values.index, y=values.round(4), mode="lines", name=name, line=style)


def _add_threshold(chart: go.Figure) -> None:
    chart.add_hline(y=1.0, line=_THRESHOLD)
    chart.add_annotation(
        x=0, xref="paper", xanchor="left", y=1.0, yanchor="bottom", text="threshold", showarrow=False,
        font={"color": INK},
    )  # fmt: skip


def _add_events(chart: go.Figure, maintenance: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Maintenance of the motors that are shown, below the scores."""
    known = maintenance[maintenance["motor_id"].isin(rows["motor_id"].unique())]
    if known.empty:
        return
    low = float(np.nanmin(rows["severity"].to_numpy(float), initial=0.0)) - 0.3
    for kind, some in known.groupby("kind", sort=True):
        marker = {"symbol": EVENT_SYMBOLS.get(str(kind), "circle-open"), "size": 12, "color": EVENT_COLOUR}
        text = [f"{motor}: {action}" for motor, action in zip(some["motor_id"], some["action"], strict=True)]
        chart.add_scatter(
            x=some["start"], y=[low] * len(some), mode="markers", name=f"maintenance: {kind}", marker=marker,
            text=text, hoverinfo="text+x",
        )  # fmt: skip


def _weeks(weeks: pd.Series) -> pd.DatetimeIndex:
    """Every week from the first to the last, or those that there are where that is too many."""
    every = pd.date_range(weeks.min(), weeks.max(), freq=7 * _DAY)
    return every if len(every) <= _MOST_WEEKS else pd.DatetimeIndex(np.sort(weeks.unique()))


def _monday(times: pd.Series) -> pd.Series:
    """Midnight (UTC) of the Monday before every time."""
    return times.dt.normalize() - times.dt.day_of_week * _DAY
