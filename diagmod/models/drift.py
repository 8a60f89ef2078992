"""Whether later recordings still look like the earlier ones, with a chance of error that is stated.

The population stability index and the Jensen-Shannon distance compare histograms; the usual limits (0.1, 0.25) hold for
thousands of independent rows and cry wolf over a hundred recordings. Here the limit comes from the data: recordings
trade places between earlier and later within their motor, whole, because windows of one recording and recordings of
one motor are alike, and what the figures reach then is chance. Over hundreds of features the largest figure
counts, so that any of them is called moved by chance only as often as stated.

References
----------
Lin, J., IEEE Trans. Inf. Theory 37, 1991, DOI 10.1109/18.61115, equation 4.1 (Jensen-Shannon divergence).
Westfall, P. H., Young, S. S., Resampling-based multiple testing, Wiley 1993, section 2.6 (single-step maximum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import DRIFT, DRIFT_KINDS
from diagmod.io.tables import conform

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Bins of a histogram, about equally many recordings each; values that are missing have one of their own.
_N_BINS = 10

#: Recordings that are added to every bin, so that an empty one has no infinite index.
_ADDED = 0.5

#: A deviation counts up to this many spreads; one broken recording shall not hide the others.
_MOST_SPREADS = 5.0

#: Median absolute deviation to standard deviation of a normal distribution.
_MAD = 1.4826

#: Units that trade places between earlier and later.
EXCHANGED = ("recordings_within_motor", "recordings", "motors")


@dataclass(frozen=True)
class Rows:
    """Rows that are compared, earlier with later.

    Attributes
    ----------
    names : tuple of str
        Columns.
    values : ndarray, shape (n, k)
        NaN where not known.
    recording, motor : ndarray of str, shape (n,)
        All rows of one recording count as one.
    is_later : ndarray of bool, shape (n,)
        Side of the recording of each row.

    Raises
    ------
    ValueError
        Shapes do not fit, or a recording is on both sides or of two motors.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    recording: NDArray[np.str_]
    motor: NDArray[np.str_]
    is_later: NDArray[np.bool_]

    def __post_init__(self) -> None:
        n = len(self.recording)
        if self.values.shape != (n, len(self.names)) or len(self.motor) != n or len(self.is_later) != n:
            raise ValueError(
                f"values of shape {self.values.shape} for {n} recordings, {len(self.motor)} motors, "
                f"{len(self.is_later)} sides and {len(self.names)} names; give a row a recording, a column a name"
            )
        sides = pd.DataFrame({"recording": self.recording, "motor": self.motor, "is_later": self.is_later})
        counts = sides.groupby("recording")[["motor", "is_later"]].nunique()
        if len(torn := counts.index[(counts > 1).any(axis=1)]):
            raise ValueError(
                f"recording {torn[0]} is of two motors or both earlier and later; a recording has one side"
            )


def drift(
    rows: Rows, kind: str, n_permutations: int, seed: int, *, false_alarm_share: float = 0.05,
    exchanged: str = EXCHANGED[0], split: str = "", model: str = "",
) -> pd.DataFrame:  # fmt: skip
    """Which columns moved from the earlier to the later recordings: table ``drift``.

    Parameters
    ----------
    rows : Rows
        At least a recording on each side.
    kind : str
        What the columns are: feature, score, alarm or calibration. The mean of alarms and of calibration is compared
        as it is, of the others in spreads within motors.
    n_permutations : int
        At least 20; 1 / (n_permutations + 1) is the smallest chance that can be told.
    seed : int
    false_alarm_share : float
        How often a table of columns that did not move may call any of them moved.
    exchanged : str
        What trades places: recordings within their motor (where motors are on both sides), recordings of all motors,
        or whole motors (where the later recordings are of other motors).
    split, model : str
        What the columns are of.

    Raises
    ------
    ValueError
        A setting is not allowed, a side is empty, or nothing can trade places.
    """
    _refuse(kind, exchanged, n_permutations, false_alarm_share)
    histograms, means, of = _by_recording(rows, kind, exchanged)
    sides = _sides(of, exchanged, n_permutations, np.random.default_rng(seed))
    psi, distance = _compared(histograms, sides)
    shift = _shifts(means, sides)
    told = np.concatenate([distance, np.abs(shift)], axis=1)
    single, joint = _chances(told)
    k = len(rows.names)
    p_value, p_adjusted = np.minimum(1.0, 2 * np.minimum(single[:k], single[k:])), np.minimum(joint[:k], joint[k:])
    limit = 1 - false_alarm_share
    table = pd.DataFrame(
        {
            "split": split, "model": model, "kind": kind, "name": list(rows.names),
            "psi": psi[0], "psi_by_chance": psi[1:].mean(axis=0), "psi_limit": np.quantile(psi[1:], limit, axis=0),
            "js_distance": distance[0], "js_limit": np.quantile(distance[1:], limit, axis=0), "shift": shift[0],
            "p_value": p_value, "p_adjusted": p_adjusted, "is_moved": p_adjusted <= false_alarm_share,
            "n_reference": int((~of["is_later"]).sum()), "n_later": int(of["is_later"].sum()),
        }
    )  # fmt: skip
    return conform(table, DRIFT)


def stability_index(
    reference: NDArray[np.float64], later: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Population stability index and Jensen-Shannon distance of two histograms.

    Parameters
    ----------
    reference, later : ndarray, shape (..., n_bins)
        Shares, positive, of sum 1.

    Returns
    -------
    psi, distance : ndarray, shape (...)
        The distance is the root of the divergence to base 2: 0 for equal, 1 for histograms that share no bin.

    Examples
    --------
    >>> psi, distance = stability_index(np.array([0.5, 0.5]), np.array([0.25, 0.75]))
    >>> round(float(psi), 4), round(float(distance), 4)
    (0.2747, 0.2209)
    """
    psi = ((later - reference) * np.log(later / reference)).sum(axis=-1)
    middle = (reference + later) / 2
    divergence = (reference * np.log2(reference / middle) + later * np.log2(later / middle)).sum(axis=-1) / 2
    return psi, np.sqrt(np.maximum(divergence, 0.0))


def _refuse(kind: str, exchanged: str, n_permutations: int, false_alarm_share: float) -> None:
    if kind not in DRIFT_KINDS:
        raise ValueError(f"kind of drift must be one of {', '.join(DRIFT_KINDS)}, got {kind!r}")
    if exchanged not in EXCHANGED:
        raise ValueError(f"what trades places must be one of {', '.join(EXCHANGED)}, got {exchanged!r}")
    if n_permutations < 20:
        raise ValueError(f"n_permutations must be at least 20, got {n_permutations}; 500 give a limit at 5 %")
    if not 1 / (n_permutations + 1) <= false_alarm_share < 1:
        raise ValueError(
            f"the share of false alarms must lie between 1 / (n_permutations + 1) = {1 / (n_permutations + 1):.4f} "
            f"and 1, got {false_alarm_share:g}"
        )


def _by_recording(
    rows: Rows, kind: str, exchanged: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], pd.DataFrame]:
    """Histogram (n_recordings, k, bins) and mean deviation (n_recordings, k) of every recording, and what it is."""
    names, first, index = np.unique(rows.recording, return_index=True, return_inverse=True)
    of = pd.DataFrame({"motor": rows.motor[first], "is_later": rows.is_later[first]})
    values = np.where(np.isfinite(rows.values), rows.values, np.nan)
    histograms = np.zeros((len(names), len(rows.names), _N_BINS + 1))
    for k in range(len(rows.names)):
        np.add.at(histograms[:, k], (index, _binned(values[:, k])), 1.0)
    histograms /= np.bincount(index)[:, None, None]
    known, counts = np.isfinite(values), np.zeros((len(names), len(rows.names)))
    means = np.zeros_like(counts)
    deviation = np.where(known, _deviations(values, rows.motor, kind, exchanged), 0.0)
    np.add.at(means, index, deviation)
    np.add.at(counts, index, known.astype(float))
    return histograms, means / np.maximum(counts, 1), of


def _binned(column: NDArray[np.float64]) -> NDArray[np.int64]:
    """Bin of every value; edges come from both sides together, so that trading places leaves them."""
    known = np.isfinite(column)
    found = np.full(len(column), _N_BINS)
    if known.any():
        edges = np.unique(np.quantile(column[known], np.linspace(0, 1, _N_BINS + 1)[1:-1]))
        found[known] = np.searchsorted(edges, column[known], side="right")
    return found


def _deviations(values: NDArray[np.float64], motor: NDArray[np.str_], kind: str, exchanged: str) -> NDArray[np.float64]:
    """Distance from the usual (of the motor, where recordings stay within it), in spreads of that distance."""
    if kind in ("alarm", "calibration"):
        return values
    frame = pd.DataFrame(values)
    middle = frame.groupby(motor).transform("median") if exchanged == EXCHANGED[0] else frame.median()
    off = (frame - middle).to_numpy()
    spread = _MAD * pd.DataFrame(np.abs(off)).median().to_numpy()
    usable = np.where(spread > 0, spread, pd.DataFrame(off).std(ddof=0).to_numpy())
    return np.clip(np.divide(off, usable, out=np.zeros_like(off), where=usable > 0), -_MOST_SPREADS, _MOST_SPREADS)


def _sides(of: pd.DataFrame, exchanged: str, n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which recordings are later: as observed first, then after every trade; shape (1 + n, n_recordings)."""
    later, motor = of["is_later"].to_numpy(bool), of["motor"].to_numpy(str)
    if not later.any() or later.all():
        raise ValueError("drift needs earlier and later recordings, got one side only; choose another time to compare")
    found = np.repeat(later[None], n + 1, axis=0)
    if exchanged == EXCHANGED[0]:
        mixed = [own for name in np.unique(motor) if 0 < later[own := motor == name].sum() < own.sum()]
        if not mixed:
            raise ValueError(f"no motor has both earlier and later recordings, so none can trade places; exchange "
                             f"{EXCHANGED[2]} instead")  # fmt: skip
        for own in mixed:
            found[1:, own] = rng.permuted(found[1:, own], axis=1)
    elif exchanged == EXCHANGED[1]:
        found[1:] = rng.permuted(found[1:], axis=1)
    else:
        names, index = np.unique(motor, return_inverse=True)
        of_motor = np.array([later[index == k] for k in range(len(names))], dtype=object)
        if any(0 < own.sum() < len(own) for own in of_motor):
            raise ValueError(f"a motor has both earlier and later recordings; exchange {EXCHANGED[0]} instead")
        is_later = np.array([own[0] for own in of_motor], dtype=bool)
        found[1:] = rng.permuted(np.repeat(is_later[None], n, axis=0), axis=1)[:, index]
    return found


def _compared(
    histograms: NDArray[np.float64], sides: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Index and distance of every trade and column, shape (1 + n, k)."""
    n_recordings, k, n_bins = histograms.shape
    used = histograms.sum(axis=0) > 0
    flat, total = histograms.reshape(n_recordings, -1), histograms.sum(axis=0)
    later = (sides.astype(float) @ flat).reshape(len(sides), k, n_bins)
    shares = []
    for count, n in ((total - later, (~sides).sum(axis=1)), (later, sides.sum(axis=1))):
        added = np.where(used, np.maximum(count, 0.0) + _ADDED, 1e-300)
        shares.append(added / (n[:, None, None] + _ADDED * used.sum(axis=1)[:, None]))
    return stability_index(shares[0], shares[1])


def _shifts(means: NDArray[np.float64], sides: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean of the later less that of the earlier recordings, shape (1 + n, k)."""
    later = sides / sides.sum(axis=1, keepdims=True)
    earlier = ~sides / (~sides).sum(axis=1, keepdims=True)
    return np.asarray((later - earlier) @ means)


def _chances(told: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How often chance reaches each figure: in its own column, and in the column where it reaches the most."""
    spread = told.std(axis=0)
    scaled = np.divide(told - told.mean(axis=0), spread, out=np.zeros_like(told), where=spread > 1e-12)
    largest = scaled.max(axis=1)
    own = (scaled >= scaled[0] - 1e-9).mean(axis=0)
    return own, np.array([(largest >= value - 1e-9).mean() for value in scaled[0]])
