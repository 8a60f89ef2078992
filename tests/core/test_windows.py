"""Segments are where they say they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.windows import segment_starts, segments


def test_four_seconds_in_half_overlapping_seconds_are_seven_segments():
    starts, n = segment_starts(4000, 1000.0, 1.0, 0.5)
    assert n == 1000
    assert starts.tolist() == [0, 500, 1000, 1500, 2000, 2500, 3000]


def test_samples_after_the_last_full_segment_belong_to_no_segment():
    starts, n = segment_starts(3999, 1000.0, 1.0, 0.0)
    assert (starts.tolist(), n) == ([0, 1000, 2000], 1000)


def test_recording_of_exactly_one_segment_gives_one():
    assert segment_starts(1000, 1000.0, 1.0, 0.5)[0].tolist() == [0]


def test_recording_shorter_than_a_segment_gives_none():
    starts, n = segment_starts(999, 1000.0, 1.0, 0.5)
    assert segments(np.zeros((3, 999), np.float32), starts, n).shape == (0, 3, 1000)


def test_segment_k_holds_the_samples_from_its_start():
    """The signal counts its own samples, so a segment shows its place."""
    x = np.arange(3 * 50).reshape(3, 50)
    starts, n = segment_starts(50, 10.0, 1.2, 0.25)
    assert (starts.tolist(), n) == ([0, 9, 18, 27, 36], 12)
    for piece, start in zip(segments(x, starts, n), starts, strict=True):
        np.testing.assert_array_equal(piece, x[:, start : start + 12])


def test_segments_are_a_view_that_cannot_be_written():
    x = np.zeros((3, 40))
    pieces = segments(x, *segment_starts(40, 10.0, 1.0, 0.5))
    assert np.shares_memory(pieces, x)
    with pytest.raises(ValueError, match="read-only"):
        pieces[0, 0, 0] = 1.0


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(0, 400), st.integers(4, 60), st.floats(0, 0.99))
def test_every_segment_is_full_and_one_more_would_not_fit(n_samples, length, overlap):
    starts, n = segment_starts(n_samples, 1.0, float(length), overlap)
    step = max(1, round(n * (1 - overlap)))
    assert n == length
    assert (np.diff(starts) == step).all()
    assert len(starts) == 0 or starts[-1] + n <= n_samples
    assert len(starts) * step + n > n_samples
    assert segments(np.zeros((3, n_samples)), starts, n).shape == (len(starts), 3, n)


def test_segment_of_three_samples_is_refused():
    with pytest.raises(ValueError, match=r"at least 4 samples, got 0\.003 s at 1000 Hz; lengthen it"):
        segment_starts(1000, 1000.0, 0.003, 0.5)


@pytest.mark.parametrize("overlap", [1.0, -0.1, float("nan")])
def test_overlap_of_one_or_negative_is_refused(overlap):
    with pytest.raises(ValueError, match=f"overlap must be at least 0 and below 1, got {overlap:g}"):
        segment_starts(1000, 1000.0, 0.5, overlap)
