"""Batches of segments for tests of feature groups, and their figures as plain numbers."""

import numpy as np
import pytest

from diagmod.core.segment_batch import SegmentBatch
from diagmod.sim.signal import SignalSpec, synthesise

FS = 5000.0


def current(seconds=1.0, fs=FS, seed=0, **spec):
    """Synthetic current of 10 A peak at 50.3 Hz, shape (3, n)."""
    spec = SignalSpec(**({"line_hz": 50.3, "amplitude_a": 10.0, "phase_rad": 0.4} | spec))
    return synthesise(spec, fs, round(seconds * fs), np.random.default_rng(seed))


def batch(x, fs=FS):
    """A batch of one segment of shape (3, n), or of several."""
    return SegmentBatch.of(x[None] if x.ndim == 2 else x, fs, 20.0, 120.0)


def figures(group, x, fs=FS):
    """Features of a group of one segment."""
    return {name: float(value[0]) for name, value in group.compute(batch(x, fs)).items()}


def check_that_torch_agrees(group, dtype, atol):
    """A torch tensor of two different segments, one phase absent, gives the figures of the numpy array."""
    torch = pytest.importorskip("torch")
    x = np.stack([current(noise_dbc=-30.0, harmonics_pct={2: 5.0}), current(line_hz=60.1, noise_dbc=-20.0)])
    x[1, 1] = np.nan
    ours = group.compute(batch(x.astype(dtype)))
    theirs = group.compute(batch(torch.asarray(x.astype(dtype))))
    for name, value in ours.items():
        np.testing.assert_allclose(theirs[name].numpy(), value, rtol=1e-4, atol=atol, err_msg=name)
