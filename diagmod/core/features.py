"""Every feature: its name, unit, meaning and formula in one table, and the one function that computes them.

A segment and a whole recording are the same thing of different length, so both tables hold the same
features. What cannot be computed (absent phase, gap, order above the Nyquist frequency) is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.core.spectrum import Spectrum, band_rms, fundamental_hz, hann_spectrum, interharmonic_rms, line_phasor
from diagmod.core.symmetrical import space_vector, symmetrical_components, unbalance_pct
from diagmod.core.waveshape import waveshape

Values = NDArray[np.float64]

#: Harmonic orders reported one by one: the 3rd (saturation, zero sequence), and the pairs 6k +- 1 of
#: six-pulse supplies; the 2nd shows half-wave asymmetry. IEC 61000-4-7.
HARMONIC_ORDERS = (2, 3, 5, 7, 11, 13)

#: Highest order in the THD, or the last one below the Nyquist frequency. IEC 61000-4-7 uses 40.
THD_HIGHEST_ORDER = 40


@dataclass(frozen=True)
class Feature:
    """One column of the feature tables: what it is called, measured in, and made of."""

    name: str
    unit: str
    group: str
    meaning: str
    formula: str
    rests_on_i2: bool = False

    @property
    def is_scale_free(self) -> bool:
        """Whether it is a ratio or an angle: currents multiplied by a constant leave it the same.

        Frequencies stay the same too, but tell of the supply rather than of the machine, and do not count here.
        """
        return self.unit in ("1", "%", "deg")


_TIME = (
    ("mean", "A", "average, the DC offset", "mean(x)"),
    ("std", "A", "standard deviation", "sqrt(mean((x - mean)^2))"),
    ("min", "A", "smallest sample", "min(x)"),
    ("max", "A", "largest sample", "max(x)"),
    ("rms", "A", "root mean square", "sqrt(mean(x^2))"),
    ("peak", "A", "largest magnitude", "max |x|"),
    ("crest", "1", "peak over rms; a sine has 1.414", "peak / rms"),
    ("shape", "1", "rms over mean magnitude; a sine has 1.111", "rms / mean |x|"),
    ("skewness", "1", "asymmetry of the amplitude distribution", "mean((x - mean)^3) / std^3"),
    ("kurtosis", "1", "weight of the tails; a sine has 1.5", "mean((x - mean)^4) / std^4"),
    ("zero_cross_hz", "Hz", "zero-crossing frequency", "sign changes / (2 T)"),
)
_SPECTRUM = (
    ("fundamental", "A", "peak amplitude of the supply-frequency line", "|I(f)|"),
    *((f"h{k}", "%", f"harmonic {k} of the fundamental", f"100 |I({k} f)| / |I(f)|") for k in HARMONIC_ORDERS),
    ("thd", "%", "total harmonic distortion, orders 2 to 40 below Nyquist", "100 sqrt(sum |I(k f)|^2) / |I(f)|"),
    ("interharmonic", "%", "rms that is neither DC nor harmonic over the fundamental's", "100 rms_ih sqrt(2) / |I(f)|"),
)
_BETWEEN = (
    ("line_hz", "Hz", "supply frequency", "two-bin Hann interpolation, all phases", False),
    ("i1", "A", "positive-sequence current, peak", "|I1|", False),
    ("i2", "A", "negative-sequence current, peak", "|I2|", True),
    ("i0", "A", "zero-sequence current, peak", "|I0|", True),
    ("i2_over_i1", "%", "negative over positive sequence", "100 |I2 / I1|", True),
    ("i0_over_i1", "%", "zero over positive sequence", "100 |I0 / I1|", True),
    ("i2_re", "%", "real part of I2 / I1", "100 Re(I2 / I1)", True),
    ("i2_im", "%", "imaginary part of I2 / I1", "100 Im(I2 / I1)", True),
    ("unbalance_pct", "%", "largest deviation of a phase's rms from the mean", "100 max |rms - mean| / mean", True),
    ("angle_RS", "deg", "angle by which S lags R; 120 when balanced", "arg(I_R / I_S) in 0..360", True),
    ("angle_RT", "deg", "angle by which T lags R; 240 when balanced", "arg(I_R / I_T) in 0..360", True),
    ("park_mean", "A", "mean modulus of the space vector", "mean |i|", False),
    (
        "park_modulation",
        "%",
        "modulus below 0.8 f: rotor, load, not a 2-pole shaft",
        "100 rms(|i|, 0 < nu <= 0.8 f) / mean |i|",
        False,
    ),
    ("park_2f", "%", "modulus around 2 f (EPVA)", "100 rms(|i|, 2 f +- 3 bins) / mean |i|", True),
)

#: Every feature, in table order.
FEATURES: tuple[Feature, ...] = (
    *(Feature(f"{n}_{p}", u, "time", m, f) for p in PHASES for n, u, m, f in _TIME),
    *(Feature(f"{n}_{p}", u, "spectrum", m, f) for p in PHASES for n, u, m, f in _SPECTRUM),
    *(Feature(n, u, "interphase", m, f, on_i2) for n, u, m, f, on_i2 in _BETWEEN),
)


def compute_features(
    segments: NDArray[np.floating], fs: float, *, line_low_hz: float, line_high_hz: float
) -> dict[str, NDArray[np.float64]]:
    """All features of a batch of equally long segments.

    Parameters
    ----------
    segments : ndarray, shape (n_segments, 3, n)
        Rows R, S, T; an absent phase is NaN. An infinite sample counts as a gap.
    fs : float
        Sampling rate in Hz.
    line_low_hz, line_high_hz : float
        Band in which the supply frequency is searched, in Hz.

    Returns
    -------
    dict of ndarray, each of shape (n_segments,)
        Exactly the names of :data:`FEATURES`, in that order.
    """
    segments = np.where(np.isfinite(segments), segments, np.nan)
    values: dict[str, NDArray[np.float64]] = {}
    time = waveshape(segments, fs)
    for k, phase in enumerate(PHASES):
        values.update({f"{name}_{phase}": figure[:, k] for name, figure in time.items()})
    spectrum = hann_spectrum(segments, fs)
    line_hz = fundamental_hz(spectrum, line_low_hz, line_high_hz)
    fundamental = line_phasor(spectrum, line_hz[:, None])
    for name, figure in _harmonic_figures(spectrum, line_hz, np.abs(fundamental)).items():
        values.update({f"{name}_{phase}": figure[:, k] for k, phase in enumerate(PHASES)})
    values |= {"line_hz": line_hz, **_sequence_figures(fundamental), **_park_figures(segments, fs, line_hz)}
    values["unbalance_pct"] = unbalance_pct(time["rms"])
    return {feature.name: values[feature.name] for feature in FEATURES}


def _harmonic_figures(spectrum: Spectrum, line_hz: Values, fundamental: Values) -> dict[str, Values]:
    """Figures of :data:`_SPECTRUM`, each of shape (n_segments, 3)."""
    # A phase without a fundamental has nothing to relate to: NaN, not infinity.
    base = np.where(fundamental > 0, fundamental, np.nan)
    harmonics = {
        k: 100 * np.abs(line_phasor(spectrum, k * line_hz[:, None])) / base for k in range(2, THD_HIGHEST_ORDER + 1)
    }
    thd = np.sqrt(np.nansum([h * h for h in harmonics.values()], axis=0))
    return {
        "fundamental": fundamental,
        **{f"h{k}": harmonics[k] for k in HARMONIC_ORDERS},
        # Without the second harmonic there is none below the Nyquist frequency.
        "thd": np.where(np.isfinite(harmonics[2]), thd, np.nan),
        "interharmonic": 100 * np.sqrt(2) * interharmonic_rms(spectrum, line_hz[:, None]) / base,
    }


def _sequence_figures(phasors: NDArray[np.complexfloating]) -> dict[str, Values]:
    """Symmetrical components and angles of fundamental phasors of shape (n_segments, 3)."""
    zero, positive, negative = np.moveaxis(symmetrical_components(phasors), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = 100 * negative / positive
        lag = np.degrees(np.angle(phasors[:, :1] / phasors[:, 1:])) % 360
        return {
            "i1": np.abs(positive),
            "i2": np.abs(negative),
            "i0": np.abs(zero),
            "i2_over_i1": np.abs(ratio),
            "i0_over_i1": 100 * np.abs(zero / positive),
            "i2_re": ratio.real,
            "i2_im": ratio.imag,
            "angle_RS": lag[:, 0],
            "angle_RT": lag[:, 1],
        }


def _park_figures(segments: NDArray[np.floating], fs: float, line_hz: Values) -> dict[str, Values]:
    """Figures of the modulus of the space vector (extended Park's vector approach)."""
    modulus = np.abs(space_vector(segments))
    mean = modulus.mean(axis=-1, dtype=np.float64)
    spectrum = hann_spectrum(modulus, fs)
    reach = 3 * spectrum.bin_hz
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "park_mean": mean,
            "park_modulation": 100 * band_rms(spectrum, np.full_like(line_hz, spectrum.bin_hz), 0.8 * line_hz) / mean,
            "park_2f": 100 * band_rms(spectrum, 2 * line_hz - reach, 2 * line_hz + reach) / mean,
        }
