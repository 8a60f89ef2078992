"""Wear, repairs, changes of production and drift: dealt in turn, bounded, and out of the way of recordings."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from diagmod.sim.fleet_service import (
    DRIFTS,
    KINDS,
    MOST_WEAR,
    WORN,
    Drift,
    ServiceHistory,
    Visit,
    Wear,
    draw_service,
)
from diagmod.sim.fleet_sizes import FleetSize

N_HOURS = 182 * 24
DRIVEN = tuple(WORN)


def histories(seed=20260105, n_motors=12, n_hours=N_HOURS):
    return [draw_service(seed, k, DRIVEN[k % 4], n_hours) for k in range(n_motors)]


def test_of_twelve_motors_five_wear_and_two_of_them_are_never_repaired():
    found = histories()
    worn = [h for h in found if h.wear]
    assert len(worn) == 5 and sum(not h.visits for h in worn) == 2
    assert sum(bool(h.steps) for h in found) == sum(h.drift is not None for h in found) == 2
    assert sum(h == ServiceHistory() for h in found) == 3


def test_a_larger_fleet_repeats_the_kinds_with_other_numbers():
    found = histories(n_motors=60)
    assert Counter(h.kind for h in found) == Counter(KINDS * 5)
    onsets = [h.wear[0].begin_h for h in found if h.wear]
    assert len(set(onsets)) > 20


def test_wear_follows_its_law_until_the_repair():
    """A fifth after 10 hours: a tenth halfway, linearly; a twentieth where it grows with the square."""
    linear, square = Wear(10, 20, 30, 0.2, 1.0), Wear(10, 20, np.inf, 0.2, 2.0)
    hours = np.array([0, 10, 15, 20, 25, 29, 30, 1000])
    np.testing.assert_allclose(linear.at(hours), [0, 0, 0.1, 0.2, 0.3, 0.38, 0, 0])
    np.testing.assert_allclose(square.at(hours)[:5], [0, 0, 0.05, 0.2, 0.45])
    assert square.at(hours)[-1] == MOST_WEAR


@pytest.mark.parametrize("seed", range(20))
def test_wear_rises_between_repairs_and_is_10_to_50_percent_at_most(seed):
    for history in histories(seed):
        if not history.wear:
            continue
        wear = history.wear_at(np.arange(N_HOURS + 1440))
        starts = [0, *(visit.start_h for visit in history.visits), len(wear)]
        assert all((np.diff(wear[a:b]) >= 0).all() for a, b in pairwise(starts))
        assert all(wear[visit.start_h] < 1e-3 < wear[visit.start_h - 1] for visit in history.visits)
        assert wear[:N_HOURS].max() > 0.1 and wear.max() <= MOST_WEAR
        assert wear[-1] > wear[N_HOURS - 1] > 0


@pytest.mark.parametrize("days", [28, 45, 182])
def test_repairs_lie_within_the_period_and_between_recordings(days):
    """Recordings are made at 8, 11, 14 and 17 o'clock."""
    size = FleetSize(n_motors=60, recordings_per_motor=days, days=days, fs_hz=2000.0, duration_s=1.0)
    for seed in range(5):
        for k, history in enumerate(histories(seed, 60, days * 24)):
            assert all(visit.start_h >= 0 and visit.start_h + visit.out_h < days * 24 for visit in history.visits)
            assert all(a.start_h + a.out_h < b.start_h for a, b in pairwise(history.visits))
            recorded = np.array([size.hour_of(k, i) for i in range(days)])
            assert not history.stands_at(recorded).any()


def test_a_visit_is_standstill_from_its_start_for_its_hours():
    history = ServiceHistory(visits=(Visit(3, 2, "repair", "", ""),))
    assert history.stands_at(np.arange(7)).tolist() == [False, False, False, True, True, False, False]


def test_production_changes_by_8_to_15_percent_a_step():
    shares = [h.duty_share_at(np.arange(N_HOURS)) for seed in range(10) for h in histories(seed) if h.steps]
    assert {len(np.unique(share)) for share in shares} == {2, 3}
    for share in shares:
        jumps = share[1:] / share[:-1]
        sizes = np.abs(jumps[jumps != 1] - 1)
        assert share[0] == 1 and ((sizes >= 0.08) & (sizes <= 0.15)).all()


def test_a_transducer_drifts_linearly_on_one_phase_and_is_right_again_after_its_recalibration():
    history = ServiceHistory(drift=Drift("S", 10, 20, 25, -0.04))
    gain = history.gain_at(np.array([0, 15, 20, 24, 25]))
    np.testing.assert_allclose(gain[:, 1], [1, 0.98, 0.96, 0.944, 1])
    assert (gain[:, [0, 2]] == 1).all()


@pytest.mark.parametrize("seed", range(10))
def test_drift_reaches_2_to_6_percent_and_one_of_two_is_recalibrated(seed):
    drifting = [h for h in histories(seed) if h.drift]
    assert [len(h.visits) for h in drifting] == [1, 0]
    for history in drifting:
        assert DRIFTS[0] <= abs(history.drift.error) <= DRIFTS[1]
        most = np.abs(history.gain_at(np.arange(N_HOURS)) - 1).max()
        assert most == pytest.approx(abs(history.drift.error), rel=1e-3)
        assert all(visit.kind == "planned" and visit.out_h == 0 for visit in history.visits)


def test_nothing_slow_happens_in_less_than_four_weeks():
    assert set(histories(n_hours=27 * 24)) == {ServiceHistory()}
    assert any(h.wear for h in histories(n_hours=28 * 24))


def test_same_seed_gives_the_same_history_and_another_seed_another():
    assert histories(1) == histories(1) != histories(2)
