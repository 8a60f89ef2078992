"""Samples that were lost or put in, told by the phase of the carrier.

A lost sample advances the phase of everything by one sampling period at once and changes no amplitude, all of
them in one direction. A load that steps turns the carrier as well, but changes its amplitude with it; one that
oscillates turns it to and fro.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from diagmod.core.carrier import Carrier

#: Periods of the supply averaged on either side of a step of the phase; whole ones keep harmonics out.
STEP_PERIODS = 2

#: Distance from the carrier, over the supply frequency, from which everything is left out to be rid of the image of a
#: single phase or of an unbalance, at 2.
IMAGE_FROM = 0.9

#: Steps of the phase that are counted at most.
MOST_STEPS = 200

#: Change of the amplitude over a step of the phase (1 over rad) from which it is the load that moved: a lost sample
#: changes the phase alone. Pinned by test_steps_of_the_load_are_not_taken_for_lost_samples.
AMPLITUDE_OVER_PHASE = 0.5


def phase_steps(carrier: Carrier, fs: float) -> tuple[int, float]:
    """Number and mean size in seconds of steps of the carrier's phase by about a whole sampling period.

    Parameters
    ----------
    carrier : Carrier
    fs : float
        Sampling rate of the recording in Hz.

    Returns
    -------
    n_steps : int
        0 for fewer than three, and where they do not all point one way or change the amplitude too.
    step_s : float
        Positive for lost samples, negative for samples that were put in; NaN without steps.
    """
    width = round(STEP_PERIODS * carrier.fs / carrier.line_hz)
    if len(carrier.modulation) < 8 * width:
        return 0, float("nan")
    whole = 1 + without_image(carrier)
    step, amplitude_step = _sudden(np.unwrap(np.angle(whole)), width), _sudden(np.abs(whole), width)
    # The ends ring where the image was taken out.
    step[:width] = step[-width:] = 0.0
    period_rad = 2 * np.pi * carrier.line_hz / fs
    noise = 1.4826 * float(np.median(np.abs(step - np.median(step))))
    least = max(0.6 * period_rad, 6 * noise, 0.1 * float(np.abs(step).max()))
    one = _unit_step(width, carrier)
    # Lost samples all turn the phase one way, samples that were put in the other.
    ways = [(sign, *_take_out(sign * step, one, least)) for sign in (1.0, -1.0)]
    sign, found, left = min(ways, key=lambda way: float(way[2] @ way[2]))
    n_against = len(_take_out(-left, one, least)[0])
    lost: list[float] = []
    # Steps that follow one another closely are whole together.
    for group in np.split(found, 1 + np.flatnonzero(np.diff([at for at, _ in found]) > 3 * width)):
        periods = sum(size for _, size in group) / period_rad
        load = max((abs(float(amplitude_step[int(at)])) / size for at, size in group), default=0.0)
        if abs(periods - round(periods)) < 0.3 and load < AMPLITUDE_OVER_PHASE:
            lost += [sign * size for _, size in group]
    if len(lost) < 3 or len(lost) < 0.7 * (len(found) + n_against):
        return 0, float("nan")
    return len(lost), float(np.mean(lost)) / (2 * np.pi * carrier.line_hz)


def _take_out(
    step: NDArray[np.float64], one: NDArray[np.float64], least: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Positions and sizes of steps upwards, in the order of time, shape (n, 2), and what they leave."""
    middle, n = int(np.argmax(one)), len(one)
    padded = np.pad(step, n)
    left = padded[n:-n]
    found: list[tuple[int, float]] = []
    while len(found) < MOST_STEPS and left.max() > least:
        at = int(np.argmax(left))
        size = float(left[at] / one[middle])
        padded[n + at - middle : 2 * n + at - middle] -= size * one
        found.append((at, size))
    return np.array(sorted(found)).reshape(-1, 2), left


def _unit_step(width: int, carrier: Carrier) -> NDArray[np.float64]:
    """What a step of one looks like after the image was taken out, and in :func:`_sudden`."""
    t = np.arange(-8 * width, 8 * width) / carrier.fs
    pulse = np.sinc(2 * IMAGE_FROM * carrier.line_hz * t)
    return _sudden(np.cumsum(pulse) / pulse.sum(), width)


def _sudden(x: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Step between the means of two windows a little apart, less what the windows beside them go on moving by."""
    apart = _apart(width)
    total = np.concatenate([[0.0], np.cumsum(x)])
    means = (total[width:] - total[:-width]) / width
    step = means[apart:] - means[:-apart]
    return step[apart:-apart] - (step[2 * apart :] + step[: -2 * apart]) / 2


def _apart(width: int) -> int:
    """Distance of the windows on either side of a step, which the filter before spreads over a few samples."""
    return width + width // 3


def without_image(carrier: Carrier) -> NDArray[np.complexfloating]:
    """Modulation without the image of a single phase, or the negative sequence of three, which stand 2 f below."""
    spectrum = np.fft.fft(carrier.modulation)
    spectrum[np.abs(np.fft.fftfreq(len(spectrum), 1 / carrier.fs)) > IMAGE_FROM * carrier.line_hz] = 0.0
    return np.fft.ifft(spectrum)
