"""What is expected of a motor: its own mean where there is one, the fleet's where there is none, never itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diagmod.models.own_baseline import BASELINES, MOST_SPREADS, REFERENCE_LOAD, OwnBaseline, Rows, tamed


def fleet(n_motors=60, per_motor=8, *, slope=4.0, within=1.0, between=5.0, seed=0, names=("figure",)):
    """Healthy motors with an offset each and a slope over the load; a recording each is its own unit."""
    rng = np.random.default_rng(seed)
    motor = np.repeat([f"M{k:03d}" for k in range(n_motors)], per_motor)
    load = rng.uniform(0.3, 1.0, len(motor))
    offset = np.repeat(rng.normal(10, between, (n_motors, len(names))), per_motor, axis=0)
    values = offset + slope * (load - REFERENCE_LOAD)[:, None] + rng.normal(0, within, offset.shape)
    unit = np.array([f"r{k}" for k in range(len(motor))])
    return Rows(tuple(names), values, motor.astype(str), unit, load, np.ones(len(motor), dtype=bool))


def handmade(values, *, motor="M", units=None, load=REFERENCE_LOAD, is_reference=True):
    n = len(values)
    unit = np.array(units or [f"u{k}" for k in range(n)])
    return Rows(
        ("figure",), np.array(values, dtype=float)[:, None], np.full(n, motor), unit,
        np.full(n, load), np.full(n, is_reference),
    )  # fmt: skip


#: Centre 10, no slope, spread 1 within a motor and 3 between motors.
STATED = OwnBaseline("motor_load", ("figure",), *(np.array([x]) for x in (10.0, 0.0, 1.0, 3.0)))


def test_a_new_motor_is_compared_with_the_fleet():
    """No own rows: (16 - 10) / sqrt(1 + 9)."""
    assert STATED.spreads(handmade([16.0], is_reference=False)).item() == pytest.approx(6 / np.sqrt(10))


def test_one_own_row_is_weighed_against_the_fleet():
    """Trust 9 / (9 + 1) = 0.9, so 0.1 * 10 + 0.9 * 20 = 19 is expected, with a spread of sqrt(1 + 9 * 0.1)."""
    found = STATED.spreads(handmade([21.0], is_reference=False), handmade([20.0], units=["other"]))
    assert found.item() == pytest.approx(2 / np.sqrt(1.9))


def test_with_many_own_rows_their_mean_is_expected():
    """Trust 9 * 1000 / (9 * 1000 + 1), nearly 1: the distance from 20 in spreads of 1."""
    found = STATED.spreads(
        handmade([23.0], is_reference=False), handmade([20.0] * 1000, units=[f"o{k}" for k in range(1000)])
    )
    assert found.item() == pytest.approx(3.0, abs=0.01)


def test_trust_grows_with_the_number_of_own_rows():
    judged = handmade([20.0], is_reference=False)
    off = [
        STATED.spreads(judged, handmade([20.0] * n, units=[f"o{k}" for k in range(n)])).item() for n in (1, 2, 5, 20)
    ]
    assert off == sorted(off, reverse=True)


def test_a_judged_recording_is_never_compared_with_itself():
    alone = handmade([50.0])
    assert STATED.spreads(alone).item() == pytest.approx(40 / np.sqrt(10))


def test_a_value_of_the_judged_recording_moves_no_expectation():
    """The distance of a row grows by exactly its own change over the spread, whatever else it is part of."""
    rows = handmade([10.0, 11.0, 9.0])
    moved = replace(rows, values=rows.values + np.array([[1.0], [0.0], [0.0]]))
    spread = np.sqrt(1 + 9 * (1 - 18 / 19))
    assert STATED.spreads(moved)[0, 0] - STATED.spreads(rows)[0, 0] == pytest.approx(1 / spread)


def test_what_shares_the_unit_of_the_judged_row_is_left_out_whole():
    """Of three rows two belong to repetition A: each of them sees the one of B alone, (25 - 19) / sqrt(1.9)."""
    found = STATED.spreads(handmade([25.0, 25.0, 20.0], units=["A", "A", "B"]))
    assert found[:2, 0].tolist() == pytest.approx([6 / np.sqrt(1.9)] * 2)
    of_b = STATED.spreads(handmade([20.0], units=["B"]), handmade([25.0, 25.0], units=["A", "A"]))
    assert found[2] == pytest.approx(of_b[0])


def test_rows_of_another_motor_are_no_own_rows():
    own = handmade([20.0] * 5, motor="other")
    assert STATED.spreads(handmade([16.0], is_reference=False), own).item() == pytest.approx(6 / np.sqrt(10))


def test_rows_that_are_not_believed_healthy_are_no_own_rows():
    own = handmade([20.0] * 5, units=list("abcde"), is_reference=False)
    assert STATED.spreads(handmade([16.0], is_reference=False), own).item() == pytest.approx(6 / np.sqrt(10))


def test_one_wild_own_row_does_not_move_the_expectation():
    """The median of 20, 20, 20, 1000 is 20."""
    own = handmade([20.0, 20.0, 20.0, 1000.0], units=list("abcd"))
    assert abs(STATED.spreads(handmade([20.0], is_reference=False), own).item()) < 0.5


def test_spreads_and_slope_are_recovered_from_a_fleet():
    rows = fleet(200, 8)
    fitted = OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), "motor_load")
    assert fitted.slope.item() == pytest.approx(4.0, abs=0.3)
    assert fitted.within.item() == pytest.approx(1.0, rel=0.15)
    assert fitted.between.item() == pytest.approx(5.0, rel=0.2)
    assert fitted.centre.item() == pytest.approx(10.0, abs=1.0)


def test_spreads_are_recovered_from_two_recordings_a_motor():
    """Deviations from a mean of two are too small by sqrt(2), and means of two scatter by 1 / sqrt(2) more."""
    rows = fleet(400, 2, slope=0.0, between=1.0)
    fitted = OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), "motor")
    assert fitted.within.item() == pytest.approx(1.0, rel=0.12)
    assert fitted.between.item() == pytest.approx(1.0, rel=0.15)


def test_slope_over_the_load_is_recovered_with_one_bad_recording():
    rows = fleet(20, 8)
    rows.values[3] += 1000.0
    fitted = OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), "motor_load")
    assert fitted.slope.item() == pytest.approx(4.0, abs=0.8)


@pytest.mark.parametrize("baseline", ["fleet", "motor"])
def test_a_baseline_without_load_knows_no_slope(baseline):
    rows = fleet()
    assert OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), baseline).slope.item() == 0.0


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("seed", range(3))
def test_healthy_rows_of_motors_that_were_held_out_have_about_unit_spread(baseline, seed):
    rows = fleet(80, 8, seed=seed)
    train = np.char.less(rows.motor, "M060")
    off = OwnBaseline.fit(rows, train, baseline).spreads(rows)[~train]
    assert 0.7 < np.sqrt(np.mean(off**2)) < 1.4


def test_the_own_past_shows_what_the_fleet_hides():
    """A rise of 6 spreads within a motor is 1.2 of those between motors."""
    rows = fleet(60, 8)
    train = np.char.less(rows.motor, "M050")
    shifted = replace(rows, values=rows.values.copy(), is_reference=rows.is_reference.copy())
    faulty = np.flatnonzero(~train)[::8]
    shifted.values[faulty] += 6.0
    shifted.is_reference[faulty] = False
    off = {name: OwnBaseline.fit(rows, train, name).spreads(shifted)[faulty].mean() for name in ("fleet", "motor_load")}
    assert off["motor_load"] > 4 > off["fleet"]


def test_the_judged_side_teaches_nothing():
    rows = fleet(20, 6)
    train = np.char.less(rows.motor, "M010")
    changed = replace(rows, values=np.where(train[:, None], rows.values, 1e6))
    one, other = (OwnBaseline.fit(table, train, "motor_load") for table in (rows, changed))
    assert [one.centre, one.slope, one.within, one.between] == [other.centre, other.slope, other.within, other.between]


def test_what_is_not_known_stays_unknown_and_spoils_no_other_row():
    rows = fleet(12, 6, names=("known", "partly"))
    rows.values[::2, 1] = np.nan
    off = OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), "motor_load").spreads(rows)
    assert np.isnan(off[::2, 1]).all()
    assert np.isfinite(off[1::2]).all()
    assert np.isfinite(off[:, 0]).all()


def test_a_figure_that_nobody_knows_says_nothing():
    rows = fleet(6, 4)
    rows.values[:] = np.nan
    assert np.isnan(OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), "motor_load").spreads(rows)).all()


def test_a_row_without_a_load_is_judged_as_it_stands():
    slanted = replace(STATED, slope=np.array([100.0]))
    assert slanted.spreads(handmade([16.0], load=np.nan, is_reference=False)).item() == pytest.approx(6 / np.sqrt(10))


def test_a_constant_figure_is_judged_without_a_division_by_zero():
    rows = fleet(6, 4)
    rows.values[:] = 7.0
    assert OwnBaseline.fit(rows, np.ones(len(rows), dtype=bool), "motor_load").spreads(rows).tolist() == [[0.0]] * 24


def test_one_motor_with_one_recording_is_enough_to_fit():
    rows = handmade([7.0])
    assert OwnBaseline.fit(rows, np.array([True]), "motor_load").centre.item() == 7.0


def test_huge_distances_are_cut():
    assert STATED.spreads(handmade([1e300, -1e300], is_reference=False))[:, 0].tolist() == [MOST_SPREADS, -MOST_SPREADS]


def test_small_spreads_are_seen_as_they_are_and_large_ones_by_their_logarithm():
    """5 (1 + ln(10 / 5)) = 8.47."""
    seen, _ = tamed(np.array([[-4.9, 10.0, -10.0, np.nan]]))
    assert seen[0].tolist() == pytest.approx([-4.9, 8.4657, -8.4657, 0.0], abs=1e-4)


def test_a_row_of_which_less_than_half_is_known_is_not_judged():
    assert tamed(np.array([[1.0, np.nan], [np.nan, np.nan], [1.0, 2.0]]))[1].tolist() == [True, False, True]


def test_an_unknown_baseline_is_refused():
    with pytest.raises(ValueError, match="baseline must be one of fleet, load, motor, motor_load, got 'guess'"):
        OwnBaseline.fit(fleet(4, 2), np.ones(8, dtype=bool), "guess")


def test_a_training_side_without_healthy_rows_is_refused():
    rows = replace(fleet(4, 2), is_reference=np.zeros(8, dtype=bool))
    with pytest.raises(ValueError, match="no row of the training side is believed healthy; label healthy recordings"):
        OwnBaseline.fit(rows, np.ones(8, dtype=bool), "fleet")


def test_columns_are_chosen_by_name_in_the_order_asked_for():
    rows = fleet(2, 2, names=("a", "b", "c"))
    chosen = rows.of(("c", "a"))
    assert chosen.names == ("c", "a")
    np.testing.assert_array_equal(chosen.values, rows.values[:, [2, 0]])
    with pytest.raises(ValueError, match="the rows lack figure 'd'; make them with the groups of features"):
        rows.of(("d",))
