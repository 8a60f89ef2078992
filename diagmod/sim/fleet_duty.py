"""What a process asks of a motor, hour by hour, and the air around it.

The hours beyond the period draw from a generator of their own: however far the plan looks ahead, the period stays
as it is. Torque follows duty, what has become of the driven machine (``fleet_service``), and, where air is moved, its
density: a fan moves the same volume of colder, heavier air.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Least and most that a process asks, in percent of rated torque.
DUTY_PCT = (20.0, 105.0)

#: Largest load in percent of rated torque: the process is throttled there, and the circuit is solved up to it.
MOST_LOAD_PCT = 110.0

#: Air of a plant at 50 degrees north (deg C): mean of the year, half its swing over the year and over a day, and how
#: far the weather strays (standard deviation), with the hours that it remembers.
MEAN_C, SEASON_C, DAY_C, WEATHER_C, WEATHER_H = 12.0, 9.0, 3.5, 2.5, 96.0

#: Coldest day of the year, counted from 1 January, and warmest hour of the day (UTC).
COLDEST_DAY, WARMEST_HOUR = 19, 15

_KELVIN = 273.15


def draw_duty(rng: np.random.Generator, ahead: np.random.Generator, n_hours: int, n_ahead: int) -> NDArray[np.float64]:
    """Hourly duty in percent of rated torque: shifts, weekends, and a slow drift of the process.

    Parameters
    ----------
    rng, ahead : Generator
        For the period, and for the hours beyond it.
    n_hours, n_ahead : int

    Returns
    -------
    ndarray, shape (n_hours + n_ahead,)
        Within :data:`DUTY_PCT`. The drift returns to where it began at the end of the period and strays on from there.
    """
    hour = np.arange(n_hours + n_ahead)
    shift = np.sin(2 * np.pi * (hour % 24 - rng.uniform(4, 10)) / 24)
    weekend = (hour // 24 % 7) >= 5
    drift = np.cumsum(rng.normal(0, 0.25, n_hours))
    drift -= np.linspace(0, drift[-1], n_hours)
    drift = np.concatenate([drift, np.cumsum(ahead.normal(0, 0.25, n_ahead))])
    level = rng.uniform(55, 80) + rng.uniform(4, 14) * shift - rng.uniform(0, 20) * weekend
    scatter = np.concatenate([rng.normal(0, 2, n_hours), ahead.normal(0, 2, n_ahead)])
    return np.clip(level + drift + scatter, *DUTY_PCT)


def draw_ambient_c(seed: int, start: datetime, n_hours: int, n_ahead: int) -> NDArray[np.float64]:
    """Air temperature of the plant in deg C, hour by hour from ``start`` on: season, day and weather.

    Returns
    -------
    ndarray, shape (n_hours + n_ahead,)
    """
    hour = np.arange(n_hours + n_ahead) + (start - datetime(start.year, 1, 1, tzinfo=UTC)).total_seconds() / 3600
    season = -SEASON_C * np.cos(2 * np.pi * (hour / 24 - COLDEST_DAY) / 365.25)
    day = DAY_C * np.cos(2 * np.pi * (hour % 24 - WARMEST_HOUR) / 24)
    period, ahead = (np.random.default_rng([seed, 5, part]) for part in (0, 1))
    shocks = np.concatenate([period.standard_normal(n_hours), ahead.standard_normal(n_ahead)])
    memory = float(np.exp(-1 / WEATHER_H))
    weather = lfilter([WEATHER_C * np.sqrt(1 - memory**2)], [1, -memory], shocks)
    return np.asarray(MEAN_C + season + day + weather)


def air_density_share(ambient_c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Density of air over that at :data:`MEAN_C`, at constant pressure; exactly 1 there.

    Examples
    --------
    >>> air_density_share(np.array([-3.0, 12.0, 27.0])).round(3).tolist()
    [1.056, 1.0, 0.95]
    """
    return 1 / (1 + (ambient_c - MEAN_C) / (_KELVIN + MEAN_C))
