"""The strongest lines of a spectrum that are neither the supply nor its harmonics, by frequency and level.

A line is a bin that stands above its two neighbours: the skirt of a stronger line falls from bin to bin and is none.
In a current without sidebands the lines are the largest of the noise: read the level before the frequency.
"""

from __future__ import annotations

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.spectrum import HANN_ENBW, hann_gain, offset_in_bins


def strongest_lines(power: Array, kept: Array, bin_hz: float, count: int) -> tuple[Array, Array]:
    """Frequencies and amplitudes of the strongest lines, strongest first.

    Parameters
    ----------
    power : array, shape (n_segments, n_phases, n_bins)
        Hann spectrum, mean square per bin.
    kept : array, shape (n_segments, 1, n_bins)
        One where a line may be, zero elsewhere.
    bin_hz : float
        Distance of the bins in Hz.
    count : int
        How many lines.

    Returns
    -------
    hz, amplitude : array, each of shape (n_segments, n_phases, count)
        Amplitude is peak, in the unit of the signal; NaN where there are fewer lines. They are chosen by their
        largest bins, so a line between two bins counts up to 1.4 dB less in the choice, and its full level after it.
    """
    xp = namespace(power)
    if power.shape[-1] < 3:
        nothing = xp.full((*power.shape[:-1], count), xp.nan, dtype=xp.float64, device=power.device)
        return nothing, nothing
    height = power[..., 1:-1] * kept[..., 1:-1]
    height *= power[..., 1:-1] > power[..., :-2]
    height *= power[..., 1:-1] >= power[..., 2:]
    places = []
    for _ in range(count):
        place = xp.argmax(height, axis=-1)[..., None]
        places.append(xp.where(xp.take_along_axis(height, place, axis=-1) > 0, place + 1, 0))
        _erase(height, place)
    hz, amplitude = _between_bins(power, xp.concat(places, axis=-1), bin_hz)
    order = xp.argsort(xp.where(xp.isnan(amplitude), -1.0, amplitude), axis=-1, descending=True)
    return xp.take_along_axis(hz, order, axis=-1), xp.take_along_axis(amplitude, order, axis=-1)


def _erase(height: Array, place: Array) -> None:
    xp = namespace(height)
    first, second = (xp.arange(n, device=height.device) for n in height.shape[:2])
    height[first[:, None], second[None, :], place[..., 0]] = 0.0


def _between_bins(power: Array, place: Array, bin_hz: float) -> tuple[Array, Array]:
    """Frequency and amplitude of lines from their largest bins and the neighbours; place 0 is no line."""
    xp = namespace(power)
    found = place > 0
    inner = xp.where(found, place, 1)
    left, centre, right = (
        xp.sqrt(xp.astype(xp.take_along_axis(power, inner + d, axis=-1), xp.float64)) for d in (-1, 0, 1)
    )
    offset = xp.clip(xp.where(found, offset_in_bins(left, centre, right), 0.0), min=-0.5, max=0.5)
    amplitude = np.sqrt(2 * HANN_ENBW) * centre / xp.abs(hann_gain(offset))
    return xp.where(found, (place + offset) * bin_hz, xp.nan), xp.where(found, amplitude, xp.nan)
