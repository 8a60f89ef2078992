"""The supply line of a segment moved to 0 Hz, taken from the spectrum that is there already.

The bins around the supply line of a Hann spectrum, transformed back, are the current about its carrier, decimated, and
multiplied by the taper: ``u(t) A(t) exp(i phi(t))`` with ``u = 1 - cos(2 pi t / T)``. The taper is known and positive,
so nothing is lost: the phase is untouched by it, and the magnitude is the envelope times the taper, whose spectrum is
the Hann spectrum of the envelope. No filter has edges here, nothing is padded: the ends of the segment weigh nothing.
What lies nearer to the carrier than two bins (2 / T) is smeared over it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.fft

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.symmetrical import symmetrical_components

#: Reach of the band either side of the carrier over the supply frequency: short of the DC line and the second
#: harmonic, each one supply frequency away.
REACH_OVER_LINE = 0.8

#: Fewest bins in the reach, ten periods of the supply: nearer, the image of the line at -f reaches into the band.
MIN_REACH_BINS = 8


#: What cutting the band off at its reach makes of a pure line: at most ``CUT_FLOOR / k**2.5`` of it rms, k the bins of
#: the reach (the lines of the taper fall with the cube), and never less than ``ROUNDING_FLOOR``, single precision.
#: At 50 Hz and 1 s it is 2e-5. Pinned by test_envelope_features.
CUT_FLOOR, ROUNDING_FLOOR = 0.2, 1e-6


@dataclass(frozen=True, eq=False)
class TaperedBaseband:
    """Currents about their supply line, of three phases and of their positive sequence.

    Attributes
    ----------
    values : array of complex, shape (n_segments, 4, m)
        Peak value times taper; channels R, S, T and the positive sequence. NaN where a channel is absent or has a
        gap, where no supply frequency is known, where the band would leave the spectrum, and where the reach holds
        fewer than ``MIN_REACH_BINS`` bins.
    slopes : array of complex, shape (n_segments, 4, m)
        Their derivative in 1/s, exact: by the spectrum.
    taper : array, shape (m,)
        ``1 - cos(2 pi k / m)``: mean 1, mean square 1.5.
    bin_hz : float
        1 / T in Hz.
    carrier_hz : array, shape (n_segments,)
        Frequency moved to zero: the bin nearest to the supply frequency.
    line_hz : array, shape (n_segments,)
        Supply frequency in Hz.
    """

    values: Array
    slopes: Array
    taper: Array
    bin_hz: float
    carrier_hz: Array
    line_hz: Array

    @property
    def floor(self) -> Array:
        """Modulation (rms, relative to the carrier) below which there is none, shape (n_segments,)."""
        xp = namespace(self.line_hz)
        return xp.clip(CUT_FLOOR * xp.floor(REACH_OVER_LINE * self.line_hz / self.bin_hz) ** -2.5, ROUNDING_FLOOR, None)

    @property
    def step_s(self) -> float:
        """Distance of the values in seconds."""
        return 1 / (self.bin_hz * self.values.shape[-1])


def tapered_baseband(batch: SegmentBatch) -> TaperedBaseband:
    """The supply line of every segment of a batch, moved to 0 Hz.

    References
    ----------
    Boashash, B., Proc. IEEE 80(4), 1992, DOI 10.1109/5.135376 (analytic signal and instantaneous frequency).
    """
    xp = namespace(batch.currents)
    spectrum = batch.spectrum
    n_bins = spectrum.lines.shape[-1]
    # The same for every segment, whatever its supply frequency: neighbours in a batch change nothing.
    reach = int(REACH_OVER_LINE * batch.line_high_hz / spectrum.bin_hz) + 1
    m = scipy.fft.next_fast_len(4 * reach + 1)
    position = xp.astype(batch.line_hz, xp.float64) / spectrum.bin_hz
    centre = xp.round(xp.where(xp.isfinite(position), position, 0.0))
    offsets = xp.arange(-reach, reach + 1, dtype=xp.float64, device=batch.currents.device)
    limit = xp.floor(REACH_OVER_LINE * position)
    usable = (limit >= MIN_REACH_BINS) & (centre + limit <= spectrum.n / 2 - 2)
    at = xp.astype(xp.clip(centre[:, None] + offsets, 0, n_bins - 1), xp.int64)
    lines = xp.take_along_axis(spectrum.lines, xp.broadcast_to(at[:, None, :], (at.shape[0], 3, at.shape[1])), axis=-1)
    lines = _with_positive_sequence(xp.astype(lines, xp.complex128))
    inside = (xp.abs(offsets) <= limit[:, None])[:, None, :]
    lines = xp.where(usable[:, None, None], xp.where(inside, lines, 0.0), xp.nan)
    turn = 2 * np.pi * xp.arange(m, dtype=xp.float64, device=batch.currents.device) / m
    return TaperedBaseband(
        values=_samples(lines, reach, m),
        slopes=_samples(lines * (2j * np.pi * spectrum.bin_hz * offsets), reach, m),
        taper=1 - xp.cos(turn),
        bin_hz=spectrum.bin_hz,
        carrier_hz=centre * spectrum.bin_hz,
        line_hz=position * spectrum.bin_hz,
    )


def _with_positive_sequence(lines: Array) -> Array:
    """Lines of R, S, T and, as the fourth channel, of the positive sequence; shape (n_segments, 4, k)."""
    xp = namespace(lines)
    positive = symmetrical_components(xp.moveaxis(lines, 1, -1))[..., 1]
    return xp.concat([lines, positive[:, None, :]], axis=1)


def _samples(lines: Array, reach: int, m: int) -> Array:
    """Complex samples, shape (..., m), of lines from -reach to reach."""
    xp = namespace(lines)
    between = xp.zeros((*lines.shape[:-1], m - lines.shape[-1]), dtype=lines.dtype, device=lines.device)
    ordered = xp.concat([lines[..., reach:], between, lines[..., :reach]], axis=-1)
    return m * xp.fft.ifft(ordered, axis=-1)
