"""What is left of a spectrum without the supply: where sidebands, slots, bearings and noise live.

A line leaks into every bin of its spectrum, 0.8 % of it four bins away when it lies between two bins. The supply line
is a hundred to ten thousand times what a fault adds; so its far skirt is subtracted, phasor and all, and the bins
around it are left out. Harmonics are weaker, and leaving out their bins is enough.
"""

from __future__ import annotations

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.long_sums import sum_of_products
from diagmod.core.spectrum import LINE_HALF_WIDTH, Spectrum, hann_gain, line_phasor, mean_square

#: Bins beyond the supply line up to which its skirt is subtracted; further out 2e-7 of it is left in all
#: (skirt d^-3 / pi, summed in power). Pinned by test_spectrum.
SKIRT_BINS = 256

#: Fewest bins between two harmonics: their blanked bins must leave some between them.
FEWEST_BINS = 2 * LINE_HALF_WIDTH + 2


def power_without_skirt(spectrum: Spectrum, power: Array, line_hz: Array) -> Array:
    """Mean square per bin after the supply line with its skirt is subtracted.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    power : array, shape (..., n_bins)
        ``spectrum.power``.
    line_hz : array broadcastable to (...)
        Supply frequency in Hz.

    Returns
    -------
    array, shape (..., n_bins)
        In the unit of the signal, squared; the first bins are NaN where the line cannot be read. Within
        ``LINE_HALF_WIDTH`` bins of the line it is what modulates the supply, and the error of its frequency.
    """
    xp = namespace(power)
    line_bin = xp.where(xp.isfinite(line_hz), line_hz, 0.0) / spectrum.bin_hz
    highest = 0 if 0 in line_bin.shape else int(xp.max(line_bin))
    end = min(power.shape[-1], highest + SKIRT_BINS + 1)
    away = line_bin[..., None] - xp.arange(end, dtype=xp.float64, device=power.device)
    gain = xp.where(xp.abs(away) < SKIRT_BINS, hann_gain(away), 0.0)
    skirt = line_phasor(spectrum, line_hz)[..., None] * gain
    near = spectrum.lines[..., :end] - xp.astype(skirt, spectrum.lines.dtype)
    return xp.concat([mean_square(near, spectrum.n), power[..., end:]], axis=-1)


def blank(spectrum: Spectrum, line_hz: Array, *, harmonics: bool) -> Array:
    """One for every bin that counts, zero around DC and the supply line, or around every harmonic.

    Parameters
    ----------
    spectrum : Spectrum
    line_hz : array, shape (...)
        Supply frequency in Hz.
    harmonics : bool
        Blank every order below the Nyquist frequency, not only the first.

    Returns
    -------
    array, shape (..., n_bins)
        In the precision of the spectrum.
    """
    xp = namespace(spectrum.lines)
    n_bins, device = spectrum.lines.shape[-1], spectrum.lines.device
    order_bins = xp.reshape(line_hz, (-1,)) / spectrum.bin_hz
    safe = xp.where(order_bins >= FEWEST_BINS, order_bins, 1.0 * n_bins)
    n_orders = 2 if not harmonics or 0 in safe.shape else int(n_bins / float(xp.min(safe))) + 1
    orders = xp.arange(n_orders, dtype=xp.float64, device=device)
    around = xp.arange(-LINE_HALF_WIDTH, LINE_HALF_WIDTH + 1, device=device)
    bins = xp.astype(xp.round(orders * safe[:, None]), xp.int64)[:, :, None] + around
    # What falls outside is sent to DC, which is blanked in any case: a slower neighbour in the batch changes nothing.
    bins = xp.reshape(xp.where((bins >= 0) & (bins < n_bins), bins, 0), (len(safe), n_orders * len(around)))
    kept = xp.ones((len(safe), n_bins), dtype=xp.real(spectrum.lines).dtype, device=device)
    kept[xp.arange(len(safe), device=device)[:, None], bins] = 0.0
    return xp.reshape(kept, (*line_hz.shape, n_bins))


def are_separable(spectrum: Spectrum, line_hz: Array) -> Array:
    """Whether harmonics lie far enough from each other to leave something between them."""
    return line_hz >= FEWEST_BINS * spectrum.bin_hz


def interharmonic_rms(spectrum: Spectrum, line_hz: Array) -> Array:
    """Root mean square of everything that is neither DC nor a harmonic of the supply.

    Sidebands of rotor and bearing faults, load oscillation and noise all live here. Bins within
    ``LINE_HALF_WIDTH`` of DC and of every harmonic below the Nyquist frequency are left out; the far skirt
    of the fundamental, 0.8 % of it between two bins, is subtracted.

    Parameters
    ----------
    spectrum : Spectrum
        ``lines`` of shape (..., n_bins).
    line_hz : array broadcastable to (...)
        Supply frequency in Hz.

    Returns
    -------
    array, shape (...)
        In the unit of the signal (rms); NaN where the harmonics are nearer than 8 bins to each other.
    """
    xp = namespace(spectrum.lines)
    free = power_without_skirt(spectrum, spectrum.power, line_hz)
    total = sum_of_products(free, blank(spectrum, line_hz, harmonics=True))
    return xp.where(are_separable(spectrum, line_hz), xp.sqrt(total), xp.nan)
