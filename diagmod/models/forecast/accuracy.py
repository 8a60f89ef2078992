"""How far a forecast was from what came: errors that can be compared over motors, and whether its intervals held.

Every figure is over the steps with a measured value. Errors are divided by the scale of the series (its usual change
over a season), so that a large motor weighs no more than a small one.

References
----------
Hyndman and Koehler (2006), Another look at measures of forecast accuracy (MASE); Koenker and Bassett (1978),
Regression quantiles (pinball loss).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagmod.models.forecast.method import LEVELS, MEDIAN

#: Figures of :func:`accuracy`.
FIGURES = ("mase", "smape_pct", "pinball", "coverage_90_pct", "width_90")


def accuracy(quantiles: NDArray[np.float64], actual: NDArray[np.float64], scale: float) -> dict[str, float]:
    """Figures of one forecast.

    Parameters
    ----------
    quantiles : ndarray, shape (n_levels, n_steps)
        At :data:`~diagmod.models.forecast.method.LEVELS`.
    actual : ndarray, shape (n_steps,)
        What was measured; NaN where nothing was.
    scale : float
        Of the series, see :func:`~diagmod.models.forecast.series.scale_of`.

    Returns
    -------
    dict
        ``n_steps`` and :data:`FIGURES`; NaN where no step could be compared.

    Examples
    --------
    >>> line = np.array([[1.0], [1.5], [2.0], [2.5], [3.0]])
    >>> found = accuracy(line, np.array([2.5]), 0.5)
    >>> found["mase"], found["coverage_90_pct"], found["width_90"]
    (1.0, 100.0, 4.0)
    """
    known = np.isfinite(actual) & np.isfinite(quantiles).all(axis=0)
    if not known.any():
        return {"n_steps": 0, **dict.fromkeys(FIGURES, float("nan"))}
    given, came = quantiles[:, known], actual[known]
    error = np.abs(came - given[MEDIAN])
    size = np.abs(came) + np.abs(given[MEDIAN])
    return {
        "n_steps": int(known.sum()),
        "mase": float(error.mean() / scale),
        "smape_pct": float(200 * np.divide(error, size, out=np.zeros_like(error), where=size > 0).mean()),
        "pinball": float(pinball(given, came).mean() / scale),
        "coverage_90_pct": float(100 * ((came >= given[0]) & (came <= given[-1])).mean()),
        "width_90": float((given[-1] - given[0]).mean() / scale),
    }


def pinball(quantiles: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pinball loss, mean over the levels.

    Parameters
    ----------
    quantiles : ndarray, shape (n_levels, n_steps)
    actual : ndarray, shape (n_steps,)

    Returns
    -------
    ndarray, shape (n_steps,)
        In the unit of the values.
    """
    levels = np.array(LEVELS)[:, None]
    short = actual - quantiles
    return np.asarray(np.maximum(levels * short, (levels - 1) * short).mean(axis=0))
