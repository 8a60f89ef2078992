"""The map that makes a stated probability of crossing mean what it says, learnt from other motors.

Paths of a forecast are drawn from its errors, and errors of paths hang together in ways that a quantile of one day
does not show. What the paths say is therefore read on a scale: a line on the log-odds (Platt), drawn towards no change,
so that a handful of crossings does no harm. Rows of one motor are alike (three phases, overlapping horizons), so a
motor counts for a bounded number of them. Judged on motors that it was not fitted on, see ``crossing_judgement``.

References
----------
Platt, J., Probabilistic outputs for support vector machines, Advances in Large Margin Classifiers, 1999.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

#: Fewest crossings, and fewest others, that a map is fitted on, from at least :data:`FEWEST_MOTORS` motors each.
FEWEST_EVENTS, FEWEST_MOTORS = 8, 2

#: Rows for which one motor counts at most: four horizons that do not overlap in a third of a year, three phases.
MOST_ROWS = 12.0

#: Spread of the offset and of the logarithm of the slope around no change, before anything is seen: a fitted map moves
#: odds by more than fourfold or doubles their logarithm only on evidence.
_PRIOR_OFFSET, _PRIOR_LOG_SLOPE = 0.7, 0.35

#: Probabilities nearer to 0 or 1 are taken for this: the most that a few hundred paths can say.
_LEAST = 1e-3


@dataclass(frozen=True)
class CrossingCalibration:
    """Rising map of probabilities: a line on the log-odds.

    Attributes
    ----------
    offset, slope : float
        0 and 1 leave a probability as it is.
    n, n_crossed : int
        Forecasts it was fitted on, and how many of them crossed.
    """

    offset: float = 0.0
    slope: float = 1.0
    n: int = 0
    n_crossed: int = 0

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        return self.offset == 0 and self.slope == 1

    def apply(self, probability: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Calibrated probabilities; NaN stays.

        Examples
        --------
        >>> CrossingCalibration(offset=0.0, slope=0.5).apply(np.array([0.2, 0.5, np.nan])).round(3).tolist()
        [0.333, 0.5, nan]
        """
        given = np.asarray(probability, dtype=np.float64)
        return given if self.is_identity else expit(self.offset + self.slope * _log_odds(given))


def fit_calibration(
    probability: NDArray[np.float64], crossed: NDArray[np.bool_], groups: NDArray[np.str_]
) -> CrossingCalibration:
    """Learn the map from forecasts whose outcome is known.

    Parameters
    ----------
    probability : ndarray, shape (n,)
        As the paths say; rows of NaN are left out.
    crossed : ndarray of bool, shape (n,)
    groups : ndarray of str, shape (n,)
        Motors.

    Returns
    -------
    CrossingCalibration
        No change where fewer than :data:`FEWEST_EVENTS` forecasts crossed or did not, or fewer than
        :data:`FEWEST_MOTORS` motors had either.

    Raises
    ------
    ValueError
        The shapes differ or a probability is none.
    """
    said, hit, motors = _checked(probability, crossed, groups)
    n, n_crossed = len(hit), int(hit.sum())
    few = min(n_crossed, n - n_crossed) < FEWEST_EVENTS
    if few or min(len(np.unique(motors[hit])), len(np.unique(motors[~hit]))) < FEWEST_MOTORS:
        return CrossingCalibration(n=n, n_crossed=n_crossed)
    _, index, rows = np.unique(motors, return_inverse=True, return_counts=True)
    weight = np.minimum(1.0, MOST_ROWS / rows)[index]
    odds, sign = _log_odds(said), np.where(hit, 1.0, -1.0)

    def loss(at: NDArray[np.float64]) -> float:
        margin = sign * (at[0] + np.exp(at[1]) * odds)
        prior = (at[0] / _PRIOR_OFFSET) ** 2 + (at[1] / _PRIOR_LOG_SLOPE) ** 2
        return float(weight @ np.logaddexp(0.0, -margin) + prior / 2)

    offset, log_slope = minimize(loss, np.zeros(2), method="BFGS").x
    return CrossingCalibration(float(offset), float(np.exp(log_slope)), n, n_crossed)


def held_out(
    probability: NDArray[np.float64], crossed: NDArray[np.bool_], groups: NDArray[np.str_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Every forecast calibrated on the other motors alone, and the share of crossings among these.

    Parameters
    ----------
    probability, crossed, groups
        See :func:`fit_calibration`.

    Returns
    -------
    calibrated, climatology : ndarray, shape (n,)
        The climatology is smoothed as in Jeffreys' rule; 0.5 where there are no other motors.
    """
    _checked(probability, crossed, groups)
    calibrated, climatology = np.full(len(groups), np.nan), np.full(len(groups), np.nan)
    for motor in np.unique(groups):
        own = groups == motor
        calibrated[own] = fit_calibration(probability[~own], crossed[~own], groups[~own]).apply(probability[own])
        climatology[own] = (crossed[~own].sum() + 0.5) / ((~own).sum() + 1)
    return calibrated, climatology


def _checked(
    probability: NDArray[np.float64], crossed: NDArray[np.bool_], groups: NDArray[np.str_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.str_]]:
    """Rows with a probability."""
    if not len(probability) == len(crossed) == len(groups):
        raise ValueError(
            f"got {len(probability)} probabilities, {len(crossed)} outcomes and {len(groups)} motors; give one of each "
            "a forecast"
        )
    known = np.isfinite(probability)
    said = probability[known]
    if len(said) and not (said.min() >= 0 and said.max() <= 1):
        raise ValueError(f"a probability must lie between 0 and 1, got {said.min():g} to {said.max():g}")
    return said, np.asarray(crossed, dtype=bool)[known], groups[known]


def _log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(logit(np.clip(probability, _LEAST, 1 - _LEAST)))
