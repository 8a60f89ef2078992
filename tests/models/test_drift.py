"""Drift both ways: nothing is called drift more often than stated, and a shift of stated size is found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moved_fleet import moved_fleet
from scipy.spatial.distance import jensenshannon

from diagmod.models.drift import Rows, drift, stability_index


def _moved(rows, **settings):
    return drift(rows, "feature", 100, 0, **settings)["is_moved"].to_numpy()


@pytest.mark.parametrize("windows", [1, 5])
def test_what_did_not_move_is_called_moved_as_seldom_as_stated(windows):
    """5 % of 60 tables: 3 expected, 8 or more have a chance of 1 %. Five windows of a recording are one recording."""
    n_features = 8 if windows == 1 else 3
    alarms = [_moved(moved_fleet(seed, windows=windows, n_features=n_features)).any() for seed in range(60)]
    assert sum(alarms) < 8


def test_a_naive_limit_of_the_index_would_cry_wolf():
    """Ten bins and 60 recordings a side: the index is about 9 (1/60 + 1/60) = 0.3 by chance, above the usual 0.25."""
    table = drift(moved_fleet(0), "feature", 100, 0)
    assert table["psi_by_chance"].mean() > 0.15
    assert (table["psi_limit"] > 0.25).mean() > 0.5


def test_a_shift_of_one_spread_is_found_and_nothing_else():
    found = np.array([_moved(moved_fleet(seed, shift=1.0)) for seed in range(15)])
    assert found[:, :2].mean() > 0.95
    assert found[:, 2:].any(axis=1).mean() < 0.2


def test_shift_is_told_in_spreads_within_motors():
    """Motors differ by two spreads, and yet a shift of 2 is told as the 2 (less what the shift adds to the spread)."""
    table = drift(moved_fleet(1, shift=-2.0), "feature", 100, 0)
    assert table.loc[:1, "shift"].between(-1.7, -0.9).all()
    assert table.loc[2:, "shift"].abs().max() < 0.4


def test_a_wider_scatter_moves_the_distance_without_a_shift():
    rows = moved_fleet(2, n_motors=20, n_recordings=20, n_features=3)
    rows.values[:, 0] = np.random.default_rng(0).normal(size=len(rows.values)) * np.where(rows.is_later, 3.0, 1.0)
    table = drift(rows, "feature", 200, 0)
    assert table["is_moved"].tolist() == [True, False, False]
    assert abs(table["shift"].iloc[0]) < 0.3


def test_values_that_go_missing_are_a_drift():
    rows = moved_fleet(8)
    rows.values[rows.is_later, 0] = np.nan
    table = drift(rows, "feature", 100, 0)
    assert table["is_moved"].tolist() == [True] + [False] * 7
    assert np.isfinite(table["shift"]).all()


def test_constant_unknown_and_huge_columns_do_not_move():
    rows = moved_fleet(4)
    rows.values[:, 0], rows.values[:, 1], rows.values[:, 2] = 7.0, np.nan, 1e300
    rows.values[0, 3] = np.inf
    table = drift(rows, "feature", 100, 0)
    assert not table["is_moved"].any()
    assert table.loc[:2, "psi"].abs().max() == pytest.approx(0, abs=1e-9)
    assert (table.loc[:2, "p_value"] == 1).all()


def test_other_motors_later_are_judged_by_whole_motors():
    """Motors differ by two spreads each; recordings that trade places one by one would call that drift."""
    alarms = {"motors": 0, "recordings": 0}
    for seed in range(30):
        rows = moved_fleet(seed, n_features=4)
        by_motor = Rows(rows.names, rows.values, rows.recording, rows.motor, rows.motor.astype(int) >= 5)
        for exchanged in alarms:
            alarms[exchanged] += bool(_moved(by_motor, exchanged=exchanged).any())
    assert alarms["motors"] <= 5
    assert alarms["recordings"] >= 25


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=8), st.integers(0, 100))
def test_distance_is_that_of_scipy_and_the_index_is_symmetric(shares, seed):
    p = np.array(shares) / np.sum(shares)
    q = np.random.default_rng(seed).dirichlet(np.ones(len(p))) * 0.9 + 0.1 / len(p)
    psi, distance = stability_index(p, q)
    assert distance == pytest.approx(jensenshannon(p, q, base=2), abs=1e-7)
    assert psi == pytest.approx(stability_index(q, p)[0])
    assert psi >= 0


def test_index_by_hand():
    """Shares (0.5, 0.5) to (0.8, 0.2): 0.3 ln 1.6 - 0.3 ln 0.4 = 0.3 ln 4 = 0.4159."""
    assert stability_index(np.array([0.5, 0.5]), np.array([0.8, 0.2]))[0] == pytest.approx(0.4159, abs=1e-4)


def test_same_seed_same_table_and_order_of_rows_does_not_matter():
    rows = moved_fleet(5)
    mixed = np.random.default_rng(1).permutation(len(rows.recording))
    other = Rows(rows.names, rows.values[mixed], rows.recording[mixed], rows.motor[mixed], rows.is_later[mixed])
    pd.testing.assert_frame_equal(drift(rows, "feature", 50, 3), drift(other, "feature", 50, 3))


def test_alarms_are_compared_as_shares():
    rows = moved_fleet(6, n_features=1)
    rows.values[:, 0] = np.where(rows.is_later, np.arange(len(rows.values)) % 2, 0)
    table = drift(rows, "alarm", 200, 0)
    assert table["shift"].iloc[0] == pytest.approx(0.5)
    assert table["is_moved"].all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kind": "weather"}, "kind of drift must be one of feature, score, alarm, calibration, got 'weather'"),
        ({"exchanged": "segments"}, "what trades places must be one of recordings_within_motor, recordings, motors"),
        ({"n_permutations": 5}, "n_permutations must be at least 20, got 5"),
        ({"false_alarm_share": 0.001}, r"1 / \(n_permutations \+ 1\) = 0.0099 and 1, got 0.001"),
        ({"exchanged": "motors"}, "a motor has both earlier and later recordings; exchange recordings_within_motor"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        drift(moved_fleet(0), **{"kind": "feature", "n_permutations": 100, "seed": 0} | settings)


def test_one_side_alone_and_motors_of_one_side_are_refused():
    rows = moved_fleet(0)
    with pytest.raises(ValueError, match="drift needs earlier and later recordings, got one side only"):
        drift(Rows(rows.names, rows.values, rows.recording, rows.motor, rows.is_later & False), "feature", 50, 0)
    with pytest.raises(ValueError, match="no motor has both earlier and later recordings"):
        apart = rows.motor.astype(int) >= 5
        drift(Rows(rows.names, rows.values, rows.recording, rows.motor, apart), "feature", 50, 0)


def test_a_recording_has_one_motor_and_one_side():
    with pytest.raises(ValueError, match="recording r is of two motors or both earlier and later"):
        Rows(("f",), np.zeros((2, 1)), np.array(["r", "r"]), np.array(["a", "a"]), np.array([True, False]))
    with pytest.raises(ValueError, match=r"values of shape \(2, 1\) for 1 recordings"):
        Rows(("f",), np.zeros((2, 1)), np.array(["r"]), np.array(["a"]), np.array([True]))
