"""What is to be expected of a motor at its load, and how far a row lies from it.

Healthy motors differ more from each other than a faulty one from its own past, and a load moves nearly every figure.
So a model never sees a figure itself but its distance from an expectation, in units of what is usual. The expectation
has three parts, all from rows believed healthy: the middle of the fleet, a slope over the load, and the motor's own
offset, which counts the more the more of its own rows there are (empirical Bayes: with none it is the fleet's, which
is the cold start of a new motor). Slopes and spreads come from the training side of a split; a motor's own rows may be
those of a motor that is judged, but never the judged recording.

References
----------
Efron, B. & Morris, C., J. Am. Stat. Assoc. 70, 1975, 311, DOI 10.1080/01621459.1975.10479864 (shrinkage).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: What a row is compared with: the fleet, the fleet at that load, the motor's own rows, its own rows at that load.
BASELINES = ("fleet", "load", "motor", "motor_load")

#: Load (share of rated) at which offsets are told.
REFERENCE_LOAD = 0.65

#: Normal-consistent factor of the median absolute deviation, and the 95 % quantile of a normal size.
_MAD, _AT_95 = 1.4826, 1.95996

#: Smallest spread of a figure that is believed, as a share of the spread of all its values.
_SMALLEST = 1e-3

#: Spreads up to which a model sees them as they are.
_LINEAR = 5.0

#: Distances beyond are cut: what is so far off is strange enough, and a single figure must not hide the others.
MOST_SPREADS = 30.0


@dataclass(frozen=True)
class Rows:
    """Figures of recordings or segments, and what they belong to.

    Attributes
    ----------
    names : tuple of str, length k
    values : ndarray, shape (n, k)
        NaN where a figure is not known.
    motor, unit : ndarray of str, shape (n,)
        Motor, and what leaves the motor's own rows when the row is judged: its recording, or its split group.
    load : ndarray, shape (n,)
        Share of rated load; NaN where it is not known.
    is_reference : ndarray of bool, shape (n,)
        Believed healthy.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    motor: NDArray[np.str_]
    unit: NDArray[np.str_]
    load: NDArray[np.float64]
    is_reference: NDArray[np.bool_]

    def only(self, keep: NDArray[np.bool_]) -> Rows:
        """Some of the rows."""
        return replace(
            self, values=self.values[keep], motor=self.motor[keep], unit=self.unit[keep], load=self.load[keep],
            is_reference=self.is_reference[keep],
        )  # fmt: skip

    def of(self, names: Sequence[str]) -> Rows:
        """The rows with some of their columns, in that order.

        Raises
        ------
        ValueError
            A column is missing.
        """
        if missing := [name for name in names if name not in self.names]:
            raise ValueError(f"the rows lack figure {missing[0]!r}; make them with the groups of features of the model")
        columns = [self.names.index(name) for name in names]
        return replace(self, names=tuple(names), values=self.values[:, columns])

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class OwnBaseline:
    """Expectations fitted to the rows of a training side that are believed healthy.

    Attributes
    ----------
    baseline : str
        One of :data:`BASELINES`.
    names : tuple of str, length k
    centre, slope, within, between : ndarray, shape (k,)
        Middle of the fleet at :data:`REFERENCE_LOAD`, change per unit of load, spread (standard deviation) of the rows
        of a motor about its own offset, and of the offsets of motors.
    """

    baseline: str
    names: tuple[str, ...]
    centre: NDArray[np.float64]
    slope: NDArray[np.float64]
    within: NDArray[np.float64]
    between: NDArray[np.float64]

    @classmethod
    def fit(cls, rows: Rows, train: NDArray[np.bool_], baseline: str) -> OwnBaseline:
        """Fit to the rows of a training side that are believed healthy.

        Parameters
        ----------
        rows : Rows
        train : ndarray of bool, shape (n,)
        baseline : str

        Raises
        ------
        ValueError
            The baseline is unknown, or no row of the training side is believed healthy.
        """
        if baseline not in BASELINES:
            raise ValueError(f"baseline must be one of {', '.join(BASELINES)}, got {baseline!r}")
        known = rows.only(train & rows.is_reference)
        if not len(known):
            raise ValueError("no row of the training side is believed healthy; label healthy recordings or record some")
        fitted = [_expectation(known, k, baseline) for k in range(len(rows.names))]
        centre, slope, within, between = (np.array(column) for column in zip(*fitted, strict=True))
        return cls(baseline, rows.names, centre, slope, within, between)

    def spreads(self, judged: Rows, own: Rows | None = None) -> NDArray[np.float64]:
        """Distance of every row from its expectation, in spreads.

        Parameters
        ----------
        judged : Rows
        own : Rows, optional
            Rows among which a motor's own are looked for; by default the judged ones. Those believed healthy count,
            but never those of the judged row's own unit.

        Returns
        -------
        ndarray, shape (n, k)
            NaN where a figure is not known or says nothing; within +- :data:`MOST_SPREADS`.
        """
        at_load = self._at_reference(judged)
        n_own, own_middle = self._own_middle(judged, judged if own is None else own)
        trust = np.where(n_own > 0, self.between**2 * n_own / (self.between**2 * n_own + self.within**2), 0.0)
        expected = (1 - trust) * self.centre + trust * own_middle
        spread = np.sqrt(self.within**2 + self.between**2 * (1 - trust))
        with np.errstate(invalid="ignore"):
            return np.clip((at_load - expected) / spread, -MOST_SPREADS, MOST_SPREADS)

    def _at_reference(self, rows: Rows) -> NDArray[np.float64]:
        """Values carried to the reference load; without a known load they stay where they are."""
        off = np.where(np.isfinite(rows.load), rows.load - REFERENCE_LOAD, 0.0)
        return np.asarray(rows.values - off[:, None] * self.slope)

    def _own_middle(self, judged: Rows, own: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Number and median of the motor's own rows for every judged row and figure, its own unit left out."""
        number, middle = np.zeros(judged.values.shape), np.zeros(judged.values.shape)
        if self.baseline in ("fleet", "load"):
            return number, middle
        known = own.only(own.is_reference)
        values = self._at_reference(known)
        for motor, unit in sorted(set(zip(judged.motor.tolist(), judged.unit.tolist(), strict=True))):
            others = values[(known.motor == motor) & (known.unit != unit)]
            rows = (judged.motor == motor) & (judged.unit == unit)
            count = np.isfinite(others).sum(axis=0)
            number[rows] = count
            middle[np.ix_(rows, count > 0)] = np.nanmedian(others[:, count > 0], axis=0) if len(others) else 0.0
        return number, middle


def tamed(spreads: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Spreads as a model may see them, and which rows it may judge.

    Beyond :data:`_LINEAR` spreads the logarithm counts, so that one wild figure does not outweigh all others; what is
    not known lies where it is expected. A row with fewer than half of its figures known is not judged.

    Examples
    --------
    >>> tamed(np.array([[1.0, -5.0, np.nan], [np.nan, np.nan, 2.0]]))[1].tolist()
    [True, False]
    """
    known = np.isfinite(spreads)
    filled = np.where(known, spreads, 0.0)
    size = np.abs(filled)
    beyond = _LINEAR * (1 + np.log(np.maximum(size, _LINEAR) / _LINEAR))
    return np.where(size > _LINEAR, np.sign(filled) * beyond, filled), known.mean(axis=1) >= 0.5


def _expectation(known: Rows, k: int, baseline: str) -> tuple[float, float, float, float]:
    """Centre, slope, and spreads within and between motors of one figure."""
    value, load, motor = known.values[:, k], known.load, known.motor
    defined = np.isfinite(value)
    if defined.sum() < 2:
        return float(np.nanmedian(value)) if defined.any() else np.nan, 0.0, np.nan, np.nan
    value, load, motor = value[defined], load[defined], motor[defined]
    slope = _slope(value, load, motor) if baseline in ("load", "motor_load") else 0.0
    carried = value - slope * np.where(np.isfinite(load), load - REFERENCE_LOAD, 0.0)
    names, index = np.unique(motor, return_inverse=True)
    means = np.bincount(index, carried) / np.bincount(index)
    centre = float(np.median(means)) if baseline in ("motor", "motor_load") else float(np.median(carried))
    least = max(float(np.std(value)) * _SMALLEST, 1e-12)
    if baseline in ("fleet", "load"):
        return centre, slope, max(_scale(carried - centre), least), 0.0
    # Deviations from a mean of n rows are smaller by sqrt(1 - 1/n) than from the motor's true offset.
    number = np.bincount(index)[index]
    off = ((carried - means[index]) / np.sqrt(np.where(number > 1, 1 - 1 / number, 1.0)))[number > 1]
    spread_of_means = _scale(means - centre) if len(names) > 1 else 0.0
    within = max(_scale(off), least) if len(off) else max(spread_of_means, least)
    between = np.sqrt(max(spread_of_means**2 - within**2 / np.median(np.bincount(index)), least**2))
    return centre, slope, within, float(between)


def _slope(value: NDArray[np.float64], load: NDArray[np.float64], motor: NDArray[np.str_]) -> float:
    """Change per unit of load within motors by least absolute deviations: no single bad recording tilts it."""
    known = np.isfinite(load)
    value, load = value[known], load[known]
    _, index = np.unique(motor[known], return_inverse=True)
    count = np.maximum(np.bincount(index), 1)
    off_value = value - (np.bincount(index, value) / count)[index]
    off_load = load - (np.bincount(index, load) / count)[index]
    lever = np.abs(off_load)
    if lever.sum() < 1e-9:
        return 0.0
    usable = lever > 1e-9
    ratio, weight = off_value[usable] / off_load[usable], lever[usable]
    order = np.argsort(ratio, kind="stable")
    at = np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2)
    return float(ratio[order][min(at, len(order) - 1)])


def _scale(off: NDArray[np.float64]) -> float:
    """Standard deviation of the bulk and of the tails, whichever is larger; a few wild values do not count.

    Some figures are nearly the same in most recordings and far off in one of ten (a tone of a bearing on a line of the
    shaft), so the middle half alone would call that strange.
    """
    size = np.abs(off)
    return float(max(_MAD * np.median(size), np.quantile(size, 0.95) / _AT_95))
