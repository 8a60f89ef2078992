"""Panes below each other, one a quantity, in which trends and what was expected of them are drawn over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.views.panes import MEASURED
from diagmod.views.theme import EVENT_COLOUR, EVENT_SYMBOLS, INK

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from diagmod.models.forecast.series import TrendSeries

#: Panes of a figure; more are no longer told apart.
MOST_PANES = 6

#: Values farther apart than so many usual steps are not joined by a line.
_LONGEST_STEPS = 1.5

#: Share of the range of the values that is left free below and above, the latter for marks.
_FREE_BELOW, _FREE_ABOVE = 0.06, 0.16

#: How far below the top marks stand, as a share of the height: they are not cut off.
_MARK_AT = 0.06


@dataclass
class Pane:
    """One pane of a figure; a name stands once in the legend, whichever pane has it first.

    Attributes
    ----------
    chart : Figure
    row : int
        From 1.
    named : set of str
        Names in the legend, shared by the panes of a figure.
    """

    chart: go.Figure
    row: int
    named: set[str] = field(default_factory=set)

    def add(self, name: str, **trace: Any) -> None:
        """Add a trace."""
        self.chart.add_scatter(
            name=name, legendgroup=name, showlegend=name not in self.named, row=self.row, col=1, **trace
        )
        self.named.add(name)

    def say(self, text: str, *, y: float = 1.0, yanchor: str = "bottom") -> None:
        """Write at the left edge, above the pane or at a height of it (0 to 1)."""
        self.chart.add_annotation(
            text=text, x=0, y=y, xref="x domain", yref="y domain", xanchor="left", yanchor=yanchor, showarrow=False,
            align="left", font={"color": INK}, row=self.row, col=1,
        )  # fmt: skip


def measured(
    history: pd.DataFrame | Sequence[TrendSeries], motor_id: str, quantity: str, since: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Known values of one quantity of a motor, in order.

    Parameters
    ----------
    history : DataFrame or sequence of TrendSeries
        Table ``trend``, or series on the grid of a forecast.
    motor_id, quantity : str
    since : Timestamp, optional
        UTC; only values from then on.

    Returns
    -------
    DataFrame
        Columns hour and mean.
    """
    if isinstance(history, pd.DataFrame):
        own = history[(history["motor_id"] == motor_id) & (history["quantity"] == quantity)]
        found = own[["hour", "mean"]]
    else:
        parts = [
            pd.DataFrame({"hour": pd.DatetimeIndex(one.times.astype("datetime64[us]"), tz="UTC"), "mean": one.values})
            for one in history
            if one.key == (motor_id, quantity)
        ]
        found = pd.concat(parts) if parts else pd.DataFrame({"hour": pd.DatetimeIndex([], tz="UTC"), "mean": []})
    found = found[np.isfinite(found["mean"])]
    return (found if since is None else found[found["hour"] >= since]).sort_values("hour", ignore_index=True)


def add_measured(pane: Pane, rows: pd.DataFrame) -> None:
    """Measured values as a line that stays open over gaps; the legend says whether they are means of hours or days."""
    step = pd.Timedelta(rows["hour"].diff().median())
    is_daily = step >= pd.Timedelta(days=1)
    kind = {pd.Timedelta(hours=1): ", hourly mean", pd.Timedelta(days=1): ", daily mean"}.get(step, "")
    after_gap = rows.loc[rows["hour"].diff() > _LONGEST_STEPS * step, ["hour"]] if len(rows) > 1 else rows[["hour"]][:0]
    drawn = pd.concat([rows, after_gap - pd.Timedelta(minutes=1)]).sort_values("hour")
    pane.add(
        f"measured{kind}", x=drawn["hour"], y=drawn["mean"].round(6),
        mode="lines+markers" if is_daily else "lines", line={"color": MEASURED, "width": 1.6 if is_daily else 1.0},
        marker={"size": 4},
    )  # fmt: skip


def add_events(pane: Pane, events: pd.DataFrame, ends: tuple[float, float]) -> None:
    """Maintenance at its time: a line through the pane and a symbol a kind at its top."""
    low, top = ends[0], ends[1] - _MARK_AT * (ends[1] - ends[0])
    for kind, rows in events.groupby("kind", sort=True):
        said = [", ".join(filter(None, (row["action"], row["note"]))) for row in rows.to_dict("records")]
        pane.add(
            f"maintenance: {kind}",
            x=[at for start in rows["start"] for at in (start, start, None)],
            y=[top, low, None] * len(rows),
            text=[text for one in said for text in (one, one, "")],
            mode="lines+markers", hovertemplate="%{x|%Y-%m-%d %H:%M} %{fullData.name}<br>%{text}<extra></extra>",
            line={"color": EVENT_COLOUR, "width": 1, "dash": "dot"},
            marker={"symbol": EVENT_SYMBOLS.get(str(kind), "circle-open"), "size": [11, 0, 0] * len(rows),
                    "color": EVENT_COLOUR},
        )  # fmt: skip


def ends_of(*values: pd.Series) -> tuple[float, float]:
    """Ends of an axis that shows all finite values and leaves room for marks; 0 and 1 without any."""
    known = np.concatenate([np.asarray(one, dtype=float) for one in values]) if values else np.empty(0)
    known = known[np.isfinite(known)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    span = (high - low) or max(abs(high), 1.0) * 0.1
    return low - _FREE_BELOW * span, high + _FREE_ABOVE * span


def beside(unit: str, name: str) -> str:
    """A name with its unit, as on an axis; nothing for a quantity without one."""
    return f"{name} ({unit})" if unit else name
