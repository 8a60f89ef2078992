"""Order spectra: levels by hand, and nothing left of rate, grid frequency, scale and phase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.core.order_spectra import CHANNELS, FLOOR_DB, ORDERS, STEP, TOP_ORDER, order_spectra
from diagmod.core.segment_batch import SegmentBatch

#: Angles of the phases R, S, T at time zero.
LAG = -2 * np.pi / 3 * np.arange(3)[:, None]


def currents(
    fs: float, line_hz: float, *, seconds: float = 1.0, amplitude: float = 10.0, angle: float = 0.0
) -> np.ndarray:
    """A motor with a 5th harmonic of 3 %, turning backward, and an amplitude modulated by 2 % at 0.2 f."""
    t = np.arange(round(fs * seconds)) / fs
    turned = 2 * np.pi * line_hz * t + angle
    slow = 1 + 0.02 * np.cos(0.2 * turned)
    return amplitude * (np.cos(turned + LAG) * slow + 0.03 * np.cos(5 * turned - LAG))


def spectra(x: np.ndarray, fs: float) -> np.ndarray:
    """Order spectra of one segment, shape (3, n_points)."""
    return order_spectra(SegmentBatch.of(x[None], fs, 20.0, 120.0))[0]


def at(order: float) -> int:
    """Index of an order on the grid."""
    return round(order / STEP)


def test_levels_are_those_of_the_formula():
    """2 % modulation: two sidebands of 1 % = -40 dB; 3 % of the 5th = -30.46 dB; modulus at 0.2 f 2 % = -34 dB.

    The modulus also swings at 6 f, between the line and the 5th that turns backward: by 3 %.
    """
    found = spectra(currents(5000, 50), 5000)
    forward, backward, modulus = found
    assert found.shape == (len(CHANNELS), len(ORDERS)) == (3, 200)
    assert forward[[at(0.8), at(1.0), at(1.2)]] == pytest.approx([-40, 0, -40], abs=0.05)
    assert backward[at(5.0)] == pytest.approx(20 * np.log10(0.03), abs=0.05)
    assert modulus[[at(0.2), at(6.0)]] == pytest.approx([20 * np.log10(0.02), 20 * np.log10(0.03)], abs=0.1)
    assert backward[at(1.0)] < -90
    assert forward[at(5.0)] < -90


@pytest.mark.parametrize(
    ("fs", "line_hz", "seconds"), [(1000, 60, 1.0), (25600, 50, 1.0), (8192, 50, 2.0), (5000, 25, 2.0)]
)
def test_rate_grid_frequency_and_length_leave_no_trace(fs, line_hz, seconds):
    """Every line of the current, at its level; only the width of lines shrinks with the length."""
    same = spectra(currents(5000, 50), 5000)
    other = spectra(currents(fs, line_hz, seconds=seconds), fs)
    lines = [(0, at(0.8)), (0, at(1.0)), (0, at(1.2)), (1, at(5.0)), (2, at(0.2)), (2, at(6.0))]
    assert [other[place] for place in lines] == pytest.approx([same[place] for place in lines], abs=0.1)


@given(amplitude=st.floats(1e-3, 1e4), angle=st.floats(0, 6.28))
def test_size_and_moment_of_the_current_leave_no_trace(amplitude, angle):
    same, other = spectra(currents(5000, 50), 5000), spectra(currents(5000, 50, amplitude=amplitude, angle=angle), 5000)
    assert np.abs(same - other)[same > -60].max() < 0.1


def test_phases_in_reverse_order_turn_backward():
    x = currents(5000, 50)
    forward, backward, _ = spectra(x[[0, 2, 1]], 5000)
    assert backward[at(1.0)] == pytest.approx(0.0, abs=0.01)
    assert forward[at(1.0)] < -90


def test_a_segment_without_a_phase_with_a_gap_without_a_line_or_too_slow_is_undefined_and_no_other():
    x = np.stack([currents(5000, 50)] * 4)
    x[0, 1] = np.nan
    x[1, 2, 100] = np.inf
    x[2] = 0.0
    found = order_spectra(SegmentBatch.of(x, 5000, 20.0, 120.0))
    assert np.isnan(found[:3]).all()
    np.testing.assert_array_equal(found[3], spectra(currents(5000, 50), 5000))
    assert np.isnan(spectra(currents(2 * TOP_ORDER * 60 - 1, 60), 2 * TOP_ORDER * 60 - 1)).all()
    assert np.isfinite(spectra(currents(2 * TOP_ORDER * 60, 60), 2 * TOP_ORDER * 60)).all()


def test_nothing_lies_below_the_floor_or_above_the_line():
    found = spectra(currents(5000, 49.87), 5000)
    assert found.min() >= FLOOR_DB
    assert found.max() == 0.0
    assert found.dtype == np.float32


def test_segments_shorter_than_a_point_of_the_grid_keep_their_lines():
    """10 periods: bins of 0.1 orders on a grid of 0.04; a line is at all points that its bin is nearest to."""
    found = spectra(currents(5000, 50, seconds=0.2), 5000)
    assert found[0, at(1.0)] == pytest.approx(0, abs=0.05)
    assert found[1, at(5.0)] == pytest.approx(20 * np.log10(0.03), abs=0.1)
