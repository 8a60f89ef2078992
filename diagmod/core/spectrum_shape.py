"""Where in frequency the power of a spectrum lies, and how evenly.

The spectrum is given without its supply line, else every figure would read the supply frequency: it holds all but a
thousandth of the power of a motor current. Frequencies are in Hz, shares in percent, at any record length.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.long_sums import sum_of_products
from diagmod.core.segment_batch import in_percent

#: Share of the power below the roll-off frequency. librosa.feature.spectral_rolloff.
ROLLOFF_SHARE = 0.85

#: Limits of the bands in supply frequencies: between orders, so that no harmonic lies on a limit.
BAND_ORDERS = {"band_sub": (0.0, 1.0), "band_low": (1.0, 5.5), "band_mid": (5.5, 20.5), "band_high": (20.5, np.inf)}

#: Bins that are added as one before the running sum. 128 is where numpy's pairwise sum is one straight loop.
STRIDE = 128


@dataclass(frozen=True, eq=False)
class SpectrumShape:
    """Figures of power spectra of which some bins do not count.

    Attributes
    ----------
    power : array, shape (n_segments, n_phases, n_bins)
        Mean square per bin, zero where a bin does not count.
    kept : array, shape (n_segments, 1, n_bins)
        One where a bin counts, zero elsewhere.
    bin_hz : float
        Distance of the bins in Hz.
    """

    power: Array
    kept: Array
    bin_hz: float

    @cached_property
    def total(self) -> Array:
        """Power of all bins, shape (n_segments, n_phases); NaN where it is nothing."""
        xp = namespace(self.power)
        total = sum_of_products(self.power, self.kept)
        return xp.where(total > 0, total, xp.nan)

    def moments_hz(self) -> dict[str, Array]:
        """``centroid_hz``, the mean frequency, and ``spread_hz``, the standard deviation, weighted by power."""
        xp = namespace(self.power)
        bins = xp.arange(self.power.shape[-1], dtype=self.power.dtype, device=self.power.device)
        centre = sum_of_products(self.power, bins) / self.total
        away = bins - xp.astype(centre, self.power.dtype)[..., None]
        weighted = self.power * away
        variance = sum_of_products(weighted, away) / self.total
        return {"centroid_hz": self.bin_hz * centre, "spread_hz": self.bin_hz * xp.sqrt(variance)}

    def evenness(self) -> dict[str, Array]:
        """``spectral_entropy``, 0 for one bin, 1 for equal bins; ``flatness``, geometric over arithmetic mean."""
        xp = namespace(self.power)
        log2 = xp.log2(xp.clip(self.power, min=float(xp.finfo(self.power.dtype).smallest_normal)))
        n_kept = xp.sum(self.kept, axis=-1, dtype=xp.float64)
        n_kept = xp.where(n_kept > 1, n_kept, xp.nan)
        entropy = xp.log2(self.total) - sum_of_products(self.power, log2) / self.total
        mean_log = sum_of_products(self.kept, log2) / n_kept
        return {"spectral_entropy": entropy / xp.log2(n_kept), "flatness": 2**mean_log * n_kept / self.total}

    @cached_property
    def _strides(self) -> Array:
        """Power in strides of bins, shape (n_segments, n_phases, n_strides, STRIDE)."""
        xp = namespace(self.power)
        shape = (*self.power.shape[:-1], -self.power.shape[-1] % STRIDE)
        nothing = xp.zeros(shape, dtype=self.power.dtype, device=self.power.device)
        padded = xp.concat([self.power, nothing], axis=-1)
        return xp.reshape(padded, (*shape[:-1], padded.shape[-1] // STRIDE, STRIDE))

    @cached_property
    def _running(self) -> Array:
        """Power up to the end of every stride, shape (n_segments, n_phases, n_strides)."""
        xp = namespace(self.power)
        return xp.cumulative_sum(xp.astype(xp.sum(self._strides, axis=-1), xp.float64), axis=-1)

    def _within(self, stride: Array) -> Array:
        """Running power inside the stride of the given number, shape (n_segments, n_phases, STRIDE)."""
        xp = namespace(self.power)
        inside = xp.take_along_axis(self._strides, stride[..., None, None], axis=-2)[..., 0, :]
        before = xp.where(stride > 0, self._at(self._running, xp.clip(stride - 1, min=0)), 0.0)
        return before[..., None] + xp.cumulative_sum(xp.astype(inside, xp.float64), axis=-1)

    def _at(self, values: Array, index: Array) -> Array:
        return namespace(values).take_along_axis(values, index[..., None], axis=-1)[..., 0]

    def below(self, hz: Array) -> Array:
        """Power of the bins below a frequency.

        Parameters
        ----------
        hz : array broadcastable to (n_segments, n_phases)
            NaN reads as 0.
        """
        xp = namespace(self.power)
        bins = xp.ceil(xp.where(xp.isfinite(hz), hz, 0.0) / self.bin_hz)
        bins = xp.broadcast_to(xp.astype(xp.clip(bins, max=1.0 * self.power.shape[-1]), xp.int64), self.total.shape)
        last = xp.clip(bins - 1, min=0)
        return xp.where(bins > 0, self._at(self._within(last // STRIDE), last % STRIDE), 0.0)

    def rolloff_hz(self) -> Array:
        """Frequency of the first bin up to which 85 % of the power lie, Hz."""
        xp = namespace(self.power)
        goal = ROLLOFF_SHARE * self._running[..., -1]
        stride = xp.sum(self._running < goal[..., None], axis=-1)
        stride = xp.clip(stride, max=self._running.shape[-1] - 1)
        place = xp.sum(self._within(stride) < goal[..., None], axis=-1)
        place = xp.astype(stride * STRIDE + place, xp.float64)
        return xp.where(xp.isnan(self.total), xp.nan, place * self.bin_hz)

    def band_shares(self, line_hz: Array) -> dict[str, Array]:
        """Share of the power in bands that move with the supply, %.

        Parameters
        ----------
        line_hz : array, shape (n_segments, 1)
            Supply frequency in Hz.

        Returns
        -------
        dict of array, each of shape (n_segments, n_phases)
            By the names of :data:`BAND_ORDERS`; NaN where a band begins above the Nyquist frequency.
        """
        xp = namespace(self.power)
        nyquist_hz = (self.power.shape[-1] - 1) * self.bin_hz
        shares = {}
        for name, (low, high) in BAND_ORDERS.items():
            upto = self.below(high * line_hz) if np.isfinite(high) else self._running[..., -1]
            share = in_percent(upto - self.below(low * line_hz), self.total)
            shares[name] = xp.where(low * line_hz < nyquist_hz, share, xp.nan)
        return shares
