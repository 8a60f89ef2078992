"""What a forecasting method is: it may learn from the fleet, and answers with quantiles of every step ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.series import TrendSeries

#: Levels of the quantiles that every method gives.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

#: Row of the median.
MEDIAN = LEVELS.index(0.5)

#: The lines that everything else must beat.
NAIVE_METHODS = ("naive", "seasonal_naive", "drift")

#: Methods that are estimated on one series at the time of the forecast.
LOCAL_METHODS = (*NAIVE_METHODS, "ets", "arima", "prophet")

#: Methods that learn from many series at once.
FLEET_METHODS = ("boosted_lags", "tcn", "lstm")

#: All methods.
METHODS = (*LOCAL_METHODS, *FLEET_METHODS)

#: Called with the share done (0 to 1) and the loss of the moment (NaN where there is none).
Progress = Callable[[float, float], None]


class ForecastMethod(Protocol):
    """One method of forecasting."""

    @property
    def name(self) -> str:
        """Name, of :data:`METHODS`."""
        ...

    def fit(self, training: Sequence[TrendSeries], progress: Progress | None = None) -> Self:
        """Learn from the fleet; local methods return themselves unchanged.

        Parameters
        ----------
        training : sequence of TrendSeries
            All of one ``step_h``; nothing else may be learnt from.
        progress : callable, optional
        """
        ...

    def forecast(self, series: Sequence[TrendSeries], horizon: int) -> NDArray[np.float64]:
        """Quantiles of the steps after the end of every series.

        Returns
        -------
        ndarray, shape (n_series, n_levels, horizon)
            In the unit of the series, rising over the levels; all NaN for a series that the method cannot forecast.
        """
        ...
