"""Finding a start-up in a recording by the envelope of its current.

A motor switched on at rest draws four to eight times its running current until it has nearly run up, and then the
current falls within a few periods. Both moments are found, so that what happens between them, where the slip passes
through every value from 1 to nearly 0, can be followed (:mod:`diagmod.core.startup_ridge`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Inrush over running current, at least: soft starters reach 2 to 4, direct starts 4 to 8.
MIN_INRUSH = 2.0

#: Shortest start-up in periods of the supply whose slip can be followed in a space vector, and in one phase. In
#: shorter ones the switching-on covers too much of the way: of one broken bar, 4 of 8 simulated start-ups of 25 to 40
#: periods were missed and none of 13 of 50 to 60; in one phase all of 42 below 80 periods and 6 of 214 above 100.
MIN_PERIODS, MIN_PERIODS_ONE_PHASE = 50, 100

#: Envelope over its largest value from which the motor is on, and below which it is off again.
ON_SHARE, OFF_SHARE = 0.2, 0.02


@dataclass(frozen=True)
class StartUp:
    """A start-up found in a recording, or the reason why there is none.

    Attributes
    ----------
    begin_s, end_s : float
        Switching on and end of the inrush after the first sample; NaN without a start-up.
    inrush_a, running_a : float
        Median envelope (ampere peak) between the two, and afterwards.
    is_whole : bool
        True where the recording begins before the motor is switched on.
    reason : str
        Empty where a start-up was found.
    """

    begin_s: float
    end_s: float
    inrush_a: float
    running_a: float
    is_whole: bool
    reason: str

    @property
    def is_found(self) -> bool:
        """True where a start-up was found."""
        return not self.reason


def find_startup(x: NDArray[np.inexact], fs: float, line_hz: float) -> StartUp:
    """Find the first start-up that is long enough to be followed.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Space vector (complex) or one phase current (real), ampere, no gaps.
    fs, line_hz : float
        Sampling rate and supply frequency in Hz.

    Raises
    ------
    ValueError
        A rate is not positive, or ``fs`` is below 4.8 times the supply frequency.

    Examples
    --------
    >>> t = np.arange(8000) / 1000
    >>> amplitude = np.where(t < 1, 0.0, np.where(t < 4, 60.0, 10.0))
    >>> found = find_startup(amplitude * np.exp(2j * np.pi * 50 * t), 1000, 50)
    >>> round(found.begin_s, 1), round(found.end_s, 1), round(found.inrush_a), round(found.running_a)
    (1.0, 4.0, 60, 10)
    """
    check_rates(fs, line_hz)
    period = max(1, round(fs / line_hz))
    factor = 1.0 if np.iscomplexobj(x) else np.sqrt(2.0)
    mean_square = scipy.ndimage.uniform_filter1d(np.abs(x).astype(np.float64) ** 2, period, mode="nearest")
    envelope = factor * np.sqrt(np.maximum(mean_square, 0.0))
    top = float(envelope.max()) if len(envelope) else 0.0
    if not top > 0:
        return _no_startup("the current is zero or has a gap")
    begin = int(np.argmax(envelope >= ON_SHARE * top))
    off = np.flatnonzero(envelope[begin:] < OFF_SHARE * top)
    on = envelope[begin : begin + int(off[0]) if len(off) else len(envelope)]
    running_a = float(np.median(on[-max(1, len(on) // 5) :]))
    end = begin + int(np.flatnonzero(on >= np.sqrt(running_a * top))[-1])
    inrush_a = float(np.median(envelope[begin : end + 1]))
    if inrush_a < MIN_INRUSH * running_a:
        return _no_startup(
            f"the current never stands at {MIN_INRUSH:g} times its last value, got {inrush_a / running_a:.2f} times; "
            "the motor runs throughout, or the recording ends before it has run up"
        )
    if end - begin < least_periods(x) * period:
        return _no_startup(
            f"the inrush lasts {(end - begin) / fs:.2g} s; a start-up that can be followed takes at least "
            f"{least_periods(x) / line_hz:.2g} s"
        )
    return StartUp(begin / fs, end / fs, inrush_a, running_a, begin > period, "")


def least_periods(x: NDArray[np.inexact]) -> int:
    """Shortest start-up in periods of the supply that can be followed in this signal."""
    return MIN_PERIODS if np.iscomplexobj(x) else MIN_PERIODS_ONE_PHASE


def check_rates(fs: float, line_hz: float) -> None:
    """Refuse rates at which no start-up can be followed.

    Raises
    ------
    ValueError
        The supply frequency is not positive, or ``fs`` is below 4.8 times it.
    """
    if not 0 < line_hz < np.inf:
        raise ValueError(f"line_hz must be positive, got {line_hz!r}; pass the supply frequency in Hz")
    if not 4.8 * line_hz <= fs < np.inf:
        raise ValueError(f"fs must be at least {4.8 * line_hz:g} Hz, 4.8 times the supply frequency, got {fs!r}")


def _no_startup(reason: str) -> StartUp:
    return StartUp(np.nan, np.nan, np.nan, np.nan, False, reason)
