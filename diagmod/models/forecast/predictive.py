"""The back-test turned into what may be said today: intervals that held, and paths that may come.

Scores of earlier forecasts by the same method carry both. For a forecast they are taken from other motors and from
origins whose horizon had ended; where that leaves too few, from the same motor too; and where it still does, the
method's own intervals stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.error_paths import (
    LEAST_PATHS,
    calibrated,
    gaussian_scores,
    normal_scores,
    paths_of,
    usable_paths,
)
from diagmod.models.forecast.rolling_origin import BackTest

#: Most paths of one forecast; beyond, a share of crossings changes in the third digit.
MOST_PATHS = 500


@dataclass(frozen=True)
class ErrorHistory:
    """Normal scores of all earlier forecasts of one method.

    Attributes
    ----------
    scores : ndarray, shape (n_series, n_origins, n_steps)
    motors : ndarray of str, shape (n_series,)
    ended_before : ndarray of bool, shape (n_origins, n_origins)
        As in :class:`~diagmod.models.forecast.rolling_origin.BackTest`.
    """

    scores: NDArray[np.float64]
    motors: NDArray[np.str_]
    ended_before: NDArray[np.bool_]

    def usable(self, motor_id: str, origin: int | None = None) -> NDArray[np.float64]:
        """Paths of scores that a forecast of a motor may stand on.

        Parameters
        ----------
        motor_id : str
        origin : int, optional
            Number of the origin; what had not ended before it is left out. None is now.

        Returns
        -------
        ndarray, shape (n_paths, n_steps)
            Finite; empty where there are fewer than :data:`~diagmod.models.forecast.error_paths.LEAST_PATHS`.
        """
        ended = np.ones(self.scores.shape[1], dtype=bool) if origin is None else self.ended_before[origin]
        for rows in (self.motors != motor_id, np.ones(len(self.motors), dtype=bool)):
            paths = usable_paths(self.scores[rows][:, ended].reshape(-1, self.scores.shape[-1]))
            if len(paths) >= LEAST_PATHS:
                every = np.unique(np.linspace(0, len(paths) - 1, MOST_PATHS).round().astype(int))
                return np.asarray(paths[every])
        return np.empty((0, self.scores.shape[-1]))


def history_of(test: BackTest, method: str) -> ErrorHistory:
    """Scores of a method in a back-test."""
    return ErrorHistory(normal_scores(test.quantiles[method], test.actual), test.motors, test.ended_before)


def calibrated_by(quantiles: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles as earlier errors say; as the method says where there are none.

    Parameters
    ----------
    quantiles : ndarray, shape (n_levels, n_steps)
    scores : ndarray, shape (n_paths, n_steps)
        May be empty.
    """
    return calibrated(quantiles, scores) if len(scores) else quantiles


def paths_by(quantiles: NDArray[np.float64], scores: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Paths that may come; with no earlier errors, random walks within the method's own intervals.

    Returns
    -------
    ndarray, shape (n_paths, n_steps)
    """
    drawn = scores if len(scores) else gaussian_scores(MOST_PATHS, quantiles.shape[-1], seed)
    return paths_of(quantiles, drawn)


def calibrated_test(test: BackTest) -> dict[str, NDArray[np.float64]]:
    """Quantiles of every method at every origin, as could be known there.

    Returns
    -------
    dict of ndarray, shape (n_series, n_origins, n_levels, horizon)
        By method; at origins with no usable errors as the method said.
    """
    found = {}
    for name, quantiles in test.quantiles.items():
        history, made = history_of(test, name), quantiles.copy()
        for origin in np.flatnonzero(test.is_judged):
            by_motor = {str(motor): history.usable(str(motor), int(origin)) for motor in np.unique(test.motors)}
            for row, motor in enumerate(test.motors):
                if np.isfinite(quantiles[row, origin]).all():
                    made[row, origin] = calibrated_by(quantiles[row, origin], by_motor[str(motor)])
        found[name] = made
    return found
