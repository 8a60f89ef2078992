"""The rate that time stamps give, worked out by hand, whatever the blocks they come in."""

import numpy as np
import pytest

from diagmod.io.sampling_steps import StepCounter


def counted(stamps, block=None):
    counter = StepCounter()
    for begin in range(0, len(stamps), block or len(stamps)):
        counter.update(stamps[begin : begin + (block or len(stamps))])
    return counter


def test_coarse_stamps_give_the_rate_better_than_their_ends_do():
    """2500 Hz written in whole milliseconds over 3 s: the ends alone are wrong by up to 1 ms, 2500.8 Hz."""
    stamps = np.floor(np.arange(7500) / 2.5) / 1000
    by_ends = 7499 / (stamps[-1] - stamps[0])
    rate = counted(stamps).rate([], "t")
    assert abs(rate - 2500) < 0.01 < abs(by_ends - 2500)


@pytest.mark.parametrize("block", [2, 1024, 5000])
def test_blocks_change_nothing(block):
    stamps = 1.7e9 + np.arange(6000) / 1000
    whole, pieces = counted(stamps), counted(stamps, block)
    assert pieces.rate([], "t") == pytest.approx(whole.rate([], "t"), rel=1e-12) == pytest.approx(1000.0, rel=1e-9)


def test_gap_between_regular_stamps_is_counted_and_leaves_the_rate_alone():
    """1 kHz with 0.25 s missing behind sample 700: one gap, 0.25 s beyond the usual step."""
    stamps = np.arange(2000) / 1000 + np.where(np.arange(2000) > 700, 0.25, 0.0)
    counter = counted(stamps, 1024)
    assert (counter.n_gaps, counter.has_gaps) == (1, True)
    assert counter.gap_s == pytest.approx(0.25)
    assert counter.rate([], "t") == pytest.approx(1000.0)


def test_stamps_that_fall_back_are_counted_and_have_no_jitter():
    stamps = np.arange(500) / 1000
    stamps[250:] -= 0.1
    counter = counted(stamps)
    assert counter.n_back == 1
    assert counter.jitter_s(1000.0) is None


def test_stamp_that_is_no_number_is_noticed():
    assert not counted(np.array([0.0, np.nan, 0.2])).is_finite
