"""What the three phases say together: symmetrical components and the space vector.

Scaling is peak-value (amplitude-invariant): three balanced phases of A ampere peak have a positive
sequence of A and a space vector of modulus A. Phase order is R, S, T with S lagging R by 120 degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.spectrum import hann_spectrum, line_phasor
from diagmod.core.windows import segment_starts, segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The operator a = exp(2 pi i / 3) of Fortescue (Trans. AIEE 37, 1918).
ROTATION = np.exp(2j * np.pi / 3)

#: Fortescue matrix: rows zero, positive, negative sequence; columns R, S, T.
FORTESCUE = np.array([[1, 1, 1], [1, ROTATION, ROTATION**2], [1, ROTATION**2, ROTATION]]) / 3

#: Windows of a track computed at a time: bounds the memory, does not change a result.
TRACK_BATCH = 128


def symmetrical_components(phasors: Array) -> Array:
    """Zero, positive and negative sequence of three phase phasors.

    Parameters
    ----------
    phasors : array of complex, shape (..., 3)
        Phases R, S, T.

    Returns
    -------
    array of complex, shape (..., 3)
        ``I0, I1, I2`` in the unit and scaling of the input; NaN where a phase is NaN.

    References
    ----------
    Fortescue, C. L., Trans. AIEE 37(2), 1918, DOI 10.1109/T-AIEE.1918.4765570.

    Examples
    --------
    >>> balanced = 10 * np.array([1, ROTATION**2, ROTATION])
    >>> np.abs(symmetrical_components(balanced)).round(9)
    array([ 0., 10.,  0.])
    """
    xp = namespace(phasors)
    dtype = phasors.dtype if xp.isdtype(phasors.dtype, "complex floating") else xp.complex128
    return phasors @ xp.asarray(FORTESCUE.T, dtype=dtype, device=phasors.device)


def space_vector(currents: Array) -> Array:
    """Complex space vector in the stationary frame, peak-value scaling.

    Parameters
    ----------
    currents : array, shape (..., 3, n)
        Phases R, S, T.

    Returns
    -------
    array of complex, shape (..., n)
        ``(2/3) (i_R + a i_S + a^2 i_T)``; balanced phases of A ampere peak turn with modulus A.
    """
    r, s, t = (currents[..., k, :] for k in range(3))
    return (2 * r - s - t) / 3 + 1j * (s - t) / 3**0.5


def park_modulus(currents: Array) -> Array:
    """Modulus of the space vector without the vector: real samples in the precision of the input.

    Parameters
    ----------
    currents : array, shape (..., 3, n)
        Phases R, S, T.

    Returns
    -------
    array, shape (..., n)
        Peak-value scaling; NaN where a phase is absent or has a gap.

    Examples
    --------
    >>> park_modulus(np.array([[10.0], [-5.0], [-5.0]]))
    array([10.])
    """
    r, s, t = (currents[..., k, :] for k in range(3))
    real, across = (2 * r - s - t) / 3, s - t
    real *= real
    across *= across
    across /= 3
    real += across
    return namespace(currents).sqrt(real)


def unbalance_pct(rms: Array) -> Array:
    """Largest deviation of a phase from the mean of the three, in percent of the mean.

    Parameters
    ----------
    rms : array, shape (..., 3)
        Rms current of R, S, T.

    References
    ----------
    NEMA MG 1, section 14.36 defines it for voltages; here it is applied to currents.
    """
    xp = namespace(rms)
    mean = xp.mean(rms, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * xp.max(xp.abs(rms - mean[..., None]), axis=-1) / mean


def sequence_track(
    currents: NDArray[np.floating], fs: float, window_s: float, line_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.complexfloating]]:
    """Negative over positive sequence along a recording, in short half-overlapping windows.

    The ratio I2 / I1 does not change when time is shifted, so a step in it is a step in the machine or in
    the supply, not in the phase of the window.

    Parameters
    ----------
    currents : ndarray, shape (3, n_samples)
        Phases R, S, T.
    fs : float
        Sampling rate in Hz.
    window_s : float
        Length of a window in seconds; at least 5 periods of the supply keep its harmonics apart.
    line_hz : float
        Supply frequency of this recording in Hz.

    Returns
    -------
    time_s : ndarray, shape (n_windows,)
        Start of every window after the first sample.
    ratio : ndarray of complex, shape (n_windows,)
        I2 / I1; NaN where a phase is absent or has a gap.
    """
    starts, n = segment_starts(currents.shape[1], fs, window_s, 0.5)
    pieces = segments(currents, starts, n)
    batches = [pieces[k : k + TRACK_BATCH] for k in range(0, max(len(pieces), 1), TRACK_BATCH)]
    phasors = [
        line_phasor(hann_spectrum(np.where(np.isfinite(batch), batch, np.nan), fs), line_hz) for batch in batches
    ]
    components = symmetrical_components(np.concatenate(phasors))
    with np.errstate(invalid="ignore", divide="ignore"):
        return starts / fs, components[:, 2] / components[:, 1]
