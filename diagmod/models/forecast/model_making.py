"""From a back-tested leg to the model that speaks from now on: final fits on everything that is known."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from diagmod.io.executor import run_all
from diagmod.models.forecast.choice import WITHOUT_BACK_TEST, Choice, errors_of
from diagmod.models.forecast.forecast_model import LegModel, SeriesChoice
from diagmod.models.forecast.forecast_words import choice_in_words
from diagmod.models.forecast.legs import Leg
from diagmod.models.forecast.method import FLEET_METHODS, ForecastMethod
from diagmod.models.forecast.methods_by_name import MethodMaker
from diagmod.models.forecast.predictive import history_of
from diagmod.models.forecast.series import TrendSeries


def model_of_leg(leg: Leg, maker: MethodMaker, jobs: int) -> LegModel:
    """What is kept of a leg: choices, errors of the chosen methods, and those of them fitted that learn from the fleet.

    Parameters
    ----------
    leg : Leg
    maker : MethodMaker
    jobs : int
        Processes, see :func:`diagmod.io.executor.run_all`.
    """
    test, usual = leg.test, _best_of_fleet(leg)
    used = sorted({choice.method for choice in leg.choices} | {usual})
    learners = [name for name in used if name in FLEET_METHODS]
    fitted = run_all(partial(_fitted, maker, test.series, leg.step_h, test.horizon), learners, jobs)
    by_prophet = [s for s, choice in zip(test.series, leg.choices, strict=True) if choice.method == "prophet"]
    prophets = run_all(_prophet, by_prophet, jobs)
    return LegModel(
        leg.step_h,
        test.horizon,
        {s.key: _kept(choice) for s, choice in zip(test.series, leg.choices, strict=True)},
        {name: history_of(test, name) for name in used if name in test.quantiles},
        dict(zip(learners, fitted, strict=True)),
        {s.key: text for s, text in zip(by_prophet, prophets, strict=True) if text},
        usual,
    )


def _best_of_fleet(leg: Leg) -> str:
    """Method with the least error over all series and origins."""
    methods, errors = errors_of(leg.test)
    whole = [k for k in range(len(methods)) if np.isfinite(errors[k]).any()]
    if not whole:
        return WITHOUT_BACK_TEST
    return methods[min(whole, key=lambda k: float(np.nanmean(errors[k])))]


def _fitted(maker: MethodMaker, series: Sequence[TrendSeries], step_h: int, horizon: int, name: str) -> ForecastMethod:
    return maker(name, step_h, horizon).fit(series)


def _prophet(series: TrendSeries) -> str:
    """Fitted Prophet as JSON; empty where it cannot be fitted."""
    from diagmod.models.forecast.prophet_method import fitted, stored

    model = fitted(series)
    return "" if model is None else stored(model)


def _kept(choice: Choice) -> SeriesChoice:
    best = choice.best_naive
    return SeriesChoice(
        choice.method,
        choice.mase.get(choice.method, float("nan")),
        best,
        choice.mase.get(best, float("nan")),
        choice.n_origins,
        choice_in_words(choice.method, choice.mase, choice.n_origins),
    )
