"""Time stamps held against an even clock and against their own resolution.

An even clock that is read coarsely gives stamps that depart from it by up to one step, evenly distributed: that
is no jitter. What departs further is, and a hole between two stamps is neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import legendre

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longest step of the time stamps over the usual one, or over their resolution.
#: Pinned by test_a_gap_in_the_stamps_is_found.
STAMP_GAP = 2.5

#: Finest resolution of time stamps that is told apart from none, over the sampling period.
FINEST_STAMP = 1e-3


def stamp_figures(stamps_s: NDArray[np.float64], fs: float) -> tuple[float, float, float]:
    """Resolution of the stamps, their rms departure from a smooth clock beyond it, and the longest step, in seconds.

    Parameters
    ----------
    stamps_s : ndarray, shape (n,)
        Rising time stamps in seconds.
    fs : float
        Sampling rate in Hz.

    Examples
    --------
    >>> grid_s, departure_s, gap_s = stamp_figures(np.floor(np.arange(5000) / 2.5) / 1000, 2500)
    >>> round(grid_s, 6), departure_s, round(gap_s, 6)
    (0.001, 0.0, 0.001)
    """
    # A clock time of today leaves a quarter of a microsecond to a double.
    blur = 4 * float(np.spacing(np.abs(stamps_s).max()))
    stamps_s = stamps_s - stamps_s[0]
    grid = _grid_of(stamps_s, 1 / fs, blur)
    steps = np.diff(stamps_s)
    gaps = np.flatnonzero(steps > STAMP_GAP * max(grid, 1 / fs))
    edges = np.concatenate([[0], gaps + 1, [len(stamps_s)]])
    longest = int(np.argmax(np.diff(edges)))
    whole = stamps_s[edges[longest] : edges[longest + 1]]
    return grid, _departure_s(whole, grid, 1e-3 / fs + blur), float(steps.max())


def _departure_s(stamps_s: NDArray[np.float64], grid: float, slack: float) -> float:
    """Rms departure of stamps without a gap from a smooth clock, in seconds; NaN for too few stamps."""
    if len(stamps_s) < 8:
        return float("nan")
    x = np.linspace(-1.0, 1.0, len(stamps_s))
    departure = stamps_s - legendre.legval(x, legendre.legfit(x, stamps_s, 3))
    # An even clock read on a grid departs by up to one grid step, evenly distributed.
    if float(np.ptp(departure)) <= 1.02 * grid + slack:
        return 0.0
    return float(np.sqrt(max(0.0, float(departure.var()) - grid**2 / 12)))


def _grid_of(stamps_s: NDArray[np.float64], period_s: float, blur: float) -> float:
    """Coarsest decimal grid on which all stamps stand, else any; 0 for none that is coarse enough to matter."""
    head = stamps_s[:4096]
    for exponent in range(1, -12, -1):
        for multiple in (5, 2, 1):
            grid = multiple * 10.0**exponent
            if grid < max(FINEST_STAMP * period_s, 4 * blur):
                return _any_grid_of(stamps_s, period_s, blur)
            if _stand_on(head, grid, blur) and _stand_on(stamps_s, grid, blur):
                return grid
    return _any_grid_of(stamps_s, period_s, blur)


def _any_grid_of(stamps_s: NDArray[np.float64], period_s: float, blur: float) -> float:
    """Grid of a counter that ticks at no decimal fraction of a second: the least difference between two steps."""
    steps = np.unique(np.diff(stamps_s[:4096]))
    apart = np.concatenate([steps, np.diff(steps)])
    grid = float(apart[apart > 2 * blur].min(initial=np.inf))
    reach = 20 * grid
    while reach < stamps_s[-1]:
        # What the stamps are blurred by weighs the less the further one counts.
        far = float(stamps_s[np.searchsorted(stamps_s, reach)])
        grid, reach = far / round(far / grid), 8 * reach
    return grid if grid >= FINEST_STAMP * period_s and _stand_on(stamps_s, grid, blur) else 0.0


def _stand_on(stamps_s: NDArray[np.float64], grid: float, blur: float) -> bool:
    rest = np.abs(stamps_s - grid * np.round(stamps_s / grid))
    return bool(rest.max() <= 1e-3 * grid + blur)
