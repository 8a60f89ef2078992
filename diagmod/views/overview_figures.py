"""Many recordings at once: how many there are of every motor in every week; counted data in, plotly figure out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from diagmod.views.theme import figure

#: Recordings above which single points say less than their number a week.
MOST_POINTS = 5000

#: Height of a row of the map, and of the highest map (px); above it rows become narrower.
_ROW, _HIGHEST = 26, 900


def week_figure(counted: pd.DataFrame) -> go.Figure:
    """Recordings of every motor by week as a map; an empty field is a week without one.

    Parameters
    ----------
    counted : DataFrame
        From :func:`diagmod.io.overview_tables.by_week`.
    """
    wide = counted.pivot(index="motor_id", columns="week", values="recordings").sort_index()
    if wide.shape[1]:
        wide = wide.reindex(columns=pd.date_range(wide.columns[0], wide.columns[-1], freq="7D"))
    height = min(_HIGHEST, 160 + _ROW * max(4, len(wide)))
    chart = figure("Recordings per motor and week", "week from (UTC)", "motor", height)
    chart.add_heatmap(
        x=pd.DatetimeIndex(wide.columns).tz_localize(None) if len(wide) else [],
        y=list(wide.index),
        z=wide.to_numpy(dtype=np.float32),
        colorscale="Viridis",
        hoverongaps=False,
        hovertemplate="%{y}, %{x|%Y-%m-%d}: %{z:.0f}<extra></extra>",
        colorbar={"title": {"text": "recordings"}, "thickness": 12},
    )
    return chart.update_yaxes(autorange="reversed", type="category")
