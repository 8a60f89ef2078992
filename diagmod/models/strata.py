"""Where a model is good and where it is not: figures by motor, load, severity, acquisition, quality and fault.

One figure for a fleet hides the motor that alarms every week. Strata are small, so each figure has its interval and
small ones are marked. A fault or a third of the severity is held against all healthy recordings, since none of its own
are healthy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import STRATA
from diagmod.io.tables import conform, empty_table
from diagmod.models.intervals import drawn_interval, share_interval
from diagmod.models.judged_recordings import HEALTHY, cases
from diagmod.models.split_plans import load_bands
from diagmod.models.weighted_figures import group_weights, weighted_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Fewest recordings and split groups behind a figure from which a conclusion may be drawn.
FEWEST_RECORDINGS, FEWEST_GROUPS = 10, 3

#: Bands of load and parts of the severity, about equally many recordings each.
_N_PARTS = 3

#: Stratum of rows that lack what is split up by.
_UNKNOWN = "unknown"

#: Figures of a stratum; the shares rest on faulty or healthy recordings alone.
_FIGURES = ("recall", "false_alarm_share", "auroc", "average_precision")


def strata(judged: pd.DataFrame, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Figures of every stratum of every model: table ``evaluation_strata``.

    Parameters
    ----------
    judged : DataFrame
        Columns of :func:`diagmod.models.judged_recordings.judged_recordings`. Recordings without a label are left out.
    n_bootstrap : int
        Draws of split groups.
    seed : int

    Returns
    -------
    DataFrame
        A row a stratum and figure. The interval is that of the bootstrap over groups, or Wilson's: with a single group
        over its recordings, and where all agree over the groups. AUROC and average precision have none with a single
        group.
    """
    rows = []
    for about, part in cases(judged[judged["condition"] != ""]):
        weights = group_weights(part["split_group"].to_numpy(str), n_bootstrap, np.random.default_rng(seed))
        for kind, stratum, own in _strata(part):
            named = about | {"kind": kind, "stratum": stratum}
            rows += [named | row for row in _figures(part[own], weights[:, own])]
    return conform(pd.DataFrame(rows), STRATA) if rows else empty_table(STRATA)


def _strata(part: pd.DataFrame) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    healthy = (part["condition"] == HEALTHY).to_numpy()
    for kind, column in (("motor", "motor_id"), ("acquisition", "acquisition"), ("quality", "quality")):
        names = part[column].to_numpy(str)
        for name in np.unique(names[names != ""]):
            yield kind, str(name), names == name
    load = part["load_pct"].to_numpy(float)
    for told, own in _parts(load, np.ones(len(part), dtype=bool), ".0f"):
        yield "load", told if told == _UNKNOWN else f"{told} % of rated", own
    severity = part["severity"].to_numpy(float)
    for told, own in _parts(severity, ~healthy, ".2f"):
        yield "severity", told, own | healthy
    for name in np.unique(part["condition"].to_numpy(str)[~healthy]):
        yield "fault", str(name), (part["condition"] == name).to_numpy() | healthy


def _parts(values: NDArray[np.float64], which: NDArray[np.bool_], form: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Parts of some rows by rising value, named by their ends; rows of unknown value apart."""
    band = load_bands(np.where(which, values, np.nan), _N_PARTS)
    for k in range(int(band.max(initial=-1)) + 1):
        own = band == k
        yield f"{values[own].min():{form}} to {values[own].max():{form}}", own
    if (unknown := which & ~np.isfinite(values)).any():
        yield _UNKNOWN, unknown


def _figures(part: pd.DataFrame, weights: NDArray[np.float64]) -> Iterator[dict[str, object]]:
    positive = (part["condition"] != HEALTHY).to_numpy()
    flag, score, group = (
        part["is_flagged"].to_numpy(bool),
        part["score"].to_numpy(float),
        part["split_group"].to_numpy(str),
    )
    draws = weights if len(np.unique(group)) > 1 else weights[:0]
    every = weighted_figures(positive, score, flag, np.vstack([np.ones((1, len(part))), draws]))
    every["false_alarm_share"] = every.pop("false_alarm_rate")
    counted = {"recall": positive, "false_alarm_share": ~positive}
    for name in _FIGURES:
        own = counted.get(name, np.ones(len(part), dtype=bool))
        n, n_groups, (value, *drawn) = int(own.sum()), len(np.unique(group[own])), every[name]
        low, high, interval = _interval(name, float(value), n, n_groups, np.array(drawn))
        yield {
            "figure": name, "value": value, "low": low, "high": high, "interval": interval, "n": n,
            "n_positive": int(positive[own].sum()), "n_groups": n_groups,
            "is_small": n < FEWEST_RECORDINGS or n_groups < FEWEST_GROUPS,
        }  # fmt: skip


def _interval(name: str, value: float, n: int, n_groups: int, drawn: NDArray[np.float64]) -> tuple[float, float, str]:
    if not np.isfinite(value):
        return np.nan, np.nan, "none"
    if name in ("recall", "false_alarm_share"):
        low, high = share_interval(value, n_groups, n, drawn)
        by_wilson = n_groups < 2 or value in (0.0, 1.0) or not np.isfinite(drawn).any()
        return low, high, "wilson" if by_wilson else "groups"
    if n_groups < 2 or not np.isfinite(drawn).any():
        return np.nan, np.nan, "none"
    return *drawn_interval(drawn), "groups"
