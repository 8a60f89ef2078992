"""Prophet: a trend of straight pieces, Fourier terms of day and week, and what was logged beside the quantity.

It knows gaps, so none is filled. Levels before a repair are joined to the level after it, and a piece may begin at
every repair. The load or the ambient temperature is used only where it was logged almost always, and its future, which
nobody knows, is the weekly profile of its last four weeks. The interval is not sampled: the variance of the method's
own model of the future (noise, and slopes that go on changing as often and as much as before) has a closed form, so
that equal input gives equal bytes without touching a global random state; how far the covariates usually are from
their profile comes on top. A fit is kept as the JSON of the library and can be forecast onward later.

References
----------
Taylor, S. J., Letham, B. (2018), Forecasting at scale, The American Statistician 72(1), section 3.1.4.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.covariate_profile import completed, usual_miss, well_logged
from diagmod.models.forecast.gap_filling import fewest_known, first_step, joined
from diagmod.models.forecast.method import LEVELS, Progress
from diagmod.models.forecast.naive_methods import normal_quantiles
from diagmod.models.forecast.series import DAY_H, TrendSeries

if TYPE_CHECKING:
    import pandas as pd

#: A fitted ``prophet.Prophet``; its own types call everything that a fit has possibly absent.
Fit = Any

#: Prefix of a covariate's column: its own name may be one that the library keeps for itself.
COLUMN = "logged_"

#: Settings for steps of a day and more: few pieces, bending easily. On two simulated fleets 10 pieces did no better.
DAILY_SETTINGS: dict[str, Any] = {"weekly_seasonality": 3, "daily_seasonality": False, "changepoint_prior_scale": 0.5}

#: Settings for shorter steps; 10 terms of the week follow single shifts (MASE 0.92, with the usual 3 0.96).
HOURLY_SETTINGS: dict[str, Any] = {
    "weekly_seasonality": 10,
    "daily_seasonality": 4,
    "changepoint_prior_scale": 0.05,
}

#: Pieces of the trend that may begin within the history, for steps of a day and more and for shorter ones.
DAILY_PIECES, HOURLY_PIECES = 5, 10

#: Part of the history, from its begin, within which pieces begin: the library's default.
PIECES_WITHIN = 0.8

#: How the optimiser runs. Its end after 500 steps, or where no step improves any more, is taken as it is. On two
#: simulated fleets the forecasts are those of the library's own choice (Newton below 100 values, and where no step
#: improves), which now and then takes 10 s for a fit. The seed decides about nothing but its log.
OPTIMISER: dict[str, Any] = {"algorithm": "LBFGS", "iter": 500, "require_converged": False, "seed": 1}

#: What a fit raises where the optimiser finds nothing.
FIT_ERRORS = (RuntimeError, ValueError)


@dataclass(frozen=True)
class ProphetMethod:
    """Prophet on every series for itself."""

    name: str = "prophet"

    def fit(self, training: Sequence[TrendSeries], progress: Progress | None = None) -> Self:
        """Return the method unchanged: every series is fitted for itself when it is forecast."""
        return self

    def forecast(self, series: Sequence[TrendSeries], horizon: int) -> NDArray[np.float64]:
        """Quantiles, shape (n_series, n_levels, horizon); NaN where too little is known or the fit fails."""
        result = np.full((len(series), len(LEVELS), horizon), np.nan)
        for row, one in enumerate(series):
            if (model := fitted(one)) is not None:
                result[row] = onward(model, one, horizon)
        return result


def fitted(series: TrendSeries) -> Fit | None:
    """Prophet fitted to one series, or None where fewer than two seasons are known or the optimiser fails.

    Its history holds only the first and the last row: a forecast needs no more, and a stored fit stays small.
    """
    begin = first_step(series)
    values = joined(series)[begin:]
    known = np.flatnonzero(np.isfinite(values))
    if known.size < fewest_known(series):
        return None
    names = [name for name in well_logged(series, begin) if "_delim_" not in name]
    with _quiet():
        model = _model(series, begin + known, names)
        rows = _rows(series, begin, len(values), names)
        try:
            model.fit(rows.assign(y=values), **OPTIMISER)
        except FIT_ERRORS:
            return None
    ends = [0, -1]
    model.history, model.history_dates = model.history.iloc[ends], model.history_dates.iloc[ends]
    return model


def onward(model: Fit, series: TrendSeries, horizon: int) -> NDArray[np.float64]:
    """Quantiles of the steps after the end of ``series`` from a fit to it, or to an earlier part of it.

    Returns
    -------
    ndarray, shape (n_levels, horizon)
        All NaN where a covariate of the fit is unknown to ``series``, or where it was repaired after the fit ended:
        the level of the fit is no longer that of the motor, so fit again.
    """
    names = [name.removeprefix(COLUMN) for name in model.extra_regressors]
    unknown = not set(names) <= {name for name, values in series.covariates.items() if np.isfinite(values).any()}
    end = np.datetime64(model.history_dates.iloc[-1]).astype("datetime64[h]")
    if unknown or any(series.times[at] > end for at in series.breaks):
        return np.full((len(LEVELS), horizon), np.nan)
    with _quiet():
        answer = model.predict(_rows(series, len(series), horizon, names))
    ahead = np.asarray((answer["ds"] - model.start) / model.t_scale, dtype=np.float64) - 1
    miss = usual_miss(series, _effects(model))
    return normal_quantiles(answer["yhat"].to_numpy(), np.hypot(_deviation(model, ahead), miss))


def stored(model: Fit) -> str:
    """The fit as JSON of the library, the same bytes for the same input."""
    from prophet.serialize import model_to_json

    return str(model_to_json(model))


def forecast_of_stored(text: str, series: TrendSeries, horizon: int) -> NDArray[np.float64]:
    """Quantiles of the steps after the end of ``series`` from a fit that :func:`stored` wrote; nothing is fitted.

    Parameters
    ----------
    text : str
    series : TrendSeries
        The series of the fit; it may have grown since.
    horizon : int

    Returns
    -------
    ndarray, shape (n_levels, horizon)
        As :func:`onward` gives.

    Raises
    ------
    ValueError
        The text is not a stored fit.
    """
    from prophet.serialize import model_from_json

    with _quiet():
        try:
            model = model_from_json(text)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError("the text is not a stored fit of Prophet; fit the series again and store it") from error
    return onward(model, series, horizon)


def _deviation(model: Fit, ahead: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of the steps that lie ``ahead`` of the end of the history, in lengths of the history.

    Notes
    -----
    Slopes change at a rate of ``n`` changes a history by Laplace steps of scale ``b``, the mean of the fitted ones; a
    change at ``s`` moves the trend by ``(ahead - s)`` times its step, so that the variance is
    ``n * 2 b² * ahead³ / 3`` beside that of the noise.
    """
    scale = float(np.mean(np.abs(model.params["delta"])))
    noise = float(np.ravel(model.params["sigma_obs"])[0])
    wander = 2 * scale**2 * len(model.changepoints_t) * np.maximum(ahead, 0.0) ** 3 / 3
    return np.asarray(np.sqrt(noise**2 + wander) * model.y_scale)


def _effects(model: Fit) -> dict[str, float]:
    """What one unit of every covariate of the fit adds to the quantity, by its name."""
    from prophet.utilities import regressor_coefficients

    if not model.extra_regressors:
        return {}
    table = regressor_coefficients(model)
    return {
        name.removeprefix(COLUMN): float(size) for name, size in zip(table["regressor"], table["coef"], strict=True)
    }


def _model(series: TrendSeries, known: NDArray[np.int64], names: Sequence[str]) -> Fit:
    """The model before its fit; ``known`` are the steps of the series that it will see."""
    from prophet import Prophet

    n_pieces, settings = (HOURLY_PIECES, HOURLY_SETTINGS) if series.step_h < DAY_H else (DAILY_PIECES, DAILY_SETTINGS)
    if not series.seasons:
        settings = settings | {"weekly_seasonality": False}
    spread = np.linspace(0, int(len(known) * PIECES_WITHIN) - 1, n_pieces + 1).round().astype(int)[1:]
    repairs = [at for at in series.breaks if known[0] < at <= known[-1]]
    begins = np.unique(np.concatenate([known[spread], np.array(repairs, dtype=int)]))
    model = Prophet(
        changepoints=series.times[begins].astype("datetime64[ns]"),
        yearly_seasonality=False,
        scaling="minmax",
        uncertainty_samples=0,
        **settings,
    )
    for name in names:
        model.add_regressor(COLUMN + name)
    return model


def _rows(series: TrendSeries, first: int, n_steps: int, names: Sequence[str]) -> pd.DataFrame:
    """Time and covariates of steps ``first`` on; what is unknown of a covariate, the future too, is its profile."""
    import pandas as pd

    columns: dict[str, Any] = {"ds": series.times_from(first, n_steps).astype("datetime64[ns]")}
    columns.update({COLUMN + name: completed(series, name, first, n_steps) for name in names})
    return pd.DataFrame(columns)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress of the library and its optimiser, and pandas' remarks on them, away; put all back after."""
    import prophet  # noqa: F401  loaded first, since it sets the level of its logger when it is loaded
    from cmdstanpy import disable_logging

    logger = logging.getLogger("prophet")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with disable_logging(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
