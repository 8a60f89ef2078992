"""Whether a stated probability means what it says: Brier score, calibration error, reliability curve.

Bins hold about equally many recordings, so that none rests on two of them. A calibration error is never negative and
so never zero by chance: beside it stand what a perfectly calibrated model would show over the same recordings, and the
error with the part removed that the scatter between split groups adds.

References
----------
Brier, G. W., Monthly Weather Review 78, 1950, DOI 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
Kumar, A., Liang, P., Ma, T., Verified uncertainty calibration, NeurIPS 2019, section 5 (debiased error).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.io.evaluation_schemas import CALIBRATION, RELIABILITY
from diagmod.io.tables import conform, empty_table
from diagmod.models.intervals import drawn_interval, share_interval, wilson_interval
from diagmod.models.weighted_figures import group_weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: Bins unless there are too few recordings, and fewest recordings in a bin.
N_BINS, FEWEST_IN_BIN = 10, 10

#: Trials of what a calibrated model would show by chance.
_N_TRIALS = 500


@dataclass(frozen=True)
class Stated:
    """Probabilities that a model stated for recordings that it never saw.

    Attributes
    ----------
    split, model : str
    classes : tuple of str
        One class for a plain yes or no, as ("faulty",); else at least two.
    probabilities : ndarray, shape (n, k)
        0..1; of several classes, rows of sum 1.
    truth : ndarray of int, shape (n,)
        Number of the true class; for a single class 1 where it is there and 0 where not.
    group : ndarray of str, shape (n,)
        Split group.

    Raises
    ------
    ValueError
        Shapes do not fit, a probability is no probability, or a truth is no class.
    """

    split: str
    model: str
    classes: tuple[str, ...]
    probabilities: NDArray[np.float64]
    truth: NDArray[np.int64]
    group: NDArray[np.str_]

    def __post_init__(self) -> None:
        shape, n, k = self.probabilities.shape, len(self.truth), len(self.classes)
        if shape != (n, k) or len(self.group) != n:
            raise ValueError(
                f"model {self.model}: probabilities of shape {shape} for {n} truths, {len(self.group)} groups and "
                f"{k} classes; give a row a recording and a column a class"
            )
        total = self.probabilities.sum(axis=1)
        is_share = (self.probabilities >= 0) & (self.probabilities <= 1)
        if not is_share.all() or (k > 1 and not np.allclose(total, 1, atol=1e-6)):
            raise ValueError(
                f"model {self.model}: probabilities must lie between 0 and 1 and those of {k} classes add to 1; "
                "leave out recordings that are not judged"
            )
        if n and not (self.truth.min() >= 0 and self.truth.max() < max(k, 2)):
            raise ValueError(f"model {self.model}: a truth is none of the classes {', '.join(self.classes)}")

    @property
    def is_binary(self) -> bool:
        """Whether a single class is asked for."""
        return len(self.classes) == 1

    @property
    def brier(self) -> NDArray[np.float64]:
        """Squared error of every row, shape (n,): 0..1 for a single class, else summed over classes, 0..2."""
        return np.asarray(((self.probabilities - self._one) ** 2).sum(axis=1))

    @property
    def top(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Probability of the most probable answer, and whether it is right; of a single class, of yes or no."""
        if self.is_binary:
            yes = self.probabilities[:, 0]
            return np.maximum(yes, 1 - yes), (yes >= 0.5) == (self.truth == 1)
        return self.probabilities.max(axis=1), self.probabilities.argmax(axis=1) == self.truth

    def of_class(self, k: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Probability of a class, and whether it is the true one."""
        return self.probabilities[:, k], self._one[:, k] > 0

    @property
    def _one(self) -> NDArray[np.float64]:
        """1 in the column of the true class."""
        if self.is_binary:
            return self.truth[:, None].astype(float)
        return np.eye(len(self.classes))[self.truth]


def equal_mass_bins(probability: NDArray[np.float64], n_bins: int = N_BINS) -> NDArray[np.int64]:
    """Bin of every row, numbered from 0 by rising probability, about equally many rows each; equal values together.

    Parameters
    ----------
    probability : ndarray, shape (n,)
    n_bins : int
        At most; fewer where a bin would hold fewer than :data:`FEWEST_IN_BIN` rows.

    Examples
    --------
    >>> equal_mass_bins(np.linspace(0, 1, 25), 10).tolist()[:13]
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    if n_bins < 1:
        raise ValueError(f"the number of bins must be at least 1, got {n_bins}")
    if not len(probability):
        return np.zeros(0, dtype=np.int64)
    bins = min(n_bins, max(1, len(probability) // FEWEST_IN_BIN))
    ordered = np.sort(probability)
    edges = np.unique(ordered[[len(ordered) * k // bins for k in range(1, bins)]]) if bins > 1 else ordered[:0]
    return np.unique(np.searchsorted(edges, probability, side="right"), return_inverse=True)[1].astype(np.int64)


def calibration_table(stated: Sequence[Stated], n_bins: int, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """Brier score and calibration errors of models: table ``calibration``.

    Parameters
    ----------
    stated : sequence of Stated
    n_bins : int
        Bins at most; see :func:`equal_mass_bins`. The table says how many were used.
    n_bootstrap : int
        Draws of split groups behind the intervals.
    seed : int

    Returns
    -------
    DataFrame
        ``brier_of_shares`` is the Brier score of a model that states the share of every class; a figure above it is
        worse than knowing nothing. ``ece_by_chance`` is what a perfectly calibrated model would show, most probable
        answers, recordings taken as independent: an error within its interval is no sign of a wrong scale.
        ``ece_class_wise`` is the mean over classes of ``ece_of_class``. The interval of an error has the width of the
        bootstrap and lies around the value, because a resample scatters more than the sample and so errs upwards.
    """
    rows = [row for one in stated if len(one.truth) for row in _figures(one, n_bins, n_bootstrap, seed)]
    return conform(pd.DataFrame(rows), CALIBRATION) if rows else empty_table(CALIBRATION)


def reliability_table(stated: Sequence[Stated], n_bins: int, n_bootstrap: int, seed: int) -> pd.DataFrame:
    """What was stated and what was observed, bin by bin: table ``reliability``.

    Parameters
    ----------
    stated, n_bins, n_bootstrap, seed
        See :func:`calibration_table`. Rows of the most probable answer have an empty condition; each class follows.
    """
    rows = []
    for one in stated:
        if len(one.truth):
            weights = group_weights(one.group, n_bootstrap, np.random.default_rng(seed))
            asked = [("", one.top)] + [(name, one.of_class(k)) for k, name in enumerate(one.classes)]
            for name, (said, hit) in asked:
                about = {"split": one.split, "model": one.model, "condition": name}
                rows += [about | row for row in _bins(said, hit, one.group, weights, n_bins)]
    return conform(pd.DataFrame(rows), RELIABILITY) if rows else empty_table(RELIABILITY)


def _figures(one: Stated, n_bins: int, n_bootstrap: int, seed: int) -> Iterator[dict[str, object]]:
    draws = group_weights(one.group, n_bootstrap, np.random.default_rng(seed))
    weights = np.vstack([np.ones((1, len(one.truth))), draws])
    total = weights.sum(axis=1)
    about = {"split": one.split, "model": one.model, "n": len(one.truth), "n_groups": len(np.unique(one.group))}

    def row(figure: str, value: float, sample: NDArray[np.float64], bins: int = 0, of: str = "") -> dict[str, object]:
        low, high = drawn_interval(sample)
        found = {"condition": of, "figure": figure, "n_bins": bins, "value": value, "low": low, "high": high}
        return about | found

    brier = weights @ one.brier / total
    yield row("brier", brier[0], brier[1:])
    yield row("brier_of_shares", *_of_shares(one))
    said, hit = one.top
    bins = equal_mass_bins(said, n_bins)
    error, n_used = _error(said, hit, bins, weights), int(bins.max()) + 1
    yield row("ece_top_label", error[0], _around(error), n_used)
    debiased = max(0.0, 2 * error[0] - error[1:].mean()) if len(draws) else np.nan
    yield row("ece_top_label_debiased", debiased, _around(error, debiased), n_used)
    yield row("ece_by_chance", *_by_chance(said, bins, np.random.default_rng(seed)), n_used)
    of_classes = []
    for k, name in enumerate(one.classes):
        said, hit = one.of_class(k)
        bins = equal_mass_bins(said, n_bins)
        of_classes.append(_error(said, hit, bins, weights))
        yield row("ece_of_class", of_classes[-1][0], _around(of_classes[-1]), int(bins.max()) + 1, name)
    mean = np.mean(of_classes, axis=0)
    yield row("ece_class_wise", mean[0], _around(mean), n_used)


def _of_shares(one: Stated) -> tuple[float, NDArray[np.float64]]:
    """Brier score of a model that states how frequent every class is here."""
    if one.is_binary:
        share = float(np.mean(one.truth == 1))
        return share * (1 - share), np.zeros(0)
    shares = np.bincount(one.truth, minlength=len(one.classes)) / len(one.truth)
    return float(1 - (shares**2).sum()), np.zeros(0)


def _error(
    said: NDArray[np.float64], hit: NDArray[np.bool_], bins: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Calibration error of every weighting, shape (n_weightings,)."""
    gaps = np.zeros((len(said), int(bins.max()) + 1))
    gaps[np.arange(len(said)), bins] = said - hit
    return np.asarray(np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1))


def _around(error: NDArray[np.float64], value: float | None = None) -> NDArray[np.float64]:
    """Draws moved so that they lie around the value; shares stay shares."""
    if len(error) < 2:
        return error[1:]
    middle = error[0] if value is None else value
    return np.clip(error[1:] - error[1:].mean() + middle, 0, 1)


def _by_chance(
    said: NDArray[np.float64], bins: NDArray[np.int64], rng: np.random.Generator
) -> tuple[float, NDArray[np.float64]]:
    """Error of a model whose probabilities are true, over the same recordings: mean, and in every trial."""
    of_bin = np.eye(int(bins.max()) + 1)[bins]
    hits = rng.uniform(size=(_N_TRIALS, len(said))) < said
    trials = np.abs((said - hits) @ of_bin).sum(axis=1) / len(said)
    return float(trials.mean()), trials


def _bins(
    said: NDArray[np.float64], hit: NDArray[np.bool_], group: NDArray[np.str_], weights: NDArray[np.float64],
    n_bins: int,
) -> Iterator[dict[str, object]]:  # fmt: skip
    bins = equal_mass_bins(said, n_bins)
    for k in range(int(bins.max()) + 1):
        own = bins == k
        n, n_groups, share = int(own.sum()), len(np.unique(group[own])), float(hit[own].mean())
        of_bin = weights[:, own].sum(axis=1)
        drawn = np.divide(weights[:, own] @ hit[own], of_bin, out=np.full(len(weights), np.nan), where=of_bin > 0)
        low, high = share_interval(share, n_groups, n, drawn)
        wilson = wilson_interval(share, n)
        yield {
            "bin": k, "stated": float(said[own].mean()), "observed": share, "low_wilson": wilson[0],
            "high_wilson": wilson[1], "low": low, "high": high, "n": n, "n_groups": n_groups,
        }  # fmt: skip
