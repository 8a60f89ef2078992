"""Exponential smoothing and ARIMA, by statsforecast: what a series alone says about its level, trend and season.

Daily means carry one season, which exponential smoothing follows itself. Hourly means carry two, so day and week are
taken off by loess first (MSTL) and put back on the forecast of the rest. Every series is brought to deviation one
before it is fitted: the searches of the library stop at absolute tolerances, and a current of 1e-9 or 1e9 must give
the same forecast.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.gap_filling import Prepared, prepared
from diagmod.models.forecast.method import LEVELS, Progress
from diagmod.models.forecast.series import TrendSeries

#: Central intervals that give :data:`~diagmod.models.forecast.method.LEVELS`, in per cent, and their names in a result.
INTERVALS_PCT = [50, 90]
QUANTILE_NAMES = ("lo-90", "lo-50", "mean", "hi-50", "hi-90")

#: Steps between the points at which loess is fitted, by its three smoothers; between them it is interpolated. Errors
#: of the forecasts stay the same to 0.002 of their scale, and a decomposition of 1344 hours takes 0.03 s, not 0.33 s.
LOESS_JUMPS = {"seasonal_jump": 3, "trend_jump": 30, "low_pass_jump": 20}

#: Steps from which on a season has too many parameters to be smoothed, and loess takes it off.
LONG_SEASON = 24

#: Orders p, d, q of what is left without seasons: a level that wanders, a part that returns, and noise on both. On
#: two simulated fleets a stepwise search of orders up to two was no better (MASE 1.26 and 1.49 against 1.28 and 1.48)
#: and up to twice as slow. The library's method "CSS" must not be used: its forecasts start from an empty state.
ARIMA_ORDER = (1, 1, 2)

#: Deviation over magnitude below which values are taken for equal: rounding of 64-bit sums, with a margin.
ROUNDING = 1e-12

#: What the library raises on a series that it cannot fit.
FIT_ERRORS = (ValueError, ArithmeticError, NotImplementedError, RuntimeError, IndexError, np.linalg.LinAlgError)


@dataclass(frozen=True)
class StatisticalMethod:
    """What both methods share; a series that cannot be fitted is all NaN in the result."""

    def fit(self, training: Sequence[TrendSeries], progress: Progress | None = None) -> Self:
        """Return the method unchanged: every series is fitted for itself when it is forecast."""
        return self

    def forecast(self, series: Sequence[TrendSeries], horizon: int) -> NDArray[np.float64]:
        """Quantiles, shape (n_series, n_levels, horizon); NaN where too little is known or the fit fails."""
        result = np.full((len(series), len(LEVELS), horizon), np.nan)
        for row, one in enumerate(series):
            if (known := prepared(one)) is not None:
                result[row] = self._of_prepared(known, horizon)
        return result

    def _of_prepared(self, known: Prepared, horizon: int) -> NDArray[np.float64]:
        """Quantiles of one series, shape (n_levels, horizon)."""
        level, deviation = float(np.median(known.values)), float(np.std(known.values))
        if deviation <= ROUNDING * abs(level):
            return np.full((len(LEVELS), horizon), known.values[-1])
        try:
            with _quiet():
                model = self._model(known.seasons)
                answer = model.forecast((known.values - level) / deviation, horizon, level=INTERVALS_PCT)
        except FIT_ERRORS:
            return np.full((len(LEVELS), horizon), np.nan)
        quantiles = level + deviation * np.stack([answer[name] for name in QUANTILE_NAMES])
        return np.sort(quantiles, axis=0) if np.isfinite(quantiles).all() else np.full_like(quantiles, np.nan)

    def _model(self, seasons: tuple[int, ...]) -> Any:
        """The model of the library for these seasons."""
        raise NotImplementedError


@dataclass(frozen=True)
class Ets(StatisticalMethod):
    """Exponential smoothing with additive errors: level, season, and a trend (straight or damped) where AICc wants it.

    Of hourly means the level alone is smoothed: within a week a trend is not told from the noise.

    Notes
    -----
    Hyndman et al. (2008), Forecasting with exponential smoothing: the state space approach.
    """

    name: str = "ets"

    def _model(self, seasons: tuple[int, ...]) -> Any:
        from statsforecast.models import AutoETS

        if not seasons:
            return AutoETS(model="AZN")
        if seasons[-1] < LONG_SEASON:
            return AutoETS(season_length=seasons[-1], model="AZA")
        return _without_seasons(seasons, AutoETS(model="ANN", damped=False))


@dataclass(frozen=True)
class Arima(StatisticalMethod):
    """ARIMA of the order :data:`ARIMA_ORDER` on what is left when loess has taken the seasons off."""

    name: str = "arima"

    def _model(self, seasons: tuple[int, ...]) -> Any:
        from statsforecast.models import ARIMA

        return _without_seasons(seasons, ARIMA(order=ARIMA_ORDER, season_length=1))


def _without_seasons(seasons: tuple[int, ...], forecaster: Any) -> Any:
    """``forecaster`` on what is left when loess has taken the seasons off."""
    from statsforecast.models import MSTL

    if not seasons:
        return forecaster
    jumps = LOESS_JUMPS if seasons[-1] >= LONG_SEASON else {}
    return MSTL(season_length=list(seasons), trend_forecaster=forecaster, stl_kwargs=jumps)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's remarks about its search away: what counts is whether the result is finite."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


#: Both methods by name.
STATISTICAL_METHODS = {method.name: method for method in (Ets(), Arima())}
