"""Who teaches and who is judged: groups and bands of load never stand on both sides."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_faults import handmade_faults

from diagmod.models.faults.cells import cells, folds_by_condition
from diagmod.models.own_baseline import Rows
from diagmod.models.phasor_change import Phasor


def _cells(rows):
    folds = folds_by_condition(rows.groups, rows.about["condition"].tolist(), 3, 7)
    return cells(rows.rows, rows.phasors, folds, rows.groups, 3)


def test_every_recording_is_judged_once_a_split_by_others():
    rows = handmade_faults()
    for split in ("leave_group_out", "leave_load_out"):
        plan = [cell for cell in _cells(rows) if cell.split == split]
        np.testing.assert_array_equal(np.sum([cell.judged for cell in plan], axis=0), 1)
        for cell in plan:
            assert set(rows.rows.motor[cell.side]).isdisjoint(rows.rows.motor[cell.judged])


def test_load_that_is_judged_was_never_seen_of_any_motor_and_not_even_of_its_own_past():
    rows = handmade_faults()
    for cell in (cell for cell in _cells(rows) if cell.split == "leave_load_out"):
        low, high = rows.rows.load[cell.judged].min(), rows.rows.load[cell.judged].max()
        for load in (rows.rows.load[cell.side], cell.own.load):
            assert not ((load > low) & (load < high)).any()


def test_groups_of_a_fault_are_spread_over_the_folds():
    groups = [f"M{k}" for k in range(12)]
    conditions = ["short"] * 3 + ["bar"] * 3 + ["healthy"] * 6
    for seed in range(20):
        folds = folds_by_condition(groups, conditions, 3, seed)
        assert len(set(folds[:3])) == len(set(folds[3:6])) == 3


def test_one_group_cannot_be_held_out():
    with pytest.raises(ValueError, match=r"only one split group \(A\)"):
        folds_by_condition(["A", "A"], ["healthy", "bar"], 3, 0)


@pytest.mark.parametrize("load", [0.5, np.nan])
def test_loads_that_do_not_differ_or_are_not_known_make_no_second_split(load):
    rows = handmade_faults()
    rows.rows.load[:] = load
    assert {cell.split for cell in _cells(rows)} == {"leave_group_out"}


def test_change_of_i2_is_told_without_the_band_that_is_held_out():
    """A motor's healthy I2 is 0 at low and 4 % at high load: without the high band a high one is far from its own."""
    load = np.tile([0.3, 0.9], 6)
    motor = np.repeat(["A", "B"], 6)
    phasors = tuple(Phasor(complex(4.0 * (share > 0.6)), 1.0, share, 0.05) for share in load)
    values = np.zeros((12, 1))
    rows = Rows(("i2_change_log",), values, motor, np.arange(12).astype(str), load, np.ones(12, dtype=bool))
    plan = cells(rows, phasors, (motor == "B").astype(int), motor.tolist(), 2)
    high = next(c for c in plan if c.split == "leave_load_out" and load[c.judged].min() > 0.6)
    low_own = high.rows.values[load < 0.6, 0]
    assert (high.rows.values[load > 0.6, 0] > low_own.max() + 0.5).all()
