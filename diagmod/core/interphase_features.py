"""The group ``interphase``: what the three phases say together.

Sequences, angles and the ellipse that the space vector draws come from the supply line of every phase; the modulus of
the vector (extended Park's vector approach) shows without a carrier what modulates it; the correlation of two phases
compares their whole waveforms up to the 25th harmonic. All of them need the phases they speak of.
"""

from __future__ import annotations

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.feature_definitions import Feature
from diagmod.core.long_sums import sum_of_products
from diagmod.core.phase_correlation import PAIRS, phase_correlation
from diagmod.core.segment_batch import SegmentBatch, in_percent
from diagmod.core.spectrum import LINE_HALF_WIDTH, hann_spectrum, mean_square
from diagmod.core.symmetrical import symmetrical_components, unbalance_pct

#: Part of the mean below which a negative sequence, or what the modulus does, is rounding of single precision.
NOTHING = 1e-6

#: Upper end of the slow modulation of the modulus over the supply frequency: below f, where a DC offset stands.
SLOW_OVER_LINE = 0.8

_GROUP = "interphase"
_FORTESCUE = "Fortescue 1918"
_EPVA = "Cruz and Cardoso 2001"
_WINDING = "inter-turn fault, supply unbalance, unequal sensors"
_ROWS = (
    ("line_hz", "Hz", "supply frequency", "two-bin Hann interpolation, all phases", "Grandke 1983", "supply", False),
    ("i1", "A", "positive-sequence current, peak", "|I1|", _FORTESCUE, "load", False),
    ("i2", "A", "negative-sequence current, peak", "|I2|", _FORTESCUE, _WINDING, True),
    ("i0", "A", "zero-sequence current, peak", "|I0|", _FORTESCUE, "earth current, unequal sensors", True),
    ("i2_over_i1", "%", "negative over positive sequence", "100 |I2 / I1|", _FORTESCUE, f"{_WINDING}, load", True),
    ("i0_over_i1", "%", "zero over positive sequence", "100 |I0 / I1|", _FORTESCUE, "earth current, unequal sensors",
     True),
    ("i2_re", "%", "real part of I2 / I1", "100 Re(I2 / I1)", _FORTESCUE, f"{_WINDING}, which phase", True),
    ("i2_im", "%", "imaginary part of I2 / I1", "100 Im(I2 / I1)", _FORTESCUE, f"{_WINDING}, which phase", True),
    ("unbalance_pct", "%", "largest deviation of a phase's rms from the mean", "100 max |rms - mean| / mean",
     "NEMA MG 1 14.36, for currents", _WINDING, True),
    ("angle_RS", "deg", "angle by which S lags R; 120 when balanced", "arg(I_R / I_S) in 0..360", "definition",
     f"{_WINDING}, swapped phases", True),
    ("angle_RT", "deg", "angle by which T lags R; 240 when balanced", "arg(I_R / I_T) in 0..360", "definition",
     f"{_WINDING}, swapped phases", True),
    ("ellipse_major", "A", "half the long axis of the ellipse of the space vector", "|I1| + |I2|",
     "Park's vector, Cardoso 1999", f"load, {_WINDING}", False),
    ("ellipse_minor", "A", "half its short axis", "||I1| - |I2||", "Park's vector, Cardoso 1999", f"load, {_WINDING}",
     False),
    ("ellipse_ratio", "%", "short over long axis; 100 for a circle", "100 minor / major",
     "Park's vector, Cardoso 1999", _WINDING, True),
    ("ellipse_tilt", "deg", "direction of the long axis against phase R, -90 to 90; NaN for a circle",
     "arg(I1 / I2) / 2", "Park's vector, Cardoso 1999", f"{_WINDING}, which phase", True),
    ("park_mean", "A", "mean modulus of the space vector", "mean |i|", _EPVA, "load", False),
    ("park_std", "%", "standard deviation of the modulus", "100 std |i| / mean |i|", _EPVA,
     "unbalance, harmonics, modulation", True),
    ("park_kurtosis", "1", "weight of the tails of the modulus; 1.5 for one line, 3 for noise; NaN where it is flat",
     "mean((|i| - mean)^4) / std^4", _EPVA, "unbalance against noise, impacts, steps of load", True),
    ("park_modulation", "%", "modulus below 0.8 f: rotor, load, not a 2-pole shaft",
     "100 rms(|i|, 0 < nu <= 0.8 f) / mean |i|", _EPVA, "rotor bars, eccentricity, load that swings", False),
    ("park_f", "%", "modulus around f", "100 rms(|i|, f +- 3 bins) / mean |i|", _EPVA,
     "DC offset of sensors, second harmonic, turning of a 2-pole shaft", False),
    ("park_2f", "%", "modulus around 2 f (EPVA)", "100 rms(|i|, 2 f +- 3 bins) / mean |i|", _EPVA, _WINDING, True),
    ("park_6f", "%", "modulus around 6 f", "100 rms(|i|, 6 f +- 3 bins) / mean |i|", _EPVA,
     "5th and 7th harmonic, six-pulse inverter", False),
    *(
        row
        for first, second in PAIRS
        for row in (
            (f"xcorr_{first}{second}", "1", f"largest correlation of {first} and a later {second}, orders 1 to 25",
             "max over lag of r(lag), 0 <= lag < 1 / f", "cross-correlation theorem",
             "harmonics that differ between phases, noise", False),
            (f"xcorr_lag_{first}{second}", "deg", f"lag of {second} behind {first} there; 120 when balanced",
             "360 f argmax r(lag)", "cross-correlation theorem", f"{_WINDING}, swapped phases", True),
        )
    ),
)  # fmt: skip

FEATURES = tuple(
    Feature(
        name=name, unit=unit, group=_GROUP, meaning=meaning, formula=formula, source=source, changes=changes,
        rests_on_i2=on_i2,
    )
    for name, unit, meaning, formula, source, changes, on_i2 in _ROWS
)  # fmt: skip


def compute(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of every segment by the names of :data:`FEATURES`, each of shape (n_segments,).

    References
    ----------
    Cruz, S. M. A. and Cardoso, A. J. M., IEEE Trans. Ind. Appl. 37(5), 2001, DOI 10.1109/28.952496.
    """
    xp = namespace(batch.currents)
    with np.errstate(invalid="ignore", divide="ignore"):
        rms = xp.sqrt(sum_of_products(batch.currents, batch.currents) / batch.n)
        correlation = phase_correlation(batch.spectrum, batch.line_hz, batch.line_low_hz, batch.line_high_hz)
        return {
            "line_hz": batch.line_hz,
            **_sequence_figures(batch.phasors),
            "unbalance_pct": unbalance_pct(rms),
            **_park_figures(batch),
            **{f"xcorr_{a}{b}": correlation[0][:, k] for k, (a, b) in enumerate(PAIRS)},
            **{f"xcorr_lag_{a}{b}": correlation[1][:, k] for k, (a, b) in enumerate(PAIRS)},
        }


def _sequence_figures(phasors: Array) -> dict[str, Array]:
    """Symmetrical components, angles and ellipse of fundamental phasors of shape (n_segments, 3)."""
    xp = namespace(phasors)
    components = symmetrical_components(phasors)
    zero, positive, negative = (components[:, k] for k in range(3))
    i0, i1, i2 = xp.abs(zero), xp.abs(positive), xp.abs(negative)
    # A machine at rest has no positive sequence to relate to: NaN, not infinity.
    ratio = 100 * negative / xp.where(i1 > 0, positive, xp.nan)
    lag = _degrees(phasors[:, :1] / phasors[:, 1:]) % 360
    return {
        "i1": i1,
        "i2": i2,
        "i0": i0,
        "i2_over_i1": xp.abs(ratio),
        "i0_over_i1": in_percent(i0, i1),
        "i2_re": xp.real(ratio),
        "i2_im": xp.imag(ratio),
        "angle_RS": lag[:, 0],
        "angle_RT": lag[:, 1],
        "ellipse_major": i1 + i2,
        "ellipse_minor": xp.abs(i1 - i2),
        "ellipse_ratio": in_percent(xp.abs(i1 - i2), i1 + i2),
        "ellipse_tilt": xp.where((i2 > NOTHING * i1) & (i1 > NOTHING * i2), -_degrees(ratio) / 2, xp.nan),
    }


def _park_figures(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of the modulus of the space vector (extended Park's vector approach)."""
    xp = namespace(batch.currents)
    mean = xp.mean(batch.modulus, axis=-1)
    square = batch.modulus - mean[:, None]
    square *= square
    variance = xp.mean(square, axis=-1)
    fourth = sum_of_products(square, square) / batch.n
    std = xp.sqrt(variance)
    return {
        "park_mean": mean,
        "park_std": in_percent(std, mean),
        "park_kurtosis": xp.where(std > NOTHING * mean, fourth / variance**2, xp.nan),
        **{name: in_percent(band, mean) for name, band in _modulus_bands(batch).items()},
    }


def _modulus_bands(batch: SegmentBatch) -> dict[str, Array]:
    """Root mean square of the modulus in bands, each of shape (n_segments,); NaN where one leaves the spectrum."""
    xp = namespace(batch.currents)
    spectrum = hann_spectrum(batch.modulus, batch.fs, keep_precision=True)
    n_bins = min(spectrum.lines.shape[-1], int(6 * batch.line_high_hz / spectrum.bin_hz) + LINE_HALF_WIDTH + 2)
    power = mean_square(spectrum.lines[:, :n_bins], spectrum.n)
    position = batch.line_hz[:, None] / spectrum.bin_hz
    bins = xp.cumulative_sum(xp.ones_like(power), axis=-1) - 1

    def rms(low: Array, high: Array) -> Array:
        total = xp.sqrt(xp.sum(xp.where((bins >= low) & (bins <= high), power, 0.0), axis=-1))
        return xp.where(xp.isfinite(power[:, 0]) & (high[:, 0] <= spectrum.n / 2), total, xp.nan)

    around = {f"park_{'' if k == 1 else k}f": (k * position - 3, k * position + 3) for k in (1, 2, 6)}
    bands = {"park_modulation": (xp.ones_like(position), SLOW_OVER_LINE * position), **around}
    return {name: rms(low, high) for name, (low, high) in bands.items()}


def _degrees(z: Array) -> Array:
    xp = namespace(z)
    return 180 / np.pi * xp.atan2(xp.imag(z), xp.real(z))
