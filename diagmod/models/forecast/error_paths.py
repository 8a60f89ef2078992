"""From quantiles of single steps to whole paths that may come true, calibrated by how earlier forecasts went.

Whether a limit is crossed within 30 days depends on how the days hang together, which quantiles of single days do not
say. The back-test does: every earlier forecast is kept as the path of its normal scores (0 where the median came true,
1.64 at the upper end of the 90 % interval). Put through the quantiles of today's forecast, each of them is a path that
may come, with the dependence of real errors; and where earlier intervals were too narrow their scores are too wide, so
that the paths come out right in their margins too. Scores of other motors, or of origins that had ended, are used.

References
----------
Clark, Gangopadhyay, Hay, Rajagopalan and Wilby (2004), The Schaake shuffle (dependence taken from observed paths);
Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world (calibration by past errors).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from diagmod.models.forecast.method import LEVELS, MEDIAN

#: Normal scores of the quantiles.
_SCORES = np.asarray(ndtri(LEVELS))

#: Largest normal score that is kept: beyond it the tails of a method say nothing.
LARGEST_SCORE = 8.0

#: Least share of a path's steps that must have been measured for it to be used.
LEAST_MEASURED = 0.7

#: Least paths for calibration; with fewer a method's own intervals stand.
LEAST_PATHS = 20


def normal_scores(quantiles: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal scores of what came, under the quantiles that were forecast.

    Parameters
    ----------
    quantiles : ndarray, shape (..., n_levels, n_steps)
    actual : ndarray, shape (..., n_steps)
        Leading axes are broadcast.

    Returns
    -------
    ndarray, shape (..., n_steps)
        Piecewise linear between the quantiles, straight on beyond them, at most :data:`LARGEST_SCORE`; NaN where
        nothing was measured or forecast.

    Examples
    --------
    >>> spread = 10.0 + np.asarray(ndtri(LEVELS))[:, None]
    >>> normal_scores(spread, np.array([12.0])).round(6).tolist()
    [2.0]
    """
    shape = np.broadcast_shapes(quantiles.shape[:-2], actual.shape[:-1])
    rising = np.broadcast_to(_rising(quantiles), (*shape, *quantiles.shape[-2:]))
    piece = np.clip((actual[..., None, :] >= rising[..., 1:-1, :]).sum(axis=-2), 0, len(LEVELS) - 2)
    low = np.take_along_axis(rising, piece[..., None, :], axis=-2)[..., 0, :]
    high = np.take_along_axis(rising, piece[..., None, :] + 1, axis=-2)[..., 0, :]
    slope = (_SCORES[piece + 1] - _SCORES[piece]) / (high - low)
    found = np.clip(_SCORES[piece] + (actual - low) * slope, -LARGEST_SCORE, LARGEST_SCORE)
    return np.where(np.isfinite(actual) & np.isfinite(rising).all(axis=-2), found, np.nan)


def usable_paths(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Paths measured well enough, their gaps bridged.

    Parameters
    ----------
    scores : ndarray, shape (n_paths, n_steps)

    Returns
    -------
    ndarray, shape (n_usable, n_steps)
        Finite.
    """
    kept = scores[np.isfinite(scores).mean(axis=1) >= LEAST_MEASURED] if scores.size else scores
    steps = np.arange(scores.shape[1])
    return np.array([np.interp(steps, steps[np.isfinite(row)], row[np.isfinite(row)]) for row in kept]).reshape(
        len(kept), len(steps)
    )


def paths_of(quantiles: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Paths that may come.

    Parameters
    ----------
    quantiles : ndarray, shape (n_levels, n_steps)
        Of one forecast.
    scores : ndarray, shape (n_paths, n_steps)
        Finite, see :func:`usable_paths`; more steps than the forecast has are left out.

    Returns
    -------
    ndarray, shape (n_paths, n_steps)
        In the unit of the quantiles.
    """
    rising = _rising(quantiles)
    steps = np.arange(rising.shape[1])
    wanted = scores[:, : len(steps)]
    piece = np.clip((wanted[:, None, :] >= _SCORES[1:-1, None]).sum(axis=1), 0, len(LEVELS) - 2)
    low, high = rising[piece, steps], rising[piece + 1, steps]
    return np.asarray(low + (wanted - _SCORES[piece]) / (_SCORES[piece + 1] - _SCORES[piece]) * (high - low))


def gaussian_scores(n_paths: int, n_steps: int, seed: int) -> NDArray[np.float64]:
    """Paths of scores where no back-test is: errors that grow like a random walk, standard normal at every step."""
    draws = np.random.default_rng(seed).standard_normal((n_paths, n_steps))
    return np.asarray(draws.cumsum(axis=1) / np.sqrt(np.arange(1, n_steps + 1)))


def calibrated(quantiles: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of the paths.

    Parameters
    ----------
    quantiles : ndarray, shape (n_levels, n_steps)
    scores : ndarray, shape (n_paths, n_steps)
        Finite.

    Returns
    -------
    ndarray, shape (n_levels, n_steps)
        The median is that of the method: what earlier forecasts missed on average says how sure one may be, not
        which way the next one errs.
    """
    n_steps = quantiles.shape[-1]
    return paths_of(quantiles, margins_of(scores[:, :n_steps]))


def margins_of(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of scores at every step, pooled with the steps around it (a sixth of the horizon), median 0.

    Parameters
    ----------
    scores : ndarray, shape (n_paths, n_steps)

    Returns
    -------
    ndarray, shape (n_levels, n_steps)
    """
    n_steps = scores.shape[1]
    reach = max(1, n_steps // 12)
    rows = [
        np.quantile(scores[:, max(0, k - reach) : k + reach + 1], LEVELS, method="median_unbiased")
        for k in range(n_steps)
    ]
    found = np.array(rows).T
    found[:MEDIAN], found[MEDIAN + 1 :] = np.minimum(found[:MEDIAN], 0.0), np.maximum(found[MEDIAN + 1 :], 0.0)
    found[MEDIAN] = 0.0
    return found


def _rising(quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles with a least distance between neighbours, so that scores are finite."""
    ordered = np.sort(quantiles, axis=-2)
    least = 1e-6 * np.maximum(np.abs(ordered).max(axis=-2, keepdims=True), 1e-12)
    steps = least * (np.arange(len(LEVELS)) - MEDIAN)[:, None]
    return np.asarray(ordered + steps)
