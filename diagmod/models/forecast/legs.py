"""One leg of the forecasts: series of one step, back-tested, calibrated, and a method chosen for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.models.forecast.choice import Choice, choose, chosen_at
from diagmod.models.forecast.predictive import calibrated_test
from diagmod.models.forecast.rolling_origin import BackTest, MakeMethod, Protocol, back_test
from diagmod.models.forecast.series import DAY_H, TrendSeries

#: Name in the tables of what the automatic choice took.
CHOSEN = "chosen"

#: Ends of the bands of steps ahead by hours of a step: how far is easy, and how far is not.
_BANDS = {1: (24, 72, 168), DAY_H: (7, 14, 30)}


@dataclass(frozen=True)
class Leg:
    """A back-tested leg.

    Attributes
    ----------
    name : str
        hourly or daily.
    test : BackTest
        As the methods said.
    calibrated : dict of ndarray, shape (n_series, n_origins, n_levels, horizon)
        Quantiles by method with intervals that held before; and :data:`CHOSEN` at judged origins.
    chosen : ndarray of str, shape (n_series, n_origins)
        Method that the choice took at every judged origin; empty elsewhere.
    choices : list of Choice
        What is used from now on.
    """

    name: str
    test: BackTest
    calibrated: dict[str, NDArray[np.float64]]
    chosen: NDArray[np.str_]
    choices: list[Choice]

    @property
    def step_h(self) -> int:
        """Hours of a step."""
        return self.test.series[0].step_h


def make_leg(
    name: str,
    series: Sequence[TrendSeries],
    protocol: Protocol,
    methods: Sequence[str],
    make: MakeMethod,
    jobs: int,
    on_done: Callable[[int, int], None] = lambda done, total: None,
) -> Leg:
    """Back-test, calibrate and choose.

    Parameters
    ----------
    name : str
    series : sequence of TrendSeries
        At least one, all of one step.
    protocol, methods, make, jobs, on_done
        As of :func:`~diagmod.models.forecast.rolling_origin.back_test`.
    """
    test = back_test(series, protocol, methods, make, jobs, on_done)
    quantiles = calibrated_test(test)
    place, names = chosen_at(test), np.array([*test.quantiles, ""])
    taken = np.full((*test.scale.shape, *next(iter(quantiles.values())).shape[2:]), np.nan)
    for k, method in enumerate(test.quantiles):
        taken[place == k] = quantiles[method][place == k]
    return Leg(name, test, {**quantiles, CHOSEN: taken}, names[place], choose(test))


def bands(step_h: int, horizon: int) -> dict[str, slice]:
    """Steps ahead in bands, by what they are called; "all" is the last.

    Examples
    --------
    >>> list(bands(24, 30)), list(bands(1, 48)), list(bands(240, 3))
    (['1-7 d', '8-14 d', '15-30 d', 'all'], ['1-24 h', '25-48 h', 'all'], ['all'])
    """
    unit = "h" if step_h == 1 else "d"
    found, begin = dict[str, slice](), 0
    for end in _BANDS.get(step_h, ()):
        if begin < horizon:
            stop = min(end, horizon)
            found[f"{begin + 1}-{stop} {unit}"] = slice(begin, stop)
            begin = stop
    return {**found, "all": slice(0, horizon)}


def utc(times: NDArray[np.datetime64]) -> pd.Series:
    """Moments as the tables hold them."""
    return pd.Series(pd.to_datetime(times).tz_localize("UTC"))
