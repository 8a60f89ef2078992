"""Every feature in one table, and the one function that computes those of a batch of segments.

A segment and a whole recording are the same thing of different length; some features belong to one of them alone.
What cannot be computed (absent phase, gap, order above the Nyquist frequency) is NaN.
"""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from diagmod.core import (
    cepstral_features,
    envelope_features,
    interphase_features,
    signature_features,
    spectrum_features,
    time_features,
    wavelet_features,
)
from diagmod.core.feature_definitions import GROUPS, Feature
from diagmod.core.segment_batch import SegmentBatch

#: Module of every group that is computed from the samples of a segment.
MODULES: dict[str, ModuleType] = {
    "time": time_features,
    "spectrum": spectrum_features,
    "interphase": interphase_features,
    "envelope": envelope_features,
    "wavelet": wavelet_features,
    "cepstral": cepstral_features,
}

#: Every feature, in table order.
FEATURES: tuple[Feature, ...] = tuple(
    # Signatures are read by the diagnosis of a recording, not from a batch of samples.
    feature
    for group in GROUPS
    if (module := (MODULES | {"signatures": signature_features}).get(group))
    for feature in module.FEATURES
)


def features_at(level: str, groups: Collection[str] = GROUPS) -> tuple[Feature, ...]:
    """Features of one level and of some groups, in table order."""
    return tuple(f for f in FEATURES if f.group in groups and f.level in ("both", level))


def compute_features(
    segments: NDArray[np.floating],
    fs: float,
    *,
    line_low_hz: float,
    line_high_hz: float,
    groups: Collection[str] = GROUPS,
    level: str = "segment",
) -> dict[str, NDArray[np.float64]]:
    """Features of a batch of equally long segments.

    Parameters
    ----------
    segments : array, shape (n_segments, 3, n)
        Rows R, S, T; an absent phase is NaN. An infinite sample counts as a gap.
    fs : float
        Sampling rate in Hz.
    line_low_hz, line_high_hz : float
        Band in which the supply frequency is searched, in Hz.
    groups : collection of str
        Groups to compute, of :data:`diagmod.core.feature_definitions.GROUPS`.
    level : str
        "segment" or "recording".

    Returns
    -------
    dict of array, each of shape (n_segments,)
        Exactly the names of :func:`features_at`, in that order.
    """
    batch = SegmentBatch.of(segments, fs, line_low_hz, line_high_hz)
    return features_of(batch, groups=groups, level=level)


def features_of(
    batch: SegmentBatch, *, groups: Collection[str] = GROUPS, level: str = "segment"
) -> dict[str, NDArray[np.float64]]:
    """The same for a batch that is at hand, whose intermediate results are then not computed twice."""
    values: dict[str, NDArray[np.float64]] = {}
    for group, module in MODULES.items():
        if group in groups:
            values |= module.compute(batch)
    return {feature.name: values[feature.name] for feature in features_at(level, groups) if feature.group in MODULES}
