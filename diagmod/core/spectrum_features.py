"""The group ``spectrum``: lines, distortion and shape of the spectrum of a phase, in ampere at any record length."""

from __future__ import annotations

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.feature_definitions import Feature, for_each_phase
from diagmod.core.long_sums import sum_of_products
from diagmod.core.segment_batch import SegmentBatch, split_by_phase
from diagmod.core.short_time import largest_spectral_kurtosis, spectral_flux
from diagmod.core.spectrum import line_phasors
from diagmod.core.spectrum_shape import SpectrumShape
from diagmod.core.strongest_lines import strongest_lines
from diagmod.core.supply_free import are_separable, blank, power_without_skirt

#: Harmonic orders reported one by one: the 3rd (saturation, zero sequence), and the pairs 6k +- 1 of
#: six-pulse supplies; the 2nd shows half-wave asymmetry. IEC 61000-4-7.
HARMONIC_ORDERS = (2, 3, 5, 7, 11, 13)

#: Highest order in the THD, or the last one below the Nyquist frequency. IEC 61000-4-7 uses 40.
THD_HIGHEST_ORDER = 40

#: Strongest lines that are reported besides the supply and its harmonics.
N_LINES = 3

_GROUP = "spectrum"
_IEC, _LIBROSA = "IEC 61000-4-7", "librosa, of the power without DC and supply line"
_FAULTS = "rotor, bearings, load that swings, noise"
_ROWS = (
    ("fundamental", "A", "peak amplitude of the supply-frequency line", "|I(f)|", "Grandke 1983", "load"),
    *(
        (f"h{k}", "%", f"harmonic {k} of the fundamental", f"100 |I({k} f)| / |I(f)|", _IEC, "supply, saturation")
        for k in HARMONIC_ORDERS
    ),
    ("thd", "%", "total harmonic distortion, orders 2 to 40 below Nyquist", "100 sqrt(sum |I(k f)|^2) / |I(f)|",
     _IEC, "supply, saturation, load"),
    ("interharmonic", "%", "rms that is neither DC nor harmonic over the fundamental's",
     "100 rms_ih sqrt(2) / |I(f)|", _IEC, _FAULTS),
    *(
        row
        for k in range(1, N_LINES + 1)
        for row in (
            (f"line{k}_hz", "Hz", f"frequency of the strongest line no. {k}, supply and harmonics apart",
             "largest local maxima, 4 bins and more from k f", "Grandke 1983", _FAULTS),
            (f"line{k}_dbc", "dBc", f"level of the strongest line no. {k}", "20 log10(|I(nu)| / |I(f)|)",
             "Grandke 1983", _FAULTS),
        )
    ),
    ("centroid_hz", "Hz", "mean frequency of what is not the supply line", "sum nu P / sum P", _LIBROSA,
     "slots, converter, noise raise it"),
    ("spread_hz", "Hz", "bandwidth about the centroid", "sqrt(sum (nu - centroid)^2 P / sum P)", _LIBROSA,
     "converter, noise"),
    ("rolloff_hz", "Hz", "85 % of the power without the supply line lie below", "min nu: sum_(<= nu) P >= 0.85 sum P",
     _LIBROSA, "slots, converter, noise raise it"),
    ("spectral_entropy", "1", "evenness of the spectrum without the supply line, 0 to 1",
     "-sum p log2 p / log2(n bins), p = P / sum P", "Inouye 1991, DOI 10.1016/0013-4694(91)90138-T",
     "noise raises it, lines lower it"),
    ("flatness", "1", "geometric over arithmetic mean of the power without the supply line",
     "exp(mean ln P) / mean P", _LIBROSA, "noise raises it, lines lower it"),
    *(
        (name, "%", f"share of the power without DC and supply line {where}; NaN above Nyquist",
         f"100 sum_({limits}) P / sum P", "definition", changes)
        for name, where, limits, changes in (
            ("band_sub", "below f", "nu < f", "rotor, load that swings"),
            ("band_low", "from f to 5.5 f", "f <= nu < 5.5 f", "supply, saturation, rotor"),
            ("band_mid", "from 5.5 f to 20.5 f", "5.5 f <= nu < 20.5 f", "slots, eccentricity, supply"),
            ("band_high", "above 20.5 f", "nu >= 20.5 f", "slots, converter, bearings, noise"),
        )
    ),
    ("flux", "1", "change of the spectrum from frame to frame of 0.1 s; 0 when steady, at most 1.414",
     "mean |a_t / |a_t| - a_(t-1) / |a_(t-1)||, a = |STFT|", "Tzanetakis and Cook 2002", "load steps, bursts, noise"),
    ("spectral_kurtosis", "1", "largest over frequency; a steady line has -1, noise 0 to 4, bursts more",
     "max (M (M + 1) sum P^2 / (sum P)^2 - 2 M) / (M - 1), M frames", "Vrabie 2003; Antoni 2006", "impacts, switching"),
)  # fmt: skip

FEATURES = for_each_phase(
    Feature(name=name, unit=unit, group=_GROUP, meaning=meaning, formula=formula, source=source, changes=changes)
    for name, unit, meaning, formula, source, changes in _ROWS
)


def compute(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of every segment by the names of :data:`FEATURES`, each of shape (n_segments,).

    Without a supply frequency, or where harmonics are nearer than 8 bins, what is measured beside them is NaN.
    """
    xp = namespace(batch.currents)
    fundamental = xp.astype(xp.abs(batch.phasors), xp.float64)
    # A phase without a fundamental has nothing to relate to: NaN, not infinity, nor the rounding of a constant.
    base = xp.where(batch.moves & (fundamental > 0), fundamental, xp.nan)
    figures = {"fundamental": fundamental} | _harmonic_figures(batch, base) | _figures_beside_harmonics(batch, base)
    figures["flux"] = xp.where(batch.moves, spectral_flux(batch.short_time_power), xp.nan)
    figures["spectral_kurtosis"] = xp.where(batch.moves, largest_spectral_kurtosis(batch.short_time_power), xp.nan)
    return split_by_phase(figures)


def _harmonic_figures(batch: SegmentBatch, base: Array) -> dict[str, Array]:
    """Harmonics and their total, shape (n_segments, 3); without the second there is none below Nyquist."""
    xp = namespace(base)
    orders = xp.arange(2, THD_HIGHEST_ORDER + 1, dtype=xp.float64, device=base.device)
    level = 100 * xp.abs(line_phasors(batch.spectrum, batch.line_hz[:, None, None] * orders)) / base[..., None]
    thd = xp.sqrt(xp.sum(xp.where(xp.isnan(level), 0.0, level) ** 2, axis=-1))
    return {f"h{k}": level[..., k - 2] for k in HARMONIC_ORDERS} | {
        "thd": xp.where(xp.isfinite(level[..., 0]), thd, xp.nan)
    }


def _figures_beside_harmonics(batch: SegmentBatch, base: Array) -> dict[str, Array]:
    """Figures of the spectrum without its supply line, shape (n_segments, 3)."""
    xp = namespace(base)
    line_hz = batch.line_hz[:, None]
    free = power_without_skirt(batch.spectrum, batch.power, line_hz)
    between = blank(batch.spectrum, line_hz, harmonics=True)
    hz, amplitude = strongest_lines(free, between, batch.spectrum.bin_hz, N_LINES)
    with np.errstate(divide="ignore"):
        level_dbc = 20 * xp.log10(amplitude / base[..., None])
    figures = {"interharmonic": 100 * xp.sqrt(2 * sum_of_products(free, between)) / base}
    figures |= {f"line{k + 1}_hz": hz[..., k] for k in range(N_LINES)}
    figures |= {f"line{k + 1}_dbc": level_dbc[..., k] for k in range(N_LINES)}
    kept = blank(batch.spectrum, line_hz, harmonics=False)
    free *= kept
    shape = SpectrumShape(free, kept, batch.spectrum.bin_hz)
    figures |= shape.moments_hz() | shape.evenness() | {"rolloff_hz": shape.rolloff_hz()} | shape.band_shares(line_hz)
    usable = are_separable(batch.spectrum, line_hz) & xp.isfinite(base)
    return {name: xp.where(usable, value, xp.nan) for name, value in figures.items()}
