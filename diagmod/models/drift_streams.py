"""A score or a feature watched recording by recording: has its mean changed for good, and when?

The Page-Hinkley test adds up what exceeds the mean so far and speaks when the sum has grown by more than chance would
allow. It needs no later half to compare with, so it speaks as soon as it can, motor by motor.

References
----------
Page, E. S., Biometrika 41, 1954, DOI 10.1093/biomet/41.1-2.100.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import DRIFT_STREAMS
from diagmod.io.tables import conform, empty_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: First recordings of a motor that say what is usual; nothing is told before.
N_REFERENCE = 5

#: Change of the mean, in spreads, that is not worth a word.
TOLERATED = 0.5

#: Share of streams in which nothing changed that may be called changed.
FALSE_ALARM_SHARE = 0.01

#: Streams without a change, drawn from the values of all motors, that say what chance adds up to; of long streams as
#: many as have this many values together, and at least the fewest.
_N_DRAWN, _MOST_VALUES, _FEWEST_DRAWN = 2000, 4_000_000, 200

#: A value counts up to this many spreads from the usual, so that one broken recording is no change.
_MOST_SPREADS = 5.0

#: Median absolute deviation to standard deviation of a normal distribution.
_MAD = 1.4826


def watch_streams(
    values: pd.DataFrame, name: str, seed: int, *, false_alarm_share: float = FALSE_ALARM_SHARE, split: str = "",
    model: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Whether and when the mean of a stream changed, motor by motor: table ``drift_streams``.

    Parameters
    ----------
    values : DataFrame
        Columns motor_id, started_at and value; rows without a time or a value are left out.
    name : str
        What the value is.
    seed : int
        For the streams without a change.
    false_alarm_share : float
        Share of streams without a change that may be called changed, between 0.005 and 1. The limit comes from values
        of all motors in random order, so it holds for any distribution, but not where values follow one another.
    split, model : str
        What it is of.

    Returns
    -------
    DataFrame
        A row a motor. What is usual is the median of its own first :data:`N_REFERENCE` recordings; how far values
        scatter around it is taken from those of all motors together, since five values say little of it. A motor
        with no more recordings is not judged, and none is where they do not scatter at all.

    Raises
    ------
    ValueError
        The share is out of range.
    """
    if not 0.005 <= false_alarm_share < 1:
        raise ValueError(f"the share of false alarms must lie between 0.005 and 1, got {false_alarm_share:g}")
    known = values[values["started_at"].notna() & np.isfinite(values["value"].astype(float))]
    known = known.sort_values(["motor_id", "started_at"], kind="stable")
    parts = {str(motor): part for motor, part in known.groupby("motor_id", sort=True)}
    streams = {motor: part["value"].to_numpy(float) for motor, part in parts.items()}
    long = [stream for stream in streams.values() if len(stream) > N_REFERENCE]
    spread = _spread(long)
    pool = np.concatenate([_spreads(stream - np.median(stream), spread) for stream in long] or [np.zeros(0)])
    limits = {n: _limit(pool, n, false_alarm_share, seed) for n in {len(stream) for stream in long}}
    rows = []
    for motor, stream in streams.items():
        is_judged = len(stream) > N_REFERENCE and spread > 0
        row = {"n": len(stream), "is_judged": is_judged, "is_changed": False, "changed_at": pd.NaT, "change": np.nan}
        if is_judged:
            spreads = _spreads(stream - np.median(stream[:N_REFERENCE]), spread)
            at = changed_at(spreads, limits[len(stream)])
            if at is not None:
                change = float(stream[at:].mean() - np.median(stream[:N_REFERENCE])) / spread
                row |= {"is_changed": True, "changed_at": parts[motor]["started_at"].iloc[at], "change": change}
        rows.append({"split": split, "model": model, "name": name, "motor_id": motor} | row)
    if not rows:
        return empty_table(DRIFT_STREAMS)
    table = pd.DataFrame(rows)
    table["changed_at"] = pd.to_datetime(table["changed_at"], utc=True)
    return conform(table, DRIFT_STREAMS)


def changed_at(spreads: NDArray[np.float64], limit: float) -> int | None:
    """Number of the value at which the Page-Hinkley test speaks; None where it does not.

    Parameters
    ----------
    spreads : ndarray, shape (n,)
        Values in order of time, in spreads.
    limit : float
        What the sum of what exceeds the mean so far, less :data:`TOLERATED` a value, must exceed.

    Examples
    --------
    >>> changed_at(np.array([0.0] * 10 + [4.0] * 5), 8.0)
    12
    """
    from river.drift import PageHinkley

    test = PageHinkley(min_instances=N_REFERENCE + 1, delta=TOLERATED, threshold=limit, alpha=1.0)
    for k, value in enumerate(spreads.tolist()):
        test.update(value)
        if test.drift_detected:
            return k
    return None


def largest_sums(streams: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the sums of the Page-Hinkley test reach at most, for many streams at once.

    Parameters
    ----------
    streams : ndarray, shape (m, n)

    Returns
    -------
    ndarray, shape (m,)
        :func:`changed_at` speaks for every limit below it.
    """
    off = streams - streams.cumsum(axis=1) / np.arange(1, streams.shape[1] + 1)
    rising, falling = (off - TOLERATED).cumsum(axis=1), (off + TOLERATED).cumsum(axis=1)
    up = rising - np.minimum.accumulate(rising, axis=1)
    down = np.maximum.accumulate(falling, axis=1) - falling
    return np.asarray(np.maximum(up, down)[:, N_REFERENCE:].max(axis=1))


def _limit(pool: NDArray[np.float64], n: int, false_alarm_share: float, seed: int) -> float:
    """What sums over ``n`` values without a change exceed by chance in the stated share of streams."""
    n_drawn = max(_FEWEST_DRAWN, min(_N_DRAWN, _MOST_VALUES // n))
    drawn = np.random.default_rng(seed).choice(pool, (n_drawn, n))
    return float(np.quantile(largest_sums(drawn), 1 - false_alarm_share))


def _spreads(off: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    return np.clip(off / spread, -_MOST_SPREADS, _MOST_SPREADS) if spread > 0 else np.zeros_like(off)


def _spread(streams: list[NDArray[np.float64]]) -> float:
    """Usual scatter of first values around their median; medians of few values take some of it, which is given back."""
    if not streams:
        return 0.0
    off = np.concatenate([stream[:N_REFERENCE] - np.median(stream[:N_REFERENCE]) for stream in streams])
    robust = _MAD * float(np.median(np.abs(off))) * np.sqrt(N_REFERENCE / (N_REFERENCE - 1))
    return robust if robust > 0 else float(off.std())
