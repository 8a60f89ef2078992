"""How alike two phases are, and by how much one lags the other.

Balanced phases are one waveform, shifted by a third of a period: their correlation reaches 1 at 120 degrees. What
shifts it is the angle between them; what keeps it below 1 is content that the phases do not share: harmonics of
unequal strength, noise, interference in one sensor. It is read from the spectrum up to a fixed order, so that it does
not depend on the rate of the recorder.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from diagmod.core.array_namespaces import Array, irfft, namespace
from diagmod.core.spectrum import Spectrum

#: Pairs of phases: the second is expected to lag the first by 120 degrees.
PAIRS = (("R", "S"), ("S", "T"), ("T", "R"))

#: Highest order of the supply frequency that counts, or the last below the Nyquist frequency.
HIGHEST_ORDER = 25


def phase_correlation(
    spectrum: Spectrum, line_hz: Array, line_low_hz: float, line_high_hz: float
) -> tuple[Array, Array]:
    """Largest correlation of the pairs of phases within one period, and the lag at which it stands.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (n_segments, 3, n_bins), Hann-tapered.
    line_hz : array, shape (n_segments,)
        Supply frequency in Hz.
    line_low_hz, line_high_hz : float
        Range of the supply frequency in the whole batch, Hz.

    Returns
    -------
    coefficient : array, shape (n_segments, 3)
        -1 to 1, of the pairs of :data:`PAIRS`; NaN where a phase is absent, has a gap or no current.
    lag_deg : array, shape (n_segments, 3)
        Lag of the second phase in degrees of the supply frequency, 0 to 360.
    """
    xp = namespace(spectrum.lines)
    n_bins = min(spectrum.lines.shape[-1], int((HIGHEST_ORDER + 0.5) * line_high_hz / spectrum.bin_hz) + 1)
    lines = spectrum.lines[..., :n_bins]
    bins = xp.arange(n_bins, dtype=xp.float64, device=line_hz.device)
    inside = (bins >= 1) & (bins * spectrum.bin_hz <= (HIGHEST_ORDER + 0.5) * line_hz[:, None])
    lines = xp.where(inside[:, None, :], lines, 0.0)
    m = scipy.fft.next_fast_len(2 * n_bins, real=True)
    cross = xp.stack([_cross(lines[:, k, :], lines[:, (k + 1) % 3, :]) for k in range(3)], axis=1)
    correlation = irfft(cross, m) * (m / 2)
    period = m * spectrum.bin_hz / xp.where(xp.isfinite(line_hz), line_hz, line_high_hz)
    coefficient, lag = _highest(correlation, period, int(m * spectrum.bin_hz / line_low_hz) + 2)
    energy = xp.sum(xp.real(lines) ** 2 + xp.imag(lines) ** 2, axis=-1)
    both = xp.sqrt(xp.stack([energy[:, k] * energy[:, (k + 1) % 3] for k in range(3)], axis=1))
    is_known = (both > 0) & xp.isfinite(line_hz)[:, None]
    return coefficient / xp.where(is_known, both, xp.nan), xp.where(
        is_known, (360 * lag / period[:, None]) % 360, xp.nan
    )


def _cross(first: Array, second: Array) -> Array:
    return namespace(first).conj(first) * second


def _highest(correlation: Array, period: Array, n_lags: int) -> tuple[Array, Array]:
    """Height and place (in samples of the lag) of the maximum within one period, through three points."""
    xp = namespace(correlation)
    m = correlation.shape[-1]
    near = xp.concat([correlation[..., -1:], correlation[..., : n_lags + 1]], axis=-1)
    lags = xp.arange(-1, near.shape[-1] - 1, dtype=near.dtype, device=near.device)
    # Two tapered signals correlate less than they would without, as the taper does with itself.
    near = near * (3 / (2 + xp.cos(2 * np.pi * lags / m)))
    within = lags[1:-1] < period[:, None, None]
    at = 1 + xp.argmax(xp.where(within, near[..., 1:-1], -xp.inf), axis=-1)[..., None]
    left, centre, right = (xp.take_along_axis(near, at + d, axis=-1)[..., 0] for d in (-1, 0, 1))
    curvature = 2 * centre - left - right
    offset = xp.where(curvature > 0, (right - left) / (2 * xp.where(curvature > 0, curvature, 1.0)), 0.0)
    offset = xp.clip(offset, -0.5, 0.5)
    return centre + (right - left) * offset / 4, xp.astype(at[..., 0] - 1, centre.dtype) + offset
