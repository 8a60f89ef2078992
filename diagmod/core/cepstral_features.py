"""The group ``cepstral``: the outline of the short-time spectrum of a phase, in a few numbers.

Mel-frequency cepstral coefficients describe speech; on a current they are a compact outline of the spectrum between
supply and Nyquist frequency, for models that learn. They have no ampere: a gain moves coefficient 0 alone.
"""

from __future__ import annotations

import numpy as np
import scipy.fft

from diagmod.core.array_namespaces import Array, namespace
from diagmod.core.feature_definitions import Feature, for_each_phase
from diagmod.core.mel_bands import mel_bank
from diagmod.core.segment_batch import SegmentBatch, split_by_phase
from diagmod.core.short_time import frame_samples

#: Coefficients that are reported, as usual in the field (Davis and Mermelstein 1980 and after).
N_COEFFICIENTS = 13

#: Bands of the mel filter bank.
N_BANDS = 40

_GROUP = "cepstral"
_SOURCE = "librosa.feature.mfcc"
_FORMULA = (
    "DCT-II(10 log10(mel P)), ortho; 40 Slaney mel bands from bin 1 to fs/2, "
    "Hann frames of 2^k samples near 0.1 s, half overlap"
)

FEATURES = for_each_phase(
    Feature(
        name=f"mfcc{k}",
        unit="dB re 1 A^2" if k == 0 else "dB",
        group=_GROUP,
        meaning=f"mel cepstral coefficient {k}, mean over frames"
        + ("; a gain of g adds 126.5 log10 g" if k == 0 else ""),
        formula=_FORMULA,
        source=_SOURCE,
        changes="load, supply, converter, noise",
    )
    for k in range(N_COEFFICIENTS)
)


def compute(batch: SegmentBatch) -> dict[str, Array]:
    """Figures of every segment by the names of :data:`FEATURES`, each of shape (n_segments,)."""
    xp = namespace(batch.currents)
    means = xp.where(batch.moves[..., None], mean_mfcc(batch.short_time_power, batch.fs), xp.nan)
    return split_by_phase({f"mfcc{k}": means[..., k] for k in range(N_COEFFICIENTS)})


def mean_mfcc(power: Array, fs: float) -> Array:
    """Mel-frequency cepstral coefficients, averaged over frames.

    Parameters
    ----------
    power : array, shape (..., n_frames, n_bins)
        As :func:`diagmod.core.short_time.short_time_power` gives it.
    fs : float
        Sampling rate in Hz.

    Returns
    -------
    array of float64, shape (..., 13)
        dB. NaN without a frame, where a band holds no power, and where the frame is too short for 40 bands
        (sampling rates below about 600 Hz).

    Notes
    -----
    Equal to ``librosa.feature.mfcc(S=power_to_db(melspectrogram(y, sr, n_fft, hop_length=n_fft // 2, n_mels=40,
    fmin=sr / n_fft, center=False), amin=1e-30, top_db=None), n_mfcc=13)`` averaged over frames. librosa's own limit of
    80 dB below the maximum would hide the noise of a 16-bit recorder; from 0 Hz, the first band would hold the offset.
    """
    xp = namespace(power)
    n_frames = power.shape[-2]
    bank = mel_bank(fs, frame_samples(fs), N_BANDS) if n_frames else np.zeros((N_BANDS, power.shape[-1]))
    if not bank.any(axis=1).all():
        return xp.full((*power.shape[:-2], N_COEFFICIENTS), xp.nan, dtype=xp.float64, device=power.device)
    bands = power @ xp.asarray(bank.T, dtype=power.dtype, device=power.device)
    level_db = 10 * xp.log10(xp.where(bands > 0, bands, xp.nan))
    mean_db = xp.sum(level_db, axis=-2, dtype=xp.float64) / n_frames
    cosines = scipy.fft.dct(np.eye(N_BANDS), axis=0, norm="ortho")[:N_COEFFICIENTS]
    return mean_db @ xp.asarray(cosines.T, dtype=xp.float64, device=power.device)
