"""The group ``envelope``: how amplitude and frequency of the supply line are modulated.

Rotor faults, an eccentric rotor, a pulsating load and an unsteady supply modulate the amplitude, the phase, or both.
Every figure is that of the current within 0.8 f of its supply line (:mod:`diagmod.core.tapered_baseband`), once for
each phase and once, without a letter, for the positive sequence of all three, in which noise is lower and unbalance
absent. Modulation is weighted by the Hann taper of the segment, so that a line reads its value at any length of the
segment once its frequency is above 2 / T; what is slower reads less.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from diagmod.core.array_namespaces import Array, namespace, rfft
from diagmod.core.feature_definitions import Feature, for_each_phase
from diagmod.core.segment_batch import SegmentBatch
from diagmod.core.spectrum import mean_square
from diagmod.core.strongest_lines import strongest_lines
from diagmod.core.tapered_baseband import REACH_OVER_LINE, TaperedBaseband, tapered_baseband

#: Modulation slower than this part of the supply frequency is called slow: 2 s f of a rotor with up to 10 % of slip,
#: swinging loads and grids lie below, the turning of the shaft above.
SLOW_OVER_LINE = 0.2

#: Smallest share of its mean that the envelope must reach for the frequency to be defined there.
CLEAR_SHARE = 0.2

#: Floors of the baseband that the phase of a pure line may move by: an error of the mean frequency adds up over the
#: segment. Pinned by test_envelope_features.
PHASE_FLOORS = 8.0

_GROUP = "envelope"
_DEMODULATION = "analytic signal, Boashash 1992"
_ROWS = (
    ("am_depth", "%", "amplitude modulation up to 0.8 f", "100 rms(A - mean A) / mean A", _DEMODULATION,
     "rotor bars, eccentricity, load that swings"),
    ("am_slow", "%", "amplitude modulation up to 0.2 f", "100 rms(A, nu <= 0.2 f) / mean A", _DEMODULATION,
     "rotor bars (2 s f), load and grid that swing"),
    ("am_fast", "%", "amplitude modulation from 0.2 f to 0.8 f", "100 rms(A, 0.2 f < nu <= 0.8 f) / mean A",
     _DEMODULATION, "eccentricity and misalignment (turning of the shaft), belts"),
    ("am_slow_share", "%", "slow part of the power of the amplitude modulation", "100 am_slow^2 / am_depth^2",
     _DEMODULATION, "rotor against shaft"),
    ("am_line_hz", "Hz", "strongest line of the envelope; NaN where there is none or it is flat",
     "argmax |A(nu)|, 2 / T <= nu <= 0.8 f", "Grandke 1983", "slip, speed, load"),
    ("am_line", "%", "its peak amplitude", "100 |A(am_line_hz)| / mean A", "Grandke 1983",
     "rotor bars, eccentricity, load that swings"),
    ("am_kurtosis", "1", "weight of the tails of the envelope; 1.5 for one line, 3 for noise; NaN where flat",
     "mean((A - mean A)^4) / mean((A - mean A)^2)^2", "definition", "steps and bursts of load, noise"),
    ("inst_hz", "Hz", "mean instantaneous frequency", "mean(d phi / dt) / (2 pi)", _DEMODULATION, "supply"),
    ("fm_rms", "Hz", "standard deviation of the instantaneous frequency, up to 0.8 f",
     "rms(d phi / dt - mean) / (2 pi)", _DEMODULATION, "torque that pulsates, rotor bars, unsteady supply, noise"),
    ("fm_line_hz", "Hz", "strongest line of the instantaneous frequency; NaN where there is none or it is steady",
     "argmax |F(nu)|, 2 / T <= nu <= 0.8 f", "Grandke 1983", "speed, load"),
    ("fm_line", "Hz", "its peak deviation", "|F(fm_line_hz)|", "Grandke 1983", "torque that pulsates"),
    ("pm_rms", "deg", "phase modulation about a steady frequency, up to 0.8 f", "rms(phi - mean d phi / dt t)",
     _DEMODULATION, "torque that pulsates, rotor bars, unsteady supply"),
    ("am_share", "%", "amplitude's part of all modulation; the rest is the phase's",
     "100 am^2 / (am^2 + pm^2), am = am_depth / 100, pm in rad", _DEMODULATION,
     "rotor bars raise it, torque that pulsates lowers it"),
)  # fmt: skip

_KINDS = tuple(
    Feature(name=name, unit=unit, group=_GROUP, meaning=meaning, formula=formula, source=source, changes=changes)
    for name, unit, meaning, formula, source, changes in _ROWS
)

FEATURES = (
    *for_each_phase(_KINDS),
    *(replace(kind, meaning=f"{kind.meaning}; positive sequence of all phases") for kind in _KINDS),
)

#: Ends of the names by channel of the baseband.
_SUFFIXES = ("_R", "_S", "_T", "")


def compute(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of every segment by the names of :data:`FEATURES`, each of shape (n_segments,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        baseband = tapered_baseband(batch)
        figures = _figures(baseband)
    return {f"{name}{end}": column[:, k] for k, end in enumerate(_SUFFIXES) for name, column in figures.items()}


def _figures(baseband: TaperedBaseband) -> dict[str, Array]:
    """Columns of shape (n_segments, 4)."""
    xp = namespace(baseband.values)
    weighted = xp.abs(baseband.values)
    mean = xp.mean(weighted, axis=-1)
    amplitude = weighted / mean[..., None] - baseband.taper
    is_clear = weighted > CLEAR_SHARE * mean[..., None] * baseband.taper
    hz, mean_hz = _weighted_frequency(baseband, is_clear)
    phase = _weighted_phase(baseband, is_clear, mean_hz)
    am, fm, pm = (_Modulation(baseband, x) for x in (amplitude, hz, phase))
    floor = baseband.floor[:, None]
    is_modulated = am.rms > floor
    share = 100 * am.rms**2 / (am.rms**2 + pm.rms**2)
    am_line_hz, am_line = am.strongest(is_modulated)
    fm_line_hz, fm_line = fm.strongest(fm.rms > floor * REACH_OVER_LINE * baseband.line_hz[:, None])
    return {
        "am_depth": 100 * am.rms,
        "am_slow": 100 * am.slow_rms,
        "am_fast": 100 * xp.sqrt(xp.clip(am.rms**2 - am.slow_rms**2, 0.0, None)),
        "am_slow_share": xp.where(is_modulated, 100 * am.slow_rms**2 / am.rms**2, xp.nan),
        "am_line_hz": am_line_hz,
        "am_line": 100 * am_line,
        "am_kurtosis": xp.where(is_modulated, _kurtosis(amplitude, baseband.taper), xp.nan),
        "inst_hz": mean_hz + baseband.carrier_hz[:, None],
        "fm_rms": fm.rms,
        "fm_line_hz": fm_line_hz,
        "fm_line": fm_line,
        "pm_rms": 180 / np.pi * pm.rms,
        "am_share": xp.where(is_modulated | (pm.rms > PHASE_FLOORS * floor), share, xp.nan),
    }


class _Modulation:
    """Hann power of a modulation that comes multiplied by the taper, shape (n_segments, 4, m)."""

    def __init__(self, baseband: TaperedBaseband, weighted: Array) -> None:
        xp = namespace(weighted)
        m = weighted.shape[-1]
        self._bin_hz, self._line_hz = baseband.bin_hz, baseband.line_hz[:, None, None]
        self._power = mean_square(rfft(weighted)[..., : m // 4 + 2] * (2 / m), m)
        self._bins = xp.arange(m // 4 + 2, dtype=xp.float64, device=weighted.device)
        #: Root of the mean square of what lies within the reach, shape (n_segments, 4).
        self.rms = self._band_rms(REACH_OVER_LINE)

    @property
    def slow_rms(self) -> Array:
        return self._band_rms(SLOW_OVER_LINE)

    def strongest(self, is_there: Array) -> tuple[Array, Array]:
        """Frequency in Hz and peak height of the strongest line, NaN where there is no modulation."""
        xp = namespace(self._power)
        kept = xp.astype(self._within(2, REACH_OVER_LINE), self._power.dtype)
        found = strongest_lines(self._power, kept, self._bin_hz, 1)
        hz, height = (xp.where(is_there, figure[..., 0], xp.nan) for figure in found)
        return hz, height

    def _band_rms(self, over_line: float) -> Array:
        xp = namespace(self._power)
        power = xp.sum(xp.where(self._within(1, over_line), self._power, 0.0), axis=-1)
        return xp.where(xp.isfinite(self._power[..., 0]), xp.sqrt(power), xp.nan)

    def _within(self, first_bin: int, over_line: float) -> Array:
        return (self._bins >= first_bin) & (self._bins * self._bin_hz <= over_line * self._line_hz)


def _weighted_frequency(baseband: TaperedBaseband, is_clear: Array) -> tuple[Array, Array]:
    """Deviation of the instantaneous frequency from its mean, times taper, and the mean against the carrier, Hz.

    The taper is real and cancels in ``Im(z' / z)``. Where the envelope all but vanishes the mean stands in.
    """
    xp = namespace(is_clear)
    z, slope = baseband.values, baseband.slopes
    square = xp.real(z) ** 2 + xp.imag(z) ** 2
    turning = xp.real(z) * xp.imag(slope) - xp.imag(z) * xp.real(slope)
    hz = turning / xp.where(is_clear, square, 1.0) / (2 * np.pi)
    weight = xp.where(is_clear, baseband.taper, 0.0)
    mean = xp.sum(hz * weight, axis=-1) / xp.sum(weight, axis=-1)
    return (hz - mean[..., None]) * weight, mean


def _weighted_phase(baseband: TaperedBaseband, is_clear: Array, mean_hz: Array) -> Array:
    """Phase in radians against a steady line at the mean frequency, times taper; held where there is no envelope."""
    xp = namespace(mean_hz)
    angle = xp.atan2(xp.imag(baseband.values), xp.real(baseband.values))
    step = angle[..., 1:] - angle[..., :-1] - 2 * np.pi * baseband.step_s * mean_hz[..., None]
    step = xp.where(is_clear[..., 1:], step - 2 * np.pi * xp.round(step / (2 * np.pi)), 0.0)
    # Zero, and NaN with the mean frequency.
    first = 0 * mean_hz[..., None]
    phase = xp.concat([first, first + xp.cumulative_sum(step, axis=-1)], axis=-1)
    return (phase - xp.mean(phase * baseband.taper, axis=-1)[..., None]) * baseband.taper


def _kurtosis(weighted: Array, taper: Array) -> Array:
    """Fourth moment over the square of the second, both with the fourth power of the taper as weight."""
    xp = namespace(weighted)
    second = xp.mean((weighted * taper) ** 2, axis=-1)
    return xp.mean(weighted**4, axis=-1) * xp.mean(taper**4) / second**2
