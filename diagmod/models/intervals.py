"""Intervals for what was counted: a share, a rate in time, a figure resampled by group.

Three kinds of doubt, three intervals. Wilson's holds a share of independent cases inside 0..1 and stays wide where all
of few cases agree. The exact one of Poisson holds a number of events over a time. The bootstrap over groups holds
anything else, since items of one motor are alike; it knows nothing of motors that were never recorded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

#: Quantile of the normal distribution for intervals of 95 %.
_Z = 1.959964

#: Ends of an interval of 95 %, as quantiles.
_ENDS = (0.025, 0.975)


def wilson_interval(share: float, n: float) -> tuple[float, float]:
    """95 % interval of a share of ``n`` independent cases; the share need not be a whole number of them.

    Parameters
    ----------
    share : float
        0..1.
    n : float
        Independent cases; without any the interval is NaN.

    References
    ----------
    Wilson, E. B., J. Am. Stat. Assoc. 22, 1927, DOI 10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> low, high = wilson_interval(1.0, 49)
    >>> round(low, 3), round(high, 3)
    (0.927, 1.0)
    """
    if not n > 0 or not np.isfinite(share):
        return np.nan, np.nan
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def poisson_interval(count: int, exposure: float) -> tuple[float, float]:
    """Exact 95 % interval of a rate: ``count`` independent events over ``exposure``, in events per unit of exposure.

    Parameters
    ----------
    count : int
        At least 0.
    exposure : float
        Time watched, in any unit; without any the interval is NaN.

    Raises
    ------
    ValueError
        ``count`` is negative.

    References
    ----------
    Garwood, F., Biometrika 28, 1936, DOI 10.1093/biomet/28.3-4.437.

    Examples
    --------
    >>> low, high = poisson_interval(0, 10.0)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.369)
    """
    if count < 0:
        raise ValueError(f"a count of events must be 0 or more, got {count}")
    if not exposure > 0:
        return np.nan, np.nan
    low = chi2.ppf(_ENDS[0], 2 * count) / 2 if count else 0.0
    return float(low) / exposure, float(chi2.ppf(_ENDS[1], 2 * count + 2)) / 2 / exposure


def drawn_interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of a figure from its values in bootstrap draws; NaN where it is defined in none.

    Parameters
    ----------
    draws : ndarray, shape (n_draws,)
        NaN where a draw leaves the figure undefined. An infinite end comes back as infinite: the figure has no bound
        on that side.

    Examples
    --------
    >>> drawn_interval(np.array([1.0, 2.0, 3.0, np.nan]))
    (1.0, 3.0)
    """
    known = draws[~np.isnan(draws)]
    if not len(known):
        return np.nan, np.nan
    low = np.quantile(known, _ENDS[0], method="lower")
    return float(low), float(np.quantile(known, _ENDS[1], method="higher"))


def share_interval(share: float, n_groups: int, n: int, draws: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of a share of items that belong to groups.

    Parameters
    ----------
    share : float
        0..1.
    n_groups, n : int
        Groups and items it rests on.
    draws : ndarray, shape (n_draws,)
        Its values in bootstrap draws of groups.

    Notes
    -----
    A bootstrap of items that all agree has no width, which claims a certainty that nobody has. There, the groups count
    as independent cases (Wilson); with a single group its items do, for want of anything better.
    """
    known = draws[np.isfinite(draws)]
    if n_groups < 2 or len(known) == 0:
        return wilson_interval(share, n)
    if share in (0.0, 1.0):
        return wilson_interval(share, n_groups)
    return drawn_interval(known)
