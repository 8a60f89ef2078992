"""The part of a recording in which the load stood still.

A line at the slip is sharp only while the slip is: it must not move by more than half a bin. What the
current shows of it is its own amplitude, so the longest stretch in which that stays within a few percent
is judged, and the rest left aside. A modulation faster than the averaging is no unsteadiness but a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier

#: Average of the amplitude in seconds; slower movements count as load.
AVERAGE_S = 1.0

#: Range of the averaged amplitude over its median up to which the load counts as steady, percent. The slip of a loaded
#: motor moves about as much, and the sidebands of 3 % slip by half a bin of 10 s.
STEADY_PCT = 5.0

#: Shortest stretch that is worth choosing, s.
LEAST_S = 2.0


@dataclass(frozen=True)
class Steadiness:
    """The stretch that is judged, and why not all of it.

    Attributes
    ----------
    begin_s, end_s : float
        In seconds after the first sample.
    range_pct : float
        Range of the averaged amplitude over its median within the whole recording, percent.
    reason : str
        Empty where the load was steady throughout.
    """

    begin_s: float
    end_s: float
    range_pct: float
    reason: str


def steadiest_stretch(carrier: Carrier) -> Steadiness:
    """Longest stretch of steady amplitude.

    Parameters
    ----------
    carrier : Carrier
    """
    duration_s = carrier.duration_s + 2 * carrier.start_s
    step = max(1, round(0.1 * carrier.fs))
    width = round(AVERAGE_S * carrier.fs)
    envelope = carrier.envelope
    if len(envelope) < 2 * width:
        whole = 100 * float(np.ptp(envelope) / np.median(envelope)) if len(envelope) else 0.0
        return Steadiness(0.0, duration_s, whole, "")
    total = np.concatenate([[0.0], np.cumsum(envelope)])
    first = np.arange(0, len(envelope) - width + 1, step)
    level = (total[first + width] - total[first]) / width
    range_pct = 100 * float(np.ptp(level) / np.median(level))
    if range_pct <= STEADY_PCT:
        return Steadiness(0.0, duration_s, range_pct, "")
    a, b = _longest(level)
    begin, end = _trimmed(envelope, step, (int(first[a]), int(first[b - 1]) + width), width)
    begin_s = 0.0 if a == 0 else float(carrier.start_s + begin / carrier.fs)
    end_s = duration_s if b == len(level) else float(carrier.start_s + end / carrier.fs)
    if end_s - begin_s < LEAST_S:
        reason = (
            f"the current moves by {range_pct:.0f} % and is never steady for {LEAST_S:g} s; record while the load is"
            " steady"
        )
        return Steadiness(0.0, duration_s, range_pct, reason)
    reason = (
        f"the current moves by {range_pct:.0f} % within the recording; only its longest steady stretch, {begin_s:.1f}"
        f" to {end_s:.1f} s, is judged"
    )
    return Steadiness(begin_s, end_s, range_pct, reason)


def _longest(level: NDArray[np.float64]) -> tuple[int, int]:
    """Longest range [a, b) of running levels whose range is steady; the higher current wins a draw."""
    best, a = (0, 1), 0
    for b in range(1, len(level) + 1):
        while 100 * np.ptp(level[a:b]) > STEADY_PCT * np.median(level[a:b]):
            a += 1
        longer = (b - a) - (best[1] - best[0])
        if longer > 0 or (longer == 0 and level[a:b].mean() > level[slice(*best)].mean()):
            best = (a, b)
    return best


def _trimmed(envelope: NDArray[np.float64], step: int, inside: tuple[int, int], width: int) -> tuple[int, int]:
    """A stretch less what its first and last average hold of another level."""
    begin, end = inside
    usual = float(np.median(envelope[begin:end]))

    def is_off(at: int) -> bool:
        return 100 * abs(float(envelope[at : at + step].mean()) - usual) > STEADY_PCT / 2 * usual

    head = [at for at in range(begin, min(begin + width, end - step), step) if is_off(at)]
    tail = [at for at in range(max(end - width, begin), end - step + 1, step) if is_off(at)]
    return max(head, default=begin - step) + step, min(tail, default=end)
