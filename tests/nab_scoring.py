"""Score of detections on labelled windows as in the Numenta Anomaly Benchmark, for the study of surprises.

Lavin, A., Ahmad, S., Evaluating real-time anomaly detection algorithms, ICMLA 2015, DOI 10.1109/ICMLA.2015.141: only
the first detection in a window counts, the more the earlier it is; detections outside cost by a sigmoid of their
distance to the window before them; a window without a detection costs. The sum is put on a scale on which saying
nothing is 0 and a perfect detector is 100. Detections in the probation at the begin are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Share of the rows, and most rows, of the probation.
PROBATION, MOST_PROBATION_ROWS = 0.15, 750

#: Distance, in lengths of a window after its end, beyond which a false detection costs in full.
_FAR = 3.0


@dataclass(frozen=True)
class Profile:
    """What a window found is worth, and what a false detection and a missed window cost."""

    found: float
    false: float
    missed: float


PROFILES = {
    "standard": Profile(1.0, 0.11, 1.0),
    "low_false_positives": Profile(1.0, 0.22, 1.0),
    "low_false_negatives": Profile(1.0, 0.11, 2.0),
}


@dataclass(frozen=True)
class NabScore:
    """Scores by profile (0 is silence, 100 perfection), and what they are made of."""

    scores: dict[str, float]
    n_windows: int
    n_found: int
    n_false: int


def sigmoid(position: float) -> float:
    """Worth of a detection: 0.987 at the left end of a window (-1), 0 at its right end (0), -1 far behind it."""
    return -1.0 if position > _FAR else 2.0 / (1.0 + float(np.exp(5.0 * position))) - 1.0


def probation_rows(n_rows: int) -> int:
    """Rows at the begin that are not judged."""
    return min(int(PROBATION * n_rows), MOST_PROBATION_ROWS)


def nab_score(detected: NDArray[np.bool_], windows: Sequence[tuple[int, int]]) -> NabScore:
    """Score the rows at which something was detected.

    Parameters
    ----------
    detected : ndarray of bool, shape (n_rows,)
    windows : sequence of (int, int)
        First and last row of each, rising, without overlap.
    """
    judged = np.array(detected, dtype=bool)
    judged[: probation_rows(len(judged))] = False
    rows = np.flatnonzero(judged)
    gained, found, false_cost, n_false = 0.0, 0, 0.0, 0
    for first, last in windows:
        own = rows[(rows >= first) & (rows <= last)]
        if len(own):
            found += 1
            gained += sigmoid(-(last - own[0] + 1) / (last - first + 1)) / sigmoid(-1.0)
    for row in rows:
        if any(first <= row <= last for first, last in windows):
            continue
        n_false += 1
        before = [(first, last) for first, last in windows if last < row]
        false_cost += sigmoid((row - before[-1][1]) / (before[-1][1] - before[-1][0])) if before else -1.0
    n = len(windows)
    scores = {}
    for name, profile in PROFILES.items():
        raw = profile.found * gained + profile.false * false_cost - profile.missed * (n - found)
        silence, perfect = -profile.missed * n, profile.found * n
        scores[name] = 100 * (raw - silence) / (perfect - silence)
    return NabScore(scores, n, found, n_false)


def trivial_detections(values: NDArray[np.float64], seed: int) -> dict[str, NDArray[np.bool_]]:
    """Detectors that need no forecast, on the same rows.

    Parameters
    ----------
    values : ndarray, shape (n_rows,)
    seed : int

    Returns
    -------
    dict of ndarray of bool, shape (n_rows,)
        ``fixed_threshold`` flags rows beyond the range of the probation by half of it, ``three_sigma`` rows beyond
        three standard deviations of the probation; both tell the begin of a run alone, as ``three_sigma_rows`` does
        not. ``random`` flags one row in a thousand.
    """
    start = values[: probation_rows(len(values))]
    reach = (start.max() - start.min()) / 2
    fixed = (values > start.max() + reach) | (values < start.min() - reach)
    beyond = np.abs(values - start.mean()) > 3 * start.std(ddof=1)
    return {
        "none": np.zeros(len(values), dtype=bool),
        "all": np.ones(len(values), dtype=bool),
        "random": np.random.default_rng(seed).uniform(size=len(values)) < 1e-3,
        "fixed_threshold": begins(fixed),
        "three_sigma": begins(beyond),
        "three_sigma_rows": beyond,
    }


def begins(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The first row of every run."""
    return flags & ~np.concatenate([[False], flags[:-1]])
