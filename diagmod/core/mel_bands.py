"""The mel filter bank: triangles evenly spaced on a scale that is linear below 1 kHz and logarithmic above.

The definition is Slaney's, as in librosa with ``htk=False, norm="slaney"``; a test holds both together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Mel per Hz below the corner, and the corner in Hz. Slaney, Auditory Toolbox, 1998.
MEL_PER_HZ, CORNER_HZ = 3 / 200, 1000.0

#: Mel per factor e above the corner: 27 mel from 1 kHz to 6.4 kHz.
MEL_PER_E = 27 / np.log(6.4)


def hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequency on the scale of Slaney.

    Examples
    --------
    >>> hz_to_mel(np.array([0.0, 1000.0, 6400.0]))
    array([ 0., 15., 42.])
    """
    above = MEL_PER_HZ * CORNER_HZ + MEL_PER_E * np.log(np.maximum(hz, CORNER_HZ) / CORNER_HZ)
    return np.where(hz < CORNER_HZ, MEL_PER_HZ * hz, above)


def mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of :func:`hz_to_mel`."""
    corner = MEL_PER_HZ * CORNER_HZ
    return np.where(mel < corner, mel / MEL_PER_HZ, CORNER_HZ * np.exp((np.maximum(mel, corner) - corner) / MEL_PER_E))


def mel_bank(fs: float, frame: int, n_bands: int) -> NDArray[np.float64]:
    """Weights that make bands of a power spectrum, from its first bin, exclusive, to the Nyquist frequency.

    So a constant, which a Hann taper spreads over the bins 0 and 1, is in no band.

    Parameters
    ----------
    fs : float
        Sampling rate in Hz.
    frame : int
        Samples of a frame.
    n_bands : int

    Returns
    -------
    ndarray, shape (n_bands, frame // 2 + 1)
        Triangles of area 1 / Hz; a band narrower than the bins may be empty.
    """
    hz = np.arange(frame // 2 + 1) * fs / frame
    first, last = hz_to_mel(np.array([fs / frame, fs / 2]))
    corners = mel_to_hz(np.linspace(float(first), float(last), n_bands + 2))
    low, centre, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising, falling = (hz - low) / (centre - low), (high - hz) / (high - centre)
    return np.maximum(0.0, np.minimum(rising, falling)) * 2 / (high - low)
