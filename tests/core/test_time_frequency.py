"""A line that changes is shown where and when it was, in ampere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.tapers import BLACKMAN_HARRIS
from diagmod.core.time_frequency import time_frequency_map

FS = 400.0


def test_a_line_that_stops_is_shown_until_it_stops():
    """3 A at 40 Hz for 5 s, then 100 Hz: windows of 0.5 s wholly on one side read 3 A on their side only."""
    t = np.arange(4000) / FS
    x = 3 * np.cos(2 * np.pi * np.where(t < 5, 40, 100) * t)
    shown = time_frequency_map(x, FS, 0.5)
    assert (shown.time_s[0], shown.bin_hz) == (0.25, 2.0)
    before, after = shown.time_s <= 4.75, shown.time_s >= 5.25
    np.testing.assert_allclose(shown.amplitude[before][:, [20, 50]], [[3.0, 0.0]] * before.sum(), atol=1e-9)
    np.testing.assert_allclose(shown.amplitude[after][:, [20, 50]], [[0.0, 3.0]] * after.sum(), atol=1e-9)


def test_a_sweep_lies_on_its_frequency_at_its_time():
    """-60 to 60 Hz in 10 s: 12 Hz/s; the strongest bin of every window is within one bin (4 Hz) of it."""
    t = np.arange(4000) / FS
    shown = time_frequency_map(np.exp(2j * np.pi * (-60 * t + 6 * t**2)), FS, 0.25)
    strongest = shown.hz[np.argmax(shown.amplitude, axis=1)]
    np.testing.assert_allclose(strongest, -60 + 12 * shown.time_s, atol=shown.bin_hz)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.floats(1.0, 10.0), st.sampled_from([0.25, 0.5, 1.0]), st.floats(0.01, 1000.0), st.floats(0, 6.28))
def test_ampere_depend_neither_on_the_window_nor_on_the_record(seconds, window_s, ampere, phase_rad):
    x = ampere * np.cos(2 * np.pi * 40 * np.arange(round(seconds * FS)) / FS + phase_rad)
    shown = time_frequency_map(x, FS, window_s, 0.5, BLACKMAN_HARRIS)
    np.testing.assert_allclose(shown.amplitude[:, round(40 * window_s)], ampere, rtol=1e-4)


def test_a_gap_is_shown_as_a_gap():
    x = np.ones(1000)
    x[500] = np.nan
    shown = time_frequency_map(x, FS, 0.25, 0.0)
    assert np.isnan(shown.amplitude).all(axis=1).tolist() == [k == 5 for k in range(10)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fs": -1.0}, "fs must be positive, got -1.0; pass the sampling rate in Hz"),
        ({"window_s": 3.0}, "windows of 3 s needs a longer record, got 2.5 s; shorten the window"),
        ({"overlap": 1.0}, "overlap must be at least 0 and below 1, got 1"),
        ({"window_s": 0.001}, "a segment must hold at least 4 samples"),
    ],
)
def test_what_cannot_be_mapped_is_refused_in_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        time_frequency_map(**({"x": np.ones(1000), "fs": FS, "window_s": 0.5} | change))
