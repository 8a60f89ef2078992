"""Probabilities that mean what they say.

Models are fitted with weights, so that a rare fault counts as much as the many healthy recordings; what they then
call a probability is none. It is read on a scale learned from recordings whose split group the model had not seen:
one logistic curve a class (Platt), one step function a class (isotonic), or one temperature for all.

References
----------
Guo, C. et al., On calibration of modern neural networks, ICML 2017, equations 3 (error) and 9 (temperature).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Ways to calibrate; "none" leaves what the model says.
CALIBRATIONS = ("sigmoid", "isotonic", "temperature", "none")

#: Probabilities nearer to 0 are taken for this; the logarithm of 0 is no number.
_LEAST = 1e-6

#: Isotonic curves end this far from 0 and 1: some hundred recordings do not prove a certainty.
_ENDS = 1e-3

#: Bins of equal width in which confidence and accuracy are compared.
N_BINS = 10


@dataclass(frozen=True)
class Calibration:
    """A scale for probabilities, fitted; plain numbers, so that it can be stored.

    Attributes
    ----------
    kind : str
        One of :data:`CALIBRATIONS`.
    arrays : mapping of str to ndarray
        "slope" and "offset" of shape (k,); "knots" of shape (2, n) and "classes" (n,); or "temperature" (1,).
    """

    kind: str
    arrays: Mapping[str, NDArray[np.float64]]

    def apply(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n, k), each row of sum 1; a class of probability 0 keeps it."""
        if self.kind == "none":
            return probabilities
        known = probabilities > 0
        if self.kind == "temperature":
            found = np.where(known, np.maximum(probabilities, _LEAST), 0.0) ** (1 / self.arrays["temperature"][0])
        elif self.kind == "sigmoid":
            found = known / (1 + np.exp(-(self.arrays["slope"] * _log_odds(probabilities) + self.arrays["offset"])))
        else:
            found = np.where(known, self._stepped(probabilities), 0.0)
        total = found.sum(axis=1, keepdims=True)
        return np.divide(found, total, out=probabilities.copy(), where=total > 0)

    def _stepped(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        (x, y), of_class = self.arrays["knots"], self.arrays["classes"]
        columns = []
        for k, column in enumerate(probabilities.T):
            own = of_class == k
            columns.append(np.interp(column, x[own], y[own]) if own.any() else column)
        return np.column_stack(columns)


def fit_calibration(kind: str, probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> Calibration:
    """Fit a scale to probabilities of recordings that the model had not seen.

    Parameters
    ----------
    kind : str
        One of :data:`CALIBRATIONS`.
    probabilities : ndarray, shape (n, k)
    truth : ndarray of int, shape (n,)
        Number of the true class.

    Raises
    ------
    ValueError
        The kind is unknown.
    """
    if kind not in CALIBRATIONS:
        raise ValueError(f"calibration must be one of {', '.join(CALIBRATIONS)}, got {kind!r}")
    if kind == "none" or not len(truth):
        return Calibration("none", {})
    is_class = truth[:, None] == np.arange(probabilities.shape[1])
    fit = {"sigmoid": _sigmoid, "isotonic": _isotonic, "temperature": _temperature}[kind]
    return Calibration(kind, fit(probabilities, is_class))


def calibration_error(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over bins of the confidence.

    Examples
    --------
    >>> calibration_error(np.array([[0.8, 0.2]] * 5), np.array([0, 0, 0, 0, 1]))
    0.0
    """
    if not len(truth):
        return float("nan")
    return float(np.abs(gaps_by_bin(probabilities, truth).sum(axis=0)).sum() / len(truth))


def gaps_by_bin(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Confidence less hit of every row, in the column of its bin; shape (n, :data:`N_BINS`)."""
    confidence, hit = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    table = np.zeros((len(truth), N_BINS))
    table[np.arange(len(truth)), np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)] = confidence - hit
    return table


def _log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probabilities, _LEAST, 1 - _LEAST)
    return np.asarray(np.log(inside / (1 - inside)))


def _sigmoid(probabilities: NDArray[np.float64], is_class: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    from sklearn.linear_model import LogisticRegression

    odds = _log_odds(probabilities)
    slope, offset = np.ones(odds.shape[1]), np.zeros(odds.shape[1])
    for k in range(odds.shape[1]):
        if 0 < is_class[:, k].sum() < len(is_class):
            fitted = LogisticRegression(C=10.0).fit(odds[:, [k]], is_class[:, k])
            slope[k], offset[k] = max(float(fitted.coef_[0, 0]), 0.0), float(fitted.intercept_[0])
    return {"slope": slope, "offset": offset}


def _isotonic(probabilities: NDArray[np.float64], is_class: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    from sklearn.isotonic import IsotonicRegression

    knots, of_class = [], []
    for k in range(probabilities.shape[1]):
        if 0 < is_class[:, k].sum() < len(is_class):
            fitted = IsotonicRegression(y_min=_ENDS, y_max=1 - _ENDS).fit(probabilities[:, k], is_class[:, k])
            knots.append(np.stack([fitted.X_thresholds_, fitted.y_thresholds_]))
            of_class.append(np.full(len(fitted.X_thresholds_), float(k)))
    return {"knots": np.hstack(knots or [np.zeros((2, 0))]), "classes": np.concatenate(of_class or [np.zeros(0)])}


def _temperature(probabilities: NDArray[np.float64], is_class: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
    from scipy.optimize import minimize_scalar

    logs = np.log(np.maximum(probabilities, _LEAST))

    def loss(log_temperature: float) -> float:
        scaled = logs / np.exp(log_temperature)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[is_class]))

    return {"temperature": np.array([np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)])}
