"""Missing samples are bridged or cut around, and said; whole recordings come back as they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sampled_recordings import CURRENT, GOOD, recorded, simulated

from diagmod.core.gaps import ABSENT_SHARE, BRIDGED_S, LEAST_RUN_S, Repaired, repair
from diagmod.core.prepared import prepare
from diagmod.sim.mechanics import Mechanics

FS = 10_000.0


def currents(seconds: float = 2.0, fs: float = FS) -> np.ndarray:
    """A copy that may be written to."""
    return recorded(fs, seconds).currents.copy()


def with_hole(x: np.ndarray, first: int, n: int, row: int = 1, value: float = np.nan) -> np.ndarray:
    holed = x.copy()
    holed[row, first : first + n] = value
    return holed


def test_a_whole_recording_comes_back_as_it_is():
    x = currents()
    assert repair(x, FS) == Repaired(x, 0, 0, 0, "")
    assert repair(x, FS).currents is x


@pytest.mark.parametrize("fs", [5000.0, 10_000.0, 25_600.0])
@pytest.mark.parametrize("row", range(3))
def test_a_short_hole_is_bridged_within_a_thousandth(fs, row):
    """0.5 ms anywhere in a 50 Hz period: the cubic errs by less than 1e-4 of a sine, by 1e-3 with noise of -70 dB."""
    n = round(BRIDGED_S * fs)
    sine = 10 * np.cos(2 * np.pi * (50 * np.arange(round(fs)) / fs - np.arange(3)[:, None] / 3))
    for first in range(1000, 1000 + round(fs / 50), 7):
        repaired = repair(with_hole(sine, first, n, row), fs)
        assert (repaired.n_bridged, repaired.n_cut, repaired.first) == (n, 0, 0)
        assert np.abs(repaired.currents - sine).max() < 1e-4 * 10
    x = currents(1.0, fs)
    assert np.abs(repair(with_hole(x, 1234, n, row), fs).currents - x).max() < 3e-3 * CURRENT.amplitude_a


def test_one_sample_of_a_slow_recording_is_bridged_within_half_a_percent():
    """At 1 kHz 0.5 ms is less than a sample, of which one is bridged: (2 pi 60 / 1000)^4 4 / 24 = 3.4e-3 at 60 Hz."""
    sine = 10 * np.cos(2 * np.pi * (60 * np.arange(2000) / 1000 - np.arange(3)[:, None] / 3))
    for first in range(500, 517):
        repaired = repair(with_hole(sine, first, 1), 1000.0)
        assert repaired.n_bridged == 1
        assert np.abs(repaired.currents - sine).max() < 0.005 * 10


def test_bridged_samples_are_counted_and_said():
    x = with_hole(with_hole(currents(), 5000, 3, row=0), 7000, 2, row=2)
    repaired = repair(x, FS)
    assert repaired.note == "5 missing samples were bridged"
    assert np.isfinite(repaired.currents).all() and repaired.currents.shape == x.shape


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_infinite_samples_are_missing_samples(value):
    repaired = repair(with_hole(currents(), 5000, 1, value=value), FS)
    assert repaired.n_bridged == 1 and np.isfinite(repaired.currents).all()


def test_a_long_hole_is_cut_around_and_the_longer_side_kept():
    x = with_hole(currents(), 12_000, 100)
    repaired = repair(x, FS)
    assert (repaired.first, repaired.n_cut, repaired.n_bridged) == (0, 8000, 0)
    np.testing.assert_array_equal(repaired.currents, x[:, :12_000])
    assert repaired.note == (
        "only 0.00 to 1.20 s are used, the longest stretch without a long gap; 8000 samples were left out"
    )
    later = repair(with_hole(currents(), 3000, 100), FS)
    assert (later.first, later.n_cut) == (3100, 3100)


def test_a_hole_at_either_end_is_cut_off():
    x = with_hole(with_hole(currents(), 0, 2), 19_999, 1, row=2)
    repaired = repair(x, FS)
    assert (repaired.first, repaired.currents.shape[1], repaired.n_bridged) == (2, 19_997, 0)
    np.testing.assert_array_equal(repaired.currents, x[:, 2:19_999])


def test_short_and_long_holes_are_both_said():
    """The long one, 2.5 % of the recording, is cut off and does not count among those that are bridged."""
    x = with_hole(with_hole(currents(), 4000, 3), 15_000, 500, row=0)
    note = repair(x, FS).note
    assert note.startswith("3 missing samples were bridged; only 0.00 to 1.50 s are used")


def test_too_many_holes_are_not_bridged():
    """Every 40th sample, 2.5 %: the bridges would be the signal; what is left is too short for a diagnosis."""
    x = currents()
    x[1, ::40] = np.nan
    repaired = repair(x, FS)
    assert repaired.n_bridged == 0 and repaired.currents.shape[1] == 39
    x = currents()
    x[1, 40::80] = np.nan
    assert repair(x, FS).n_bridged == 250


def test_an_absent_phase_stays_absent_and_the_others_whole():
    x = currents()
    x[2] = np.nan
    repaired = repair(with_hole(x, 5000, 2), FS)
    assert np.isnan(repaired.currents[2]).all() and np.isfinite(repaired.currents[:2]).all()
    assert repaired.n_bridged == 2


def test_a_phase_that_is_mostly_missing_counts_as_absent():
    x = currents()
    x[2, : round((ABSENT_SHARE + 0.1) * x.shape[1])] = np.nan
    repaired = repair(with_hole(x, 5000, 2), FS)
    assert np.isnan(repaired.currents[2]).all() and repaired.currents.shape == x.shape


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nothing_but_missing_samples_comes_back_without_a_failure(value):
    repaired = repair(np.full((3, 1000), value), FS)
    assert np.isnan(repaired.currents).all() and repaired.note == ""


@pytest.mark.parametrize("n", [2, 5, 12])
def test_a_recording_of_a_few_samples_is_repaired_without_a_failure(n):
    x = np.arange(3.0 * n).reshape(3, n)
    assert repair(x, FS).currents is x
    repaired = repair(with_hole(x, n // 2, 1), FS)
    assert np.isfinite(repaired.currents[[0, 2]]).all()
    assert repaired.n_bridged + repaired.n_cut >= 1


def test_the_array_given_is_not_changed():
    x = with_hole(currents(), 5000, 3)
    before = x.copy()
    repair(x, FS)
    np.testing.assert_array_equal(x, before)


def test_bridges_leave_the_spectrum_of_a_good_recording():
    """Ten holes of three samples: the supply line is the same, and the audit's floor stays below -90 dBc."""
    x = currents(4.0)
    whole = prepare(x, FS)
    for k in range(10):
        x[k % 3, 3000 + 3500 * k : 3003 + 3500 * k] = np.nan
    bridged = prepare(repair(x, FS).currents, FS)
    assert bridged.line_hz == pytest.approx(whole.line_hz, abs=1e-5)
    assert bridged.modulation.floor_dbc(3.0) < max(-90.0, whole.modulation.floor_dbc(3.0) + 3)


@pytest.mark.parametrize("fs", [1000.0, 5000.0])
def test_the_time_before_switching_on_is_left_out(fs):
    """Switched on after 1.5 s: what precedes it is cut off to within a block of 0.1 s."""
    run = simulated(fs, 4.0, GOOD, mechanics=Mechanics(begins_at_rest=True, switch_on_s=1.5, inertia_factor=2.0))
    repaired = repair(run.currents, fs)
    assert repaired.first / fs == pytest.approx(1.5, abs=0.11)
    assert repaired.n_cut == repaired.first
    assert repaired.note == f"the motor runs only from {repaired.first / fs:.1f} to 4.0 s; only that is used"


def test_the_time_after_switching_off_is_left_out():
    x = currents(4.0)
    x[:, 30_000:] *= 1e-3
    repaired = repair(x, FS)
    assert (repaired.first, repaired.currents.shape[1]) == (0, 30_000)
    assert repaired.note == "the motor runs only from 0.0 to 3.0 s; only that is used"


def test_of_two_runs_the_longer_is_kept():
    x = currents(4.0)
    x[:, 10_000:15_000] *= 1e-3
    repaired = repair(x, FS)
    assert (repaired.first, repaired.currents.shape[1]) == (15_000, 25_000)


def test_a_hole_and_a_stop_are_both_said_in_seconds_of_the_recording():
    x = with_hole(currents(4.0), 1000, 200)
    x[:, :9000] *= 1e-3
    repaired = repair(x, FS)
    assert 8200 <= repaired.first <= 9200, "blocks of 0.1 s count from behind the hole"
    assert "only 0.12 to 4.00 s are used" in repaired.note
    assert f"the motor runs only from {repaired.first / FS:.1f} to 4.0 s; only that is used" in repaired.note


@pytest.mark.parametrize("fs", [1000.0, 5000.0])
@pytest.mark.parametrize("switch_on_s", [0.0, 1.0])
def test_a_motor_that_idles_after_its_start_is_not_off(fs, switch_on_s):
    """The start takes a third of the recording and six times the current of what follows, of which nothing is cut."""
    mechanics = Mechanics(begins_at_rest=True, switch_on_s=switch_on_s, inertia_factor=15.0)
    wide = replace(GOOD, range_share=12.0)
    run = simulated(fs, 6.0, wide, load_share=0.05, mechanics=mechanics)
    repaired = repair(run.currents, fs)
    assert repaired.first / fs == pytest.approx(switch_on_s, abs=0.11)
    assert repaired.first + repaired.currents.shape[1] == 6 * fs


def test_hum_of_one_percent_is_no_running_motor():
    x = currents(4.0)
    x[:, :10_000] *= 0.01
    assert repair(x, FS).first == 10_000


@pytest.mark.parametrize("load_share", [0.05, 1.0])
def test_a_running_motor_is_never_cut(load_share):
    """From no load to full load within the recording."""
    x = simulated(
        2000.0, 4.0, GOOD, load_share=0.05, mechanics=Mechanics(step_share=load_share, step_at_s=2.0)
    ).currents
    assert repair(x, 2000.0).currents is x


def test_a_run_too_short_to_be_kept_leaves_everything():
    x = currents(4.0) * 1e-3
    n = round(0.8 * LEAST_RUN_S * FS)
    x[:, 20_000 : 20_000 + n] *= 1e3
    assert repair(x, FS).currents is x
