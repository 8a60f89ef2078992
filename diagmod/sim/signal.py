"""Three-phase currents with exactly known content: the oracle of the tests.

Nothing here is physics. A signal is a sum of lines whose frequency, amplitude and phase are stated,
plus white noise of stated level, so that every figure computed from it has a value known by hand.
The physics simulator stands beside it; it makes the lines that a machine would make.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

#: Angle by which the phases R, S, T lag, in radians, for a positive-sequence line.
PHASE_LAG = np.array([0.0, 2 * np.pi / 3, 4 * np.pi / 3])


@dataclass(frozen=True)
class Line:
    """A line beside the supply: same amplitude in all phases, positive sequence.

    Attributes
    ----------
    hz : float
        Frequency in Hz; a negative value folds to its absolute value with negative sequence.
    level_dbc : float
        Peak amplitude relative to the fundamental's, in dB.
    phase_rad : float
        Phase of R at the first sample, as a cosine.
    """

    hz: float
    level_dbc: float
    phase_rad: float = 0.0


@dataclass(frozen=True, kw_only=True)
class SignalSpec:
    """Content of a three-phase current.

    Attributes
    ----------
    line_hz, amplitude_a : float
        Supply frequency in Hz and peak amplitude of the positive-sequence fundamental in ampere.
    phase_rad : float
        Phase of R's fundamental at the first sample, as a cosine.
    harmonics_pct : mapping of int to float
        Order to amplitude in percent of the fundamental; the phases follow h times the fundamental's.
    lines : sequence of Line
        Sidebands and other lines.
    i2_over_i1, i0_over_i1 : complex
        Negative and zero sequence over the positive sequence, as phasors.
    offset_a : sequence of 3 floats
        DC offset of R, S, T in ampere.
    noise_dbc : float
        White noise: its rms relative to the fundamental's rms in dB; -inf for none.

    Raises
    ------
    ValueError
        A frequency, amplitude or harmonic order is not positive.
    """

    line_hz: float
    amplitude_a: float
    phase_rad: float = 0.0
    harmonics_pct: Mapping[int, float] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    i2_over_i1: complex = 0.0
    i0_over_i1: complex = 0.0
    offset_a: Sequence[float] = (0.0, 0.0, 0.0)
    noise_dbc: float = -np.inf

    def __post_init__(self) -> None:
        for name in ("line_hz", "amplitude_a"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)!r}")
        if bad := [k for k in self.harmonics_pct if k < 2]:
            raise ValueError(f"harmonic orders start at 2, got {bad[0]}; the fundamental is amplitude_a")


def synthesise(spec: SignalSpec, fs: float, n_samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Sampled currents of a specification.

    Parameters
    ----------
    spec : SignalSpec
    fs : float
        Sampling rate in Hz, positive.
    n_samples : int
        Length in samples.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    ndarray, shape (3, n_samples)
        Rows R, S, T in ampere.

    Raises
    ------
    ValueError
        A line lies at or above the Nyquist frequency: it would alias.

    Examples
    --------
    >>> spec = SignalSpec(line_hz=50, amplitude_a=10, lines=[Line(47, -40)])
    >>> currents = synthesise(spec, 1000, 1000, np.random.default_rng(0))
    >>> lines = np.abs(np.fft.rfft(currents[0])) / 500
    >>> lines[[47, 50]].round(6)
    array([ 0.1, 10. ])
    """
    if not fs > 0:
        raise ValueError(f"fs must be positive, got {fs!r}; pass the sampling rate in Hz")
    _refuse_aliases(spec, fs)
    omega_t = 2 * np.pi * spec.line_hz * np.arange(n_samples) / fs
    currents = np.empty((3, n_samples))
    # Phasors of the fundamental per phase: Fortescue, I1 with lag, I2 with lead, I0 common.
    fundamental = spec.amplitude_a * np.exp(1j * spec.phase_rad)
    negative, zero = spec.i2_over_i1 * fundamental, spec.i0_over_i1 * fundamental
    for k, lag in enumerate(PHASE_LAG):
        phasor = fundamental * np.exp(-1j * lag) + negative * np.exp(1j * lag) + zero
        currents[k] = np.abs(phasor) * np.cos(omega_t + np.angle(phasor)) + spec.offset_a[k]
        for order, pct in spec.harmonics_pct.items():
            currents[k] += spec.amplitude_a * pct / 100 * np.cos(order * (omega_t + spec.phase_rad - lag))
        for line in spec.lines:
            angle = omega_t * (line.hz / spec.line_hz) + line.phase_rad - lag
            currents[k] += spec.amplitude_a * 10 ** (line.level_dbc / 20) * np.cos(angle)
    if np.isfinite(spec.noise_dbc):
        sigma = spec.amplitude_a / np.sqrt(2) * 10 ** (spec.noise_dbc / 20)
        currents += sigma * rng.standard_normal(currents.shape)
    return currents


def _refuse_aliases(spec: SignalSpec, fs: float) -> None:
    content = [spec.line_hz, *(k * spec.line_hz for k in spec.harmonics_pct), *(abs(line.hz) for line in spec.lines)]
    if max(content) >= fs / 2:
        raise ValueError(
            f"content at {max(content):g} Hz would alias at fs {fs:g} Hz (Nyquist {fs / 2:g} Hz); raise fs or drop it"
        )
