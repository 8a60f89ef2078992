"""What moved between earlier and later recordings; computed data in, plotly figure out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagmod.views.series_styles import GUIDE
from diagmod.views.theme import figure

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    import plotly.graph_objects as go

#: Colour, marker and words of columns that moved and of those that did not.
_MOVED, _STAYED = ("#D55E00", "diamond", "moved"), ("#0072B2", "circle", "within chance")


def drift_figure(drift: pd.DataFrame, most: int = 25) -> go.Figure:
    """Population stability index of the columns that changed the most, each with the limit that chance gives it.

    Parameters
    ----------
    drift : DataFrame
        Table ``drift`` of one model.
    most : int
        Columns shown; the others are counted in the title.
    """
    chosen = drift.sort_values(["p_adjusted", "psi"], ascending=[True, False], kind="stable").head(most)
    names = _names(chosen)
    left_out = f"; {len(drift) - len(chosen)} with less are not shown" if len(drift) > len(chosen) else ""
    title = f"Change of the later recordings: {int(drift['is_moved'].sum())} of {len(drift)} moved{left_out}"
    chart = figure(title, "population stability index (1)", "", 190 + 24 * max(4, len(chosen)))
    chart.add_scatter(
        x=chosen["psi_limit"], y=names, mode="markers", name="limit of chance, each for itself", hoverinfo="x+name",
        marker={"symbol": "line-ns-open", "size": 13, "color": GUIDE["color"], "line": {"width": 2}},
    )  # fmt: skip
    for is_moved, (colour, symbol, told) in ((True, _MOVED), (False, _STAYED)):
        part = (chosen["is_moved"] == is_moved).to_numpy()
        own = chosen[part]
        chart.add_scatter(
            x=own["psi"], y=[name for name, kept in zip(names, part, strict=True) if kept], mode="markers", name=told,
            marker={"symbol": symbol, "size": 10, "color": colour}, hoverinfo="text+x",
            text=[_said(row["kind"], row["shift"], row["p_adjusted"]) for row in own.to_dict("records")],
        )  # fmt: skip
    chart.update_xaxes(rangemode="tozero")
    return chart.update_yaxes(autorange="reversed", type="category", categoryorder="array", categoryarray=names)


def drift_heat_figure(drift: pd.DataFrame, most: int = 40) -> go.Figure:
    """Shift of every feature by model or period in colour, its number in the field; moved ones have a star.

    Parameters
    ----------
    drift : DataFrame
        Rows of table ``drift`` of the kind "feature", whose column ``model`` says what is compared.
    most : int
        Features shown, those with the largest shift anywhere.
    """
    largest = drift.assign(size=drift["shift"].abs()).groupby("name", sort=True)["size"].max()
    names = largest.sort_values(ascending=False, kind="stable").head(most).index.tolist()
    columns = sorted(set(drift["model"]))
    cells = {(row["name"], row["model"]): row for row in drift.to_dict("records")}
    fields = [[cells.get((name, column)) for column in columns] for name in names]
    chart = figure("Shift of the features, in spreads within motors", "", "feature", 190 + 22 * max(4, len(names)))
    chart.add_heatmap(
        x=[column or "all" for column in columns], y=names,
        z=[[row["shift"] if row else None for row in line] for line in fields],
        text=[[_field(row) for row in line] for line in fields],
        texttemplate="%{text}", zmid=0, colorscale=[[0, "#0072B2"], [0.5, "rgba(255,255,255,0.1)"], [1, "#D55E00"]],
        colorbar={"title": "shift (spreads)"}, hovertemplate="%{y}, %{x}: %{z:.2f} spreads<extra></extra>",
    )  # fmt: skip
    chart.update_xaxes(title="model or period (* moved beyond chance)", type="category")
    return chart.update_yaxes(autorange="reversed", type="category")


def _names(rows: pd.DataFrame) -> list[str]:
    """Names for an axis; figures that are no features say what they are."""
    return [
        row["name"] if row["kind"] == "feature" else f"{row['kind']}: {row['name']}" for row in rows.to_dict("records")
    ]


def _field(row: Mapping[Hashable, Any] | None) -> str:
    return f"{row['shift']:+.1f}{'*' if row['is_moved'] else ''}" if row else ""


def _said(kind: str, shift: float, chance: float) -> str:
    by = f"{100 * shift:+.1f} points" if kind in ("alarm", "calibration") else f"{shift:+.2f} spreads"
    return f"shift {by}; chance of as much anywhere {chance:.3f}"
