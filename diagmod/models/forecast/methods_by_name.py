"""Every method of forecasting by its name; what a method needs is imported only where it is made."""

from __future__ import annotations

from dataclasses import dataclass

from diagmod.models.forecast.method import FLEET_METHODS, METHODS, NAIVE_METHODS, ForecastMethod


@dataclass(frozen=True)
class MethodMaker:
    """Makes methods by name; can be sent to another process.

    Attributes
    ----------
    n_epochs : int
        Most epochs of a network.
    seed : int
    device : str
        Where networks are trained.
    """

    n_epochs: int
    seed: int
    device: str

    def __call__(self, name: str, step_h: int, horizon: int) -> ForecastMethod:
        """A method, not fitted.

        Parameters
        ----------
        name : str
        step_h : int
            Hours of a step of its series.
        horizon : int
            Most steps ahead.

        Raises
        ------
        ValueError
            There is no method of that name.
        """
        if name in NAIVE_METHODS:
            from diagmod.models.forecast.naive_methods import NAIVE_LINES

            return NAIVE_LINES[name]
        if name in ("ets", "arima"):
            from diagmod.models.forecast.statistical_methods import STATISTICAL_METHODS

            return STATISTICAL_METHODS[name]
        if name == "prophet":
            from diagmod.models.forecast.prophet_method import ProphetMethod

            return ProphetMethod()
        if name in FLEET_METHODS:
            return self._of_fleet(name, step_h, horizon)
        raise ValueError(f"a method must be of {', '.join(METHODS)}, got {name!r}; correct its name")

    def _of_fleet(self, name: str, step_h: int, horizon: int) -> ForecastMethod:
        from diagmod.models.forecast.window_rows import shape_of

        shape = shape_of(step_h, horizon)
        if name == "boosted_lags":
            from diagmod.models.forecast.boosted_lags import BoostedLags, BoostingSettings

            return BoostedLags(shape, BoostingSettings(seed=self.seed))
        from diagmod.models.forecast.lstm import Lstm
        from diagmod.models.forecast.network_training import NetworkSettings
        from diagmod.models.forecast.tcn import Tcn

        settings = NetworkSettings(n_epochs=self.n_epochs, seed=self.seed, device=self.device)
        return Tcn(shape, settings) if name == "tcn" else Lstm(shape, settings)
