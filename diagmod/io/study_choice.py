"""Parts of the study of broken bars that a reader asks for: one point of an axis, the shortest recording that does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.io.schemas import Column
from diagmod.io.study_tables import DETECTION
from diagmod.io.tables import TableError

_COLUMNS: dict[str, Column] = {c.name: c for c in DETECTION.columns}


def studied_at(frame: pd.DataFrame, **axes: float) -> pd.DataFrame:
    """Rows of a study at some points of its axes.

    Parameters
    ----------
    frame : DataFrame
        As `DETECTION` or `MINIMUM_SEVERITY`.
    **axes : float
        Columns and the value of each, in their unit.

    Raises
    ------
    TableError
        A value was not studied.
    """
    for name, value in axes.items():
        here = np.isclose(frame[name], value)
        if not here.any():
            unit = f" {_COLUMNS[name].unit}".rstrip()
            known = ", ".join(f"{x:g}" for x in sorted(set(frame[name])))
            raise TableError(f"{name} must be one that was studied, got {value:g}{unit}; choose one of {known}{unit}")
        frame = frame[here]
    return frame


def clock_rows(detection: pd.DataFrame, bars: float) -> pd.DataFrame:
    """Rows of one severity at the length and noise at which uneven clocks were studied, the even clock among them.

    Raises
    ------
    TableError
        The severity was not studied.
    """
    rows = studied_at(detection, bars_of_28=bars)
    uneven = rows[rows["jitter_us"] > 0]
    return rows.merge(uneven[["length_s", "noise_dbc"]].drop_duplicates(), on=["length_s", "noise_dbc"])


def shortest_lengths(minimum: pd.DataFrame, bars: float) -> pd.DataFrame:
    """How long to record, at every load and noise, so that a severity is found in 90 % of motors.

    A length counts only where every longer one that was studied does as well, so that "or longer" is true.

    Parameters
    ----------
    minimum : DataFrame
        As `diagmod.io.study_tables.read_minimum_severity` gives it.
    bars : float
        Severity in bars of a cage of 28.

    Returns
    -------
    DataFrame
        `noise_dbc` (dB), `load` (of rated), `length_s`: the shortest length, NaN where even the longest is too
        short, `longest_s`: the longest studied (s).
    """
    rows = []
    for (noise, load), part in minimum.groupby(["noise_dbc", "load"], sort=True):
        longest_first = part.sort_values("length_s", ascending=False)
        does = (longest_first["least_bars"] <= bars).cummin()
        shortest = float(longest_first.loc[does, "length_s"].min())
        rows.append((noise, load, shortest, float(longest_first["length_s"].iloc[0])))
    return pd.DataFrame(rows, columns=["noise_dbc", "load", "length_s", "longest_s"])
