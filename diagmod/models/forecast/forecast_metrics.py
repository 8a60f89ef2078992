"""The few figures of a trained forecast that are compared from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.forecast.legs import CHOSEN

if TYPE_CHECKING:
    import pandas as pd

    from diagmod.models.forecast.crossing_judgement import CrossingJudgement

#: Figures of what was chosen, by leg.
_OF_LEG = ("mase", "of_best_naive", "coverage_90_pct")

#: Figures of the crossings.
_OF_CROSSINGS = ("brier", "brier_skill", "days_error")


def forecast_metrics(summary: pd.DataFrame, judgement: CrossingJudgement | None) -> dict[str, dict[str, float]]:
    """Figures for ``dvc metrics``: of the chosen methods by leg, and of the crossings; what is not known is left out.

    Parameters
    ----------
    summary : DataFrame
        Table ``forecast_summary``.
    judgement : CrossingJudgement or None
    """
    found: dict[str, dict[str, float]] = {}
    for row in summary[(summary["method"] == CHOSEN) & (summary["band"] == "all")].to_dict("records"):
        found[str(row["leg"])] = {name: float(row[name]) for name in _OF_LEG}
    if judgement is not None:
        found["crossing"] = {name: judgement.value(name) for name in _OF_CROSSINGS}
    known = {part: {k: round(v, 6) for k, v in row.items() if np.isfinite(v)} for part, row in found.items()}
    return {part: row for part, row in known.items() if row}
