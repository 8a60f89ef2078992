"""How much of a current repeats from period to period: its autocorrelation, from the power spectrum.

The lag of one supply period is no whole number of samples; the spectrum knows it exactly, and the Hann taper that
the spectrum wore is divided out.
"""

from __future__ import annotations

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.long_sums import sum_of_products

#: Fewest supply periods in a segment: below, the tapered ends weigh on the estimate by more than 1e-3.
#: Pinned by test_time_features.
FEWEST_PERIODS = 5


def autocorrelation_of_periods(power: Array, line_hz: Array, bin_hz: float) -> dict[str, Array]:
    """Autocorrelation at one and at half a supply period.

    Parameters
    ----------
    power : array, shape (n_segments, n_phases, n_bins)
        Hann power spectrum, mean removed.
    line_hz : array, shape (n_segments,)
        Supply frequency in Hz.
    bin_hz : float
        Distance of the bins in Hz.

    Returns
    -------
    dict of array, each of shape (n_segments, n_phases)
        ``acf_period``: 1 where every period is like the one before. ``acf_half``: -1 where the second half of every
        period is the first upside down (no even harmonics). NaN without a supply frequency, without power, or
        with fewer than five periods.

    References
    ----------
    Wiener-Khinchin theorem; Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., 10.6.
    """
    xp = namespace(power, line_hz)
    usable = line_hz >= FEWEST_PERIODS * bin_hz
    bins_of_line = xp.where(usable, line_hz / bin_hz, 1.0)
    half_turns = xp.arange(power.shape[-1], dtype=xp.float64, device=power.device) / bins_of_line[:, None]
    # Whole turns are taken off in double precision: single precision has no phase left after many periods.
    half_turns = half_turns - 2 * xp.floor(half_turns / 2)
    cosine = xp.cos(xp.astype(np.pi * half_turns, power.dtype))[:, None, :]
    total = sum_of_products(power, xp.ones_like(cosine))
    total = xp.where((total > 0) & usable[:, None], total, xp.nan)
    half = sum_of_products(power, cosine) / total
    whole = 2 * sum_of_products(power, cosine * cosine) / total - 1
    lag = 1 / bins_of_line[:, None]
    return {"acf_period": whole / _taper_correlation(lag), "acf_half": half / _taper_correlation(lag / 2)}


def _taper_correlation(lag: Array) -> Array:
    """Circular autocorrelation of a Hann taper at a lag in segment lengths, 1 at zero."""
    return 2 / 3 + namespace(lag).cos(2 * np.pi * lag) / 3
