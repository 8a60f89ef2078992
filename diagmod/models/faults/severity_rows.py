"""Severities of faults that are taken as known, told by a line, by a forest, and by the usual severity.

The fault is taken from the label, so that a wrong severity is not blamed on a wrong fault. The forest over features of
shape is the usual mistake: it shows what happens to it when the load is one that it has not seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.fault_files import FAULT_SEVERITIES
from diagmod.io.tables import empty_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.models.faults.fault_model import Labelled, Side
    from diagmod.models.faults.settings import FaultSettings
    from diagmod.models.faults.severity import SeverityModel
    from diagmod.models.own_baseline import Rows

_KEPT = ["recording_id", "motor_id", "split_group", "condition", "severity"]


def severity_rows(
    data: Labelled, side: Side, rows: Rows, known: pd.DataFrame, judged: NDArray[np.bool_],
    models: Mapping[str, SeverityModel], settings: FaultSettings,
) -> pd.DataFrame:  # fmt: skip
    """Rows of ``fault_severities`` of one judged side, without split and fold.

    Parameters
    ----------
    data : Labelled
    side : Side
        What taught.
    rows : Rows
        The judged rows.
    known : DataFrame
        A row a judged row, see :func:`diagmod.models.faults.judgement.known_of`.
    judged : ndarray of bool, shape (n,)
    models : mapping of condition to SeverityModel
    settings : FaultSettings
    """
    open_ones = data.is_usable[judged] & side.seen.is_known[judged] & known["severity"].notna().to_numpy()
    shape, parts = side.seen.by("naive_forest"), []
    for condition, model in models.items():
        own = open_ones & (known["condition"] == condition).to_numpy()
        train = side.train & (data.truth == data.classes.index(condition)) & np.isfinite(data.severity)
        if not own.any():
            continue
        value, low, high = model.predict(rows.only(own), settings.coverage)
        forest = _forest(shape[train], data.severity[train], shape[judged][own], settings)
        usual = np.full(own.sum(), np.median(data.severity[train]))
        none = np.full(own.sum(), np.nan)
        for name, told, bottom, top in (
            ("physical_line", value, low, high), ("naive_forest", forest, none, none), ("median", usual, none, none),
        ):  # fmt: skip
            parts.append(known.loc[own, _KEPT].assign(model=name, value=told, low=bottom, high=top))
    return (
        pd.concat(parts, ignore_index=True) if parts else empty_table(FAULT_SEVERITIES).drop(columns=["split", "fold"])
    )


def _forest(
    train: NDArray[np.float64], severity: NDArray[np.float64], judged: NDArray[np.float64], settings: FaultSettings
) -> NDArray[np.float64]:
    from sklearn.ensemble import RandomForestRegressor

    if not train.shape[1]:
        return np.full(len(judged), np.nan)
    fitted = RandomForestRegressor(settings.n_trees, random_state=settings.seed, n_jobs=1).fit(train, severity)
    return np.asarray(fitted.predict(judged))
