"""What is kept of a trained forecast, and how it speaks: which method for which series, and how far it erred.

Methods of one series are estimated anew on the series as it is now, which takes moments and is no training; Prophet and
the methods that learnt from the fleet speak from what was fitted. Intervals and paths come from the errors of the
back-test. A series that the model never saw gets the method that was best on the fleet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.choice import WITHOUT_BACK_TEST
from diagmod.models.forecast.crossing_calibration import CrossingCalibration
from diagmod.models.forecast.limits import LimitSettings
from diagmod.models.forecast.method import LEVELS, ForecastMethod
from diagmod.models.forecast.methods_by_name import MethodMaker
from diagmod.models.forecast.predictive import ErrorHistory, calibrated_by
from diagmod.models.forecast.series import TrendSeries


@dataclass(frozen=True)
class SeriesChoice:
    """What was decided about one series, with the figures behind it.

    Attributes
    ----------
    method : str
    mase : float
        Of that method in the back-test; NaN where none could be judged.
    naive_method : str
        Best of the naive lines on this series; empty where none could be judged.
    naive_mase : float
    n_origins : int
        Origins that the figures stand on.
    reason : str
        One sentence.
    """

    method: str
    mase: float
    naive_method: str
    naive_mase: float
    n_origins: int
    reason: str


@dataclass(frozen=True)
class LegModel:
    """Everything about one leg.

    Attributes
    ----------
    step_h, horizon : int
        Hours of a step, and steps ahead.
    choices : mapping of (str, str) to SeriesChoice
        By motor and quantity.
    errors : mapping of str to ErrorHistory
        By method, of every method that is chosen somewhere.
    fitted : mapping of str to ForecastMethod
        Methods that learnt from the fleet.
    prophets : mapping of (str, str) to str
        Fitted Prophet of every series that it was chosen for, as JSON.
    usual : str
        Method for a series that is not among the choices.
    """

    step_h: int
    horizon: int
    choices: Mapping[tuple[str, str], SeriesChoice]
    errors: Mapping[str, ErrorHistory] = field(default_factory=dict)
    fitted: Mapping[str, ForecastMethod] = field(default_factory=dict)
    prophets: Mapping[tuple[str, str], str] = field(default_factory=dict)
    usual: str = WITHOUT_BACK_TEST

    def method_of(self, series: TrendSeries) -> str:
        """Method that speaks for a series."""
        choice = self.choices.get(series.key)
        return choice.method if choice else self.usual

    def scores_of(self, series: TrendSeries) -> NDArray[np.float64]:
        """Normal scores of its method's earlier errors, shape (n_paths, horizon); empty where there are few."""
        history = self.errors.get(self.method_of(series))
        return np.empty((0, self.horizon)) if history is None else history.usable(series.motor_id)


@dataclass(frozen=True)
class ForecastModel:
    """A trained forecast.

    Attributes
    ----------
    legs : mapping of str to LegModel
        By name; "visits" and a number of hours for figures of the feature table.
    limits : LimitSettings
    calibration : CrossingCalibration
        Of probabilities of crossing.
    seed : int
    """

    legs: Mapping[str, LegModel]
    limits: LimitSettings
    calibration: CrossingCalibration
    seed: int


def forecast_leg(
    leg: LegModel, series: Sequence[TrendSeries], maker: MethodMaker
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Forecast the steps after the end of every series.

    Parameters
    ----------
    leg : LegModel
    series : sequence of TrendSeries
        Of the step of the leg.
    maker : MethodMaker
        Makes the methods of one series.

    Returns
    -------
    said, calibrated : ndarray, shape (n_series, n_levels, horizon)
        As the methods said, and with intervals by the errors of the back-test; a series whose method fails is forecast
        by the naive line of a season, and NaN where that fails too.
    """
    said = np.full((len(series), len(LEVELS), leg.horizon), np.nan)
    of = [leg.method_of(one) for one in series]
    for name in sorted(set(of)):
        rows = [k for k, method in enumerate(of) if method == name]
        said[rows] = _said(leg, name, [series[k] for k in rows], maker)
    failed = [k for k in range(len(series)) if not np.isfinite(said[k]).all()]
    if failed:
        said[failed] = maker(WITHOUT_BACK_TEST, leg.step_h, leg.horizon).forecast(
            [series[k] for k in failed], leg.horizon
        )
    held = [calibrated_by(said[k], leg.scores_of(one)) for k, one in enumerate(series)]
    return said, np.array(held).reshape(said.shape)


def _said(leg: LegModel, name: str, series: list[TrendSeries], maker: MethodMaker) -> NDArray[np.float64]:
    """Quantiles of one method."""
    if name == "prophet":
        return _of_prophets(leg, series, maker)
    method = leg.fitted.get(name) or maker(name, leg.step_h, leg.horizon)
    return method.forecast(series, leg.horizon)


def _of_prophets(leg: LegModel, series: list[TrendSeries], maker: MethodMaker) -> NDArray[np.float64]:
    from diagmod.models.forecast.prophet_method import forecast_of_stored

    found = []
    for one in series:
        kept = forecast_of_stored(leg.prophets[one.key], one, leg.horizon) if one.key in leg.prophets else None
        # A fit that no longer holds (the motor was repaired since, a covariate is no longer logged) is made anew.
        if kept is None or not np.isfinite(kept).all():
            kept = maker("prophet", leg.step_h, leg.horizon).forecast([one], leg.horizon)[0]
        found.append(kept)
    return np.array(found)
