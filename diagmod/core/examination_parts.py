"""What an examination of one recording shows: signals and spectra, ready to be drawn.

Each part is complete in itself, so that a picture needs nothing else: amplitudes stand beside the carrier they are
relative to, spectra beside their floor and their resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from diagmod.core.subspace import SubspaceLines
    from diagmod.core.tapers import AmplitudeSpectrum
    from diagmod.core.unbalance import NegativeSequence


@dataclass(frozen=True)
class ParkVector:
    """Space vector of a stretch beside the ellipse of its fundamental.

    Attributes
    ----------
    values : ndarray of complex, shape (n,)
        Stationary frame, peak-value scaling, in the unit of the currents.
    fs, line_hz : float
        In Hz.
    positive : float
        Amplitude of the positive sequence, in the unit of the currents: the radius of the circle of a sound motor.
    ratio : complex
        ``I2 / I1``.
    """

    values: NDArray[np.complexfloating]
    fs: float
    line_hz: float
    positive: float
    ratio: complex


@dataclass(frozen=True)
class Sidebands:
    """Levels to either side of the carrier.

    Attributes
    ----------
    offset_hz, lower_dbc, upper_dbc : ndarray, shape (n,)
        Distance from the carrier in Hz, level below and above it in dBc.
    floor_hz, floor_dbc : ndarray, shape (m,)
        Floor in dBc per bin, the higher of both sides.
    lowest_hz : float
        Distance in Hz from which lines are resolved from the carrier.
    """

    offset_hz: NDArray[np.float64]
    lower_dbc: NDArray[np.float64]
    upper_dbc: NDArray[np.float64]
    floor_hz: NDArray[np.float64]
    floor_dbc: NDArray[np.float64]
    lowest_hz: float


@dataclass(frozen=True)
class SequenceTrack:
    """Negative over positive sequence along the whole recording.

    Attributes
    ----------
    time_s : ndarray, shape (n,)
        Middle of every window, in seconds of the recording.
    ratio : ndarray of complex, shape (n,)
    found : NegativeSequence
        What the diagnosis makes of it; its stretches are counted from ``begin_s``.
    begin_s : float
        First sample of ``found`` in the recording.
    window_s : float
    floor_pct : float
        What the instruments alone may make, percent; NaN where it was not measured.
    """

    time_s: NDArray[np.float64]
    ratio: NDArray[np.complexfloating]
    found: NegativeSequence
    begin_s: float
    window_s: float
    floor_pct: float


@dataclass(frozen=True)
class ShortPiece:
    """A piece too short for the sidebands to be told apart by a spectrum, and what ESPRIT makes of it.

    Attributes
    ----------
    begin_s, duration_s : float
        Where it lies in the recording, and its length.
    spectrum : AmplitudeSpectrum
        Hann spectrum of the demodulated piece, 0 Hz is the carrier.
    lines : SubspaceLines
    carrier_amplitude : float
        In the unit of the currents.
    resolved_hz : float
        Distance in Hz that the Hann spectrum of the piece resolves.
    """

    begin_s: float
    duration_s: float
    spectrum: AmplitudeSpectrum
    lines: SubspaceLines
    carrier_amplitude: float
    resolved_hz: float
