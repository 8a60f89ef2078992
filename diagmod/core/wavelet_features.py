"""The group ``wavelet``: how the power of a phase is shared among octaves.

Daubechies wavelets of four vanishing moments split a current into details d1 (fs / 4 to fs / 2), d2 (fs / 8 to fs / 4)
and so on down to d6 (fs / 128 to fs / 64), and the approximation a6 below, with the supply line in it at the usual
rates. The bands are octaves of the sampling rate: figures of recordings of different rates do not compare. The
coefficients that reach over an end of the segment are left out, so that no assumption about what lies beyond it enters,
and a steady current has the same shares at any length.

PyWavelets knows numpy alone: this is the one group for which arrays of other libraries are brought to the processor.
"""

from __future__ import annotations

import numpy as np
import pywt
from numpy.typing import NDArray

from diagmod.core.array_namespaces import Array, namespace, to_numpy
from diagmod.core.feature_definitions import Feature, for_each_phase
from diagmod.core.segment_batch import SegmentBatch, split_by_phase

#: The wavelet of most work on motor currents, and how often it splits.
WAVELET, LEVELS = "db4", 6

#: Coefficients at either end of every level that reach over the end of the segment: one less than the filter has taps.
N_REACHING_OVER = pywt.Wavelet(WAVELET).dec_len - 1

#: Fewest coefficients that must remain at the coarsest level, and so the fewest samples of a segment.
MIN_COEFFICIENTS = 8
MIN_SAMPLES = 2**LEVELS * (MIN_COEFFICIENTS + N_REACHING_OVER)

#: A row whose rms about its mean is below this many steps of its precision is constant.
ROUNDING = 16

BANDS = (*(f"d{level}" for level in range(1, LEVELS + 1)), f"a{LEVELS}")

_GROUP = "wavelet"
_SHARE = f"share of {WAVELET} wavelet energy"
_MALLAT = "Mallat 1989; PyWavelets"
_CHANGES = {
    "d1": "noise, inverter", "d2": "inverter, bearings", "d3": "slots, bearings, inverter", "d4": "slots, bearings",
    "d5": "harmonics of the supply, slots", "d6": "harmonics of the supply", "a6": "all that is not the supply line",
}  # fmt: skip

_ROWS = (
    *(
        (f"wavelet_{band}", "%", f"{_SHARE} from fs / {2 ** (level + 1)} to fs / {2**level}", f"100 P({band}) / sum P")
        for level, band in enumerate(BANDS[:-1], start=1)
    ),
    (f"wavelet_{BANDS[-1]}", "%", f"{_SHARE} below fs / {2 ** (LEVELS + 1)}", f"100 P({BANDS[-1]}) / sum P"),
)

FEATURES = for_each_phase(
    (
        *(
            Feature(name=name, unit=unit, group=_GROUP, meaning=f"{meaning}; NaN below {MIN_SAMPLES} samples",
                    formula=formula, source=_MALLAT, changes=_CHANGES[band])
            for band, (name, unit, meaning, formula) in zip(BANDS, _ROWS, strict=True)
        ),
        Feature(name="wavelet_entropy", unit="bit", group=_GROUP,
                meaning="spread of the power over all seven bands, 0 in one to 2.81",
                formula="-sum p log2 p, p = P / sum P", source="Rosso 2001",
                changes="distortion, noise against the load"),
        Feature(name="wavelet_detail_entropy", unit="bit", group=_GROUP,
                meaning="spread over the details d1 to d6 alone, 0 in one to 2.58",
                formula="-sum p log2 p, p = P(d) / sum P(d)", source="Rosso 2001",
                changes="harmonics concentrate it, broadband noise spreads it"),
    )
)  # fmt: skip


def compute(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of every segment by the names of :data:`FEATURES`, each of shape (n_segments,).

    NaN where a phase is absent or has a gap, where it is constant, and where the segment is shorter than
    ``MIN_SAMPLES``.

    References
    ----------
    Mallat, S., IEEE Trans. Pattern Anal. Mach. Intell. 11(7), 1989, DOI 10.1109/34.192463.
    Rosso, O. A. et al., J. Neurosci. Methods 105(1), 2001, DOI 10.1016/S0165-0270(00)00356-3.
    """
    power = wavelet_power(to_numpy(batch.currents))
    shares = _shares(power)
    figures = {f"wavelet_{band}": 100 * shares[..., k] for k, band in enumerate(BANDS)}
    figures["wavelet_entropy"] = _entropy_bit(shares)
    figures["wavelet_detail_entropy"] = _entropy_bit(_shares(power[..., :-1]))
    xp = namespace(batch.currents)
    return split_by_phase({name: xp.asarray(f, device=batch.currents.device) for name, f in figures.items()})


def wavelet_power(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """Mean square of a signal in every band of :data:`BANDS`, its mean removed.

    Parameters
    ----------
    x : ndarray, shape (..., n)
        Segments in any unit.

    Returns
    -------
    ndarray, shape (..., 7)
        In the squared unit; the bands of a steady signal sum to its variance. NaN where a sample is NaN and where n
        is below ``MIN_SAMPLES``.
    """
    power = np.full((*x.shape[:-1], len(BANDS)), np.nan)
    if x.shape[-1] >= MIN_SAMPLES:
        for at in np.ndindex(x.shape[:-1]):
            power[at] = _power_of(x[at])
    return power


def _power_of(row: NDArray[np.floating]) -> list[float]:
    """One row at a time: all levels of it stay in the cache of the processor."""
    mean = row.mean(dtype=np.float64)
    if not np.isfinite(mean):
        return [np.nan] * len(BANDS)
    wavelet, rest, power = pywt.Wavelet(WAVELET), row - row.dtype.type(mean), []
    for level in range(1, LEVELS + 1):
        rest, detail = pywt.dwt(rest, wavelet, mode="zero")
        power.append(_mean_square(detail) / 2**level)
    power.append(_mean_square(rest) / 2**LEVELS)
    # What rounding leaves of a constant is nothing.
    return power if sum(power) > (ROUNDING * np.finfo(row.dtype).eps * mean) ** 2 else [0.0] * len(BANDS)


def _mean_square(coefficients: NDArray[np.floating]) -> float:
    inner = coefficients[N_REACHING_OVER:-N_REACHING_OVER]
    return float(np.dot(inner, inner)) / len(inner)


def _shares(power: NDArray[np.float64]) -> NDArray[np.float64]:
    total = power.sum(axis=-1, keepdims=True)
    return power / np.where(total > 0, total, np.nan)


def _entropy_bit(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.sum(shares * np.log2(np.where(shares > 0, shares, 1.0)), axis=-1)
