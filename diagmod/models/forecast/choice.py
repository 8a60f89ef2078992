"""Which method speaks for which series: the one with the least error so far, weighed with its error on the fleet.

A dozen origins of one series cannot tell nine methods apart, and the best of many by luck is not the best tomorrow. So
the error of a method on a series is drawn towards its error on the whole fleet, the more the fewer origins there are.
The naive lines take part as equals: where one of them is least, it is used, and no model is. In the back-test the
choice at an origin stands on forecasts that had come in full before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.method import MEDIAN, NAIVE_METHODS
from diagmod.models.forecast.rolling_origin import BackTest

#: How many origins of its own weigh as much as the fleet. Horizons of neighbouring origins overlap, so that a dozen are
#: worth three or four. Tried on the demonstration fleet, 6, 20 and 60 gave the chosen methods a MASE of 0.724, 0.725
#: and 0.736 hours ahead, 1.50, 1.45 and 1.43 days ahead.
ORIGINS_LIKE_FLEET = 20.0

#: Method where nothing could be judged: it needs no more than a week.
WITHOUT_BACK_TEST = "seasonal_naive"


@dataclass(frozen=True)
class Choice:
    """What is used for one series.

    Attributes
    ----------
    method : str
    mase : dict of float
        Own error of every method by back-test; NaN where it gave none.
    n_origins : int
        Origins it stands on.
    """

    method: str
    mase: dict[str, float]
    n_origins: int

    @property
    def best_naive(self) -> str:
        """The naive line with the least own error; empty where none could be judged."""
        known = {name: self.mase[name] for name in NAIVE_METHODS if np.isfinite(self.mase.get(name, np.nan))}
        return min(known, key=lambda name: known[name]) if known else ""


def errors_of(test: BackTest) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Mean absolute scaled error of every forecast.

    Returns
    -------
    methods : tuple of str
    errors : ndarray, shape (n_methods, n_series, n_origins)
        NaN where there was no forecast or nothing came.
    """
    rows = []
    for quantiles in test.quantiles.values():
        apart = np.abs(quantiles[:, :, MEDIAN, :] - test.actual)
        known = np.isfinite(apart)
        total = np.where(known, apart, 0.0).sum(axis=-1)
        rows.append(np.divide(total, known.sum(axis=-1), out=np.full(total.shape, np.nan), where=known.any(axis=-1)))
    errors = np.array(rows).reshape(len(test.quantiles), *test.scale.shape)
    return tuple(test.quantiles), errors / test.scale


def choose(test: BackTest, allowed: NDArray[np.bool_] | None = None) -> list[Choice]:
    """Method of every series.

    Parameters
    ----------
    test : BackTest
    allowed : ndarray of bool, shape (n_origins,), optional
        Origins that the choice may stand on; all by default.

    Returns
    -------
    list of Choice
        In the order of the series; :data:`WITHOUT_BACK_TEST` where no origin tells.
    """
    methods, errors = errors_of(test)
    return _chosen(methods, errors if allowed is None else errors[:, :, allowed])


def chosen_at(test: BackTest) -> NDArray[np.int64]:
    """Number of the method that the choice took at every origin, as known then.

    Returns
    -------
    ndarray, shape (n_series, n_origins)
        Place in ``test.quantiles``; -1 at origins that are not judged.
    """
    methods, errors = errors_of(test)
    found = np.full(test.scale.shape, -1, dtype=np.int64)
    for origin in np.flatnonzero(test.is_judged):
        known = errors[:, :, test.ended_before[origin]]
        found[:, origin] = [methods.index(choice.method) for choice in _chosen(methods, known)]
    return found


def _chosen(methods: Sequence[str], errors: NDArray[np.float64]) -> list[Choice]:
    n_known = np.isfinite(errors).sum(axis=2)
    total = np.where(np.isfinite(errors), errors, 0.0).sum(axis=2)
    own = np.divide(total, n_known, out=np.full(total.shape, np.nan), where=n_known > 0)
    of_fleet = _of_fleet(errors)
    drawn = (np.nan_to_num(own) * n_known + ORIGINS_LIKE_FLEET * of_fleet[:, None]) / (n_known + ORIGINS_LIKE_FLEET)
    # A method that failed on this series is no candidate, however good it is elsewhere.
    drawn = np.where(n_known > 0, drawn, np.nan)
    found = []
    for k in range(errors.shape[1]):
        column = drawn[:, k]
        name = methods[int(np.nanargmin(column))] if np.isfinite(column).any() else WITHOUT_BACK_TEST
        found.append(
            Choice(
                name,
                dict(zip(methods, own[:, k].tolist(), strict=True)),
                int(n_known[:, k].max(initial=0)),
            )
        )
    return found


def _of_fleet(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean error of every method over the forecasts that all of them gave; a method that gave none has NaN."""
    gave = np.isfinite(errors).any(axis=(1, 2))
    common = np.isfinite(errors[gave]).all(axis=0)
    if not common.any():
        counts = np.isfinite(errors).sum(axis=(1, 2))
        total = np.where(np.isfinite(errors), errors, 0.0).sum(axis=(1, 2))
        return np.divide(total, counts, out=np.full(len(errors), np.nan), where=counts > 0)
    found = np.full(len(errors), np.nan)
    found[gave] = errors[gave][:, common].mean(axis=1)
    return found
