"""What is chosen about forecasts, checked before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass, field

from diagmod.models.forecast.limits import LimitSettings
from diagmod.models.forecast.method import LOCAL_METHODS, METHODS, NAIVE_METHODS
from diagmod.models.risk_scale import Ladder

#: Longest horizons: a week of hours, and 30 days, beyond which no trend of a motor was seen to hold.
MOST_HOURS, MOST_DAYS = 168, 30


@dataclass(frozen=True, kw_only=True)
class ForecastSettings:
    """Settings of the stage train_forecast.

    Attributes
    ----------
    quantities : tuple of str
        Quantities of the trend that are forecast, as rms_R.
    methods : tuple of str
        Of :data:`~diagmod.models.forecast.method.METHODS`; the naive lines are always among them.
    hourly_h, daily_d : int
        Horizons: hours ahead on hourly means, days ahead on daily means.
    hourly_origins, daily_origins : int
        Origins of the back-test on each.
    first_origin_share : float
        Share of the period that is known at the first origin.
    limits : LimitSettings
    ladder : Ladder
        From a probability of crossing to the scale of risk.
    n_folds : int
        Folds of motors by which methods that learn from the fleet are judged.
    n_bootstrap : int
        Resamplings of motors for the intervals of figures.
    n_epochs : int
        Most epochs of a network.
    seed : int
    device : str
        Where networks are trained.
    jobs : int
        Processes, see :func:`diagmod.io.executor.run_all`.

    Raises
    ------
    ValueError
        A setting is unknown or out of range.
    """

    quantities: tuple[str, ...]
    methods: tuple[str, ...] = METHODS
    hourly_h: int = MOST_HOURS
    daily_d: int = MOST_DAYS
    hourly_origins: int = 8
    daily_origins: int = 12
    first_origin_share: float = 0.33
    limits: LimitSettings = field(default_factory=LimitSettings)
    ladder: Ladder = field(default_factory=lambda: Ladder(0.05, 0.1, 0.5, 0.9, 1.0))
    n_folds: int = 2
    n_bootstrap: int = 200
    n_epochs: int = 20
    seed: int = 7
    device: str = "cpu"
    jobs: int = 0

    def __post_init__(self) -> None:
        if unknown := [name for name in self.methods if name not in METHODS]:
            raise ValueError(f"methods must be of {', '.join(METHODS)}, got {unknown[0]!r}; correct its name")
        if missing := [name for name in NAIVE_METHODS if name not in self.methods]:
            raise ValueError(f"methods must hold the naive lines, {missing[0]} is missing; add it")
        for name, least, most in (
            ("hourly_h", 1, MOST_HOURS),
            ("daily_d", 1, MOST_DAYS),
            ("hourly_origins", 1, 60),
            ("daily_origins", 1, 60),
            ("n_folds", 2, 20),
            ("n_bootstrap", 20, 10_000),
            ("n_epochs", 1, 1000),
        ):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be {least} to {most}, got {getattr(self, name)}")
        if not 0.1 <= self.first_origin_share <= 0.9:
            raise ValueError(f"first_origin_share must be 0.1 to 0.9, got {self.first_origin_share:g}")

    def methods_of(self, name: str) -> tuple[str, ...]:
        """Methods that a set of series is forecast by: figures on a grid of their own are too few to learn from."""
        return tuple(m for m in METHODS if m in self.methods and (name in ("hourly", "daily") or m in LOCAL_METHODS))
