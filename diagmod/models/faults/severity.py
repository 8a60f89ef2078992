"""How severe a fault is, by the figures that its physics names, with an interval that keeps its word.

A line of a fault grows with the fault: both are taken as logarithms, and a straight line through the fault's own
figures and the load is all there is to learn. Such a line holds at loads that nobody has recorded; a forest over many
figures knows only what it has seen. Where the line tells no more than the usual severity does, the usual severity is
said, with the wide interval that belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from diagmod.models.own_baseline import REFERENCE_LOAD
from diagmod.models.physical_figures import FIGURES
from diagmod.models.split import group_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from diagmod.models.faults.fault_model import Labelled
    from diagmod.models.own_baseline import Rows

#: Fewest recordings with a stated severity that a line is drawn through.
FEWEST = 8

#: Smallest severity that is told from none.
LEAST = 0.01

#: The line must come nearer than the usual severity by this factor, else it tells nothing.
_BETTER = 0.7

#: Strength of the penalty on standardised figures, and by how much that on the load is stronger: a slope over the load
#: that chance made of few recordings would be carried on to loads that nobody recorded.
_RIDGE, _RIDGE_OF_LOAD = 0.1, 100.0


@dataclass(frozen=True)
class SeverityModel:
    """Line through the logarithms of figures.

    Attributes
    ----------
    figures : tuple of str
        Names of the figures that it looks at; none where it says the usual severity.
    usual : ndarray, shape (m + 1,)
        Middle of every figure and of the load, which stand in for what is not known.
    coefficients : ndarray, shape (m + 2,)
        Of the figures, of the load, and the offset; natural logarithm of the severity.
    residuals : ndarray, shape (n,)
        Absolute errors of the logarithm, for recordings whose split group the line had not seen; with too few, as of
        one group alone, the interval is everything.
    """

    figures: tuple[str, ...]
    usual: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    residuals: NDArray[np.float64]

    def predict(
        self, rows: Rows, coverage: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Severity of every row and its interval of a nominal coverage, each of shape (n,), between 0 and 1."""
        from crepes import ConformalRegressor

        said = self._logarithm(rows)
        if not len(said) or int((1 - coverage) * (len(self.residuals) + 1)) < 1:  # too few for any bound
            return np.exp(said), np.zeros(len(said)), np.ones(len(said))
        interval = ConformalRegressor().fit(self.residuals).predict_int(said, confidence=coverage, y_max=0.0)
        return np.exp(said), np.exp(interval[:, 0]), np.exp(interval[:, 1])

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """What is stored beside the names of the figures."""
        return {"usual": self.usual, "coefficients": self.coefficients, "residuals": self.residuals}

    def _logarithm(self, rows: Rows) -> NDArray[np.float64]:
        line = seen_figures(rows, self.figures, self.usual) @ self.coefficients[:-1] + self.coefficients[-1]
        return np.clip(line, np.log(LEAST), 0.0)


def figures_of(condition: str, names: Sequence[str]) -> tuple[str, ...]:
    """Figures of a condition that rows have; all physical ones for a condition that physics gives no line to."""
    own = tuple(figure.name for figure in FIGURES if figure.fault == condition and figure.name in names)
    return own or tuple(figure.name for figure in FIGURES if figure.name in names)


def seen_figures(rows: Rows, figures: Sequence[str], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Figures and load of every row, shape (n, m + 1); the usual value where one is not known."""
    columns = [rows.values[:, rows.names.index(name)] for name in figures]
    table = np.column_stack([*columns, rows.load]) if len(rows) else np.zeros((0, len(figures) + 1))
    return np.where(np.isfinite(table), table, usual)


def fit_severity(
    rows: Rows, severity: NDArray[np.float64], groups: Sequence[str], condition: str, n_folds: int, seed: int
) -> SeverityModel | None:
    """Fit to recordings of one condition.

    Parameters
    ----------
    rows : Rows
        Of a training side, all of the condition.
    severity : ndarray, shape (n,)
        As labelled, 0 to 1; NaN where it is not stated.
    groups : sequence of str, length n
        Split groups; errors behind the interval are of groups that the line had not seen.
    condition : str
    n_folds, seed : int
        Of the folds that give these errors.

    Returns
    -------
    SeverityModel or None
        None with too few stated severities, or if all are the same.
    """
    known = np.isfinite(severity)
    group = np.asarray(groups, dtype=str)[known]
    if known.sum() < FEWEST or len(np.unique(severity[known])) < 2:
        return None
    rows, target = rows.only(known), np.log(np.clip(severity[known], LEAST, 1.0))
    figures = figures_of(condition, rows.names)
    if len(np.unique(group)) < 2:  # nothing says how far off the line is on another motor
        return SeverityModel(figures, *_line(rows, target, figures), np.zeros(0))
    folds = group_folds(group.tolist(), n_folds, seed)
    off = {names: np.zeros(len(target)) for names in (figures, ())}
    for fold in np.unique(folds):
        for names, errors in off.items():
            usual, line = _line(rows.only(folds != fold), target[folds != fold], names)
            said = seen_figures(rows.only(folds == fold), names, usual) @ line[:-1] + line[-1]
            errors[folds == fold] = np.clip(said, np.log(LEAST), 0.0) - target[folds == fold]
    tells = _typical(off[figures], target) < _BETTER * _typical(off[()], target)
    chosen = figures if tells else ()
    return SeverityModel(chosen, *_line(rows, target, chosen), np.abs(off[chosen]))


def severities_of(data: Labelled, train: NDArray[np.bool_], n_folds: int, seed: int) -> dict[str, SeverityModel]:
    """A model a condition but healthy, from a training side; conditions without enough severities are left out."""
    found = {}
    for number, condition in enumerate(data.classes):
        own = train & (data.truth == number)
        if condition != "healthy":
            groups = data.group[own].tolist()
            found[condition] = fit_severity(data.rows.only(own), data.severity[own], groups, condition, n_folds, seed)
    return {name: model for name, model in found.items() if model is not None}


def _line(
    rows: Rows, target: NDArray[np.float64], figures: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Usual values and coefficients; without figures the middle of the target."""
    from sklearn.linear_model import Ridge

    columns = [rows.values[:, rows.names.index(name)] for name in figures]
    usual = np.array([_middle(column) for column in (*columns, rows.load)])
    if not len(usual[:-1]):
        return np.array([REFERENCE_LOAD]), np.array([0.0, float(np.median(target))])
    table = seen_figures(rows, figures, usual)
    mean, spread = table.mean(axis=0), table.std(axis=0)
    spread[spread < 1e-9] = 1.0
    spread[-1] *= np.sqrt(_RIDGE_OF_LOAD)
    fitted = Ridge(alpha=_RIDGE).fit((table - mean) / spread, target)
    slope = fitted.coef_ / spread
    return usual, np.append(slope, float(fitted.intercept_) - float(slope @ mean))


def _typical(off: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Mean error of the severity itself, from errors of its logarithm."""
    return float(np.abs(np.exp(target + off) - np.exp(target)).mean())


def _middle(column: NDArray[np.float64]) -> float:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if len(known) else 0.0
