"""A start-up is found by its inrush, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagmod.core.startup import find_startup

FS = 1000.0


def switched(on_s: float, run_up_s: float, total_s: float, inrush: float = 6.0, noise: float = 0.01) -> np.ndarray:
    """Space vector of a motor of 10 A switched on at ``on_s``; the inrush falls within a tenth of a second."""
    t = np.arange(round(total_s * FS)) / FS
    fall = 1 / (1 + np.exp((t - on_s - run_up_s) / 0.02))
    rng = np.random.default_rng(0)
    white = noise * (rng.normal(size=len(t)) + 1j * rng.normal(size=len(t)))
    return np.where(t < on_s, 0.0, 10 * (1 + (inrush - 1) * fall)) * np.exp(2j * np.pi * 50 * t) + white


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.floats(0.1, 3.0), st.floats(2.2, 6.0), st.floats(2.5, 9.0), st.floats(0.01, 100.0), st.booleans())
def test_the_inrush_is_found_where_it_is_whatever_its_scale(on_s, run_up_s, inrush, gain, is_vector):
    vector = gain * switched(on_s, run_up_s, 12.0, inrush)
    found = find_startup(vector if is_vector else vector.real, FS, 50.0)
    assert found.reason == "" and found.is_found and found.is_whole
    assert found.begin_s == pytest.approx(on_s, abs=0.03)
    assert found.end_s == pytest.approx(on_s + run_up_s, abs=0.06)
    assert found.inrush_a == pytest.approx(10 * inrush * gain, rel=0.03)
    assert found.running_a == pytest.approx(10 * gain, rel=0.03)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.integers(0, 400))
def test_cutting_the_start_moves_the_start_up_by_as_much(cut):
    vector = switched(0.6, 3.0, 8.0)
    whole, later = find_startup(vector, FS, 50.0), find_startup(vector[cut:], FS, 50.0)
    assert later.begin_s == pytest.approx(whole.begin_s - cut / FS, abs=0.002)
    assert later.end_s == pytest.approx(whole.end_s - cut / FS, abs=0.002)


def test_a_recording_that_begins_in_the_inrush_holds_no_whole_start_up():
    found = find_startup(switched(0.0, 3.0, 8.0), FS, 50.0)
    assert found.is_found and not found.is_whole


def test_only_the_first_start_up_is_taken():
    vector = np.concatenate([switched(0.5, 2.0, 5.0), switched(1.0, 3.0, 8.0, inrush=7.0)])
    found = find_startup(vector, FS, 50.0)
    assert (found.begin_s, found.end_s) == (pytest.approx(0.5, abs=0.03), pytest.approx(2.5, abs=0.06))


@pytest.mark.parametrize(
    ("vector", "reason"),
    [
        (switched(0.5, 3.0, 8.0, inrush=1.0), "never stands at 2 times its last value, got 1.00 times; the motor runs"),
        (switched(0.5, 9.0, 8.0), "the recording ends before it has run up"),
        (switched(0.5, 0.8, 8.0), r"the inrush lasts 0\.\d+ s; a start-up that can be followed takes at least 1 s"),
        (
            switched(0.5, 1.5, 8.0).real,
            r"the inrush lasts 1\.\d+ s; a start-up that can be followed takes at least 2 s",
        ),
        (np.zeros(5000), "the current is zero or has a gap"),
        (np.zeros(0), "the current is zero or has a gap"),
        (np.where(np.arange(5000) == 77, np.nan, 1.0), "the current is zero or has a gap"),
    ],
)
def test_what_holds_no_start_up_is_told_with_the_reason(vector, reason):
    found = find_startup(vector, FS, 50.0)
    assert not found.is_found and np.isnan([found.begin_s, found.end_s]).all()
    with pytest.raises(ValueError, match=reason):
        raise ValueError(found.reason)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_step_of_load_is_no_start_up(share):
    """A running motor whose load rises draws more at the end, not less."""
    t = np.arange(8000) / FS
    vector = np.where(t < 4, 10 * share, 10.0) * np.exp(2j * np.pi * 50 * t)
    assert not find_startup(vector, FS, 50.0).is_found


@pytest.mark.parametrize(
    ("fs", "line_hz", "sentence"),
    [
        (0.0, 50.0, "fs must be at least 240 Hz, 4.8 times the supply frequency, got 0.0"),
        (200.0, 50.0, "fs must be at least 240 Hz, 4.8 times the supply frequency, got 200.0"),
        (1000.0, float("nan"), "line_hz must be positive, got nan; pass the supply frequency in Hz"),
    ],
)
def test_rates_at_which_nothing_can_be_followed_are_refused(fs, line_hz, sentence):
    with pytest.raises(ValueError, match=sentence):
        find_startup(np.ones(1000), fs, line_hz)
