"""Back-test: only the past is seen, by methods of one series and of the fleet alike, and every motor is held out."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from diagmod.models.forecast.method import LEVELS
from diagmod.models.forecast.rolling_origin import BackTest, Protocol, back_test, folds_of, origins_of
from diagmod.models.forecast.series import TrendSeries

PROTOCOL = Protocol(horizon=5, n_origins=6, first_share=0.4, least_steps=20, n_folds=3, seed=1)


def series_of(motor="M01", n=100, quantity="rms_R", seed=0, **more):
    values = 10 + np.random.default_rng(seed).standard_normal(n)
    return TrendSeries(motor, quantity, "A", 24, np.datetime64("2026-01-05T00"), values, **more)


@dataclass
class Spy:
    """A method that repeats the last value and remembers what it was shown."""

    name: str
    seen: list = field(default_factory=list)

    def fit(self, training, progress=None):
        self.seen.append(("fit", [(s.motor_id, len(s)) for s in training]))
        return self

    def forecast(self, series, horizon):
        self.seen.append(("forecast", [(s.motor_id, len(s)) for s in series]))
        return np.array([np.full((len(LEVELS), horizon), s.values[-1]) for s in series])


@pytest.fixture
def spies():
    """Methods by name, with what they saw."""
    return {}


def maker(spies):
    def make(name, step_h, horizon):
        return spies.setdefault(name, Spy(name))

    return make


def test_origins_are_evenly_spread_and_leave_the_whole_horizon_after_them():
    at = (origins_of([series_of()], PROTOCOL) - np.datetime64("2026-01-05T00")) // np.timedelta64(24, "h")
    assert at.tolist() == [40, 51, 62, 73, 84, 95]


def test_without_room_for_a_horizon_there_is_no_origin():
    assert len(origins_of([series_of(n=24)], PROTOCOL)) == 0
    assert len(origins_of([], PROTOCOL)) == 0


def test_a_forecast_sees_the_past_alone_and_is_held_against_what_came(spies):
    one = series_of()
    test = back_test([one], PROTOCOL, ["naive"], maker(spies))
    assert [n for what, rows in spies["naive"].seen for _, n in rows if what == "forecast"] == [40, 51, 62, 73, 84, 95]
    np.testing.assert_array_equal(test.actual[0, 0], one.values[40:45])
    assert (test.quantiles["naive"][0, 2] == one.values[61]).all()


def test_changing_the_future_changes_no_forecast_made_before_it(spies):
    one = series_of()
    later = replace(one, values=np.concatenate([one.values[:62], 99 + one.values[62:]]))
    before = back_test([one], PROTOCOL, ["naive"], maker({})).quantiles["naive"]
    after = back_test([later], PROTOCOL, ["naive"], maker({})).quantiles["naive"]
    np.testing.assert_array_equal(before[0, :3], after[0, :3])
    assert (before[0, 3:] != after[0, 3:]).all()


def test_what_learns_from_the_fleet_never_sees_the_judged_motor_nor_the_time_of_its_block(spies):
    fleet = [series_of(f"M{k}", seed=k, quantity=q) for k in range(6) for q in ("rms_R", "rms_S")]
    test = back_test(fleet, PROTOCOL, ["tcn"], maker(spies))
    assert np.isfinite(test.quantiles["tcn"]).all()
    learnt = None
    for what, rows in spies["tcn"].seen:
        if what == "fit":
            learnt, until = {motor for motor, _ in rows}, max(n for _, n in rows)
            continue
        assert learnt.isdisjoint(motor for motor, _ in rows)
        assert until <= min(n for _, n in rows)
    firsts = {rows[0][1] for what, rows in spies["tcn"].seen if what == "fit"}
    assert firsts == {40, 51}


def test_a_fleet_of_one_motor_teaches_nobody(spies):
    test = back_test([series_of()], PROTOCOL, ["naive", "tcn"], maker(spies))
    assert np.isnan(test.quantiles["tcn"]).all()
    assert np.isfinite(test.quantiles["naive"]).all()


def test_after_a_repair_within_the_horizon_nothing_is_held_against_a_forecast():
    test = back_test([series_of(breaks=(42, 73))], PROTOCOL, ["naive"], maker({}))
    assert np.isfinite(test.actual[0, 0]).tolist() == [True, True, False, False, False]
    assert np.isnan(test.scale[0, 3])


def test_a_series_too_short_at_an_origin_has_no_forecast_there():
    late = replace(series_of("M02", n=50), start=np.datetime64("2026-02-24T00"))
    test = back_test([series_of(), late], PROTOCOL, ["naive"], maker({}))
    assert np.isfinite(test.scale[1]).tolist() == [False, False, False, True, True, True]
    assert np.isnan(test.quantiles["naive"][1, :3]).all()


def test_an_origin_is_judged_when_another_had_come_in_full():
    test = back_test([series_of()], PROTOCOL, ["naive"], maker({}))
    assert test.is_judged.tolist() == [False, True, True, True, True, True]
    assert test.ended_before[2].tolist() == [True, True, False, False, False, False]


def test_phases_of_a_motor_share_its_fold_and_folds_are_even():
    fold = folds_of(["M1", "M1", "M2", "M3", "M4", "M5", "M6"], 3, seed=5)
    assert sorted(fold) == ["M1", "M2", "M3", "M4", "M5", "M6"]
    assert sorted(np.bincount(list(fold.values())).tolist()) == [2, 2, 2]
    assert folds_of(["M1"], 3, seed=5) == {"M1": 0}


def test_no_series_make_an_empty_back_test():
    test = back_test([], PROTOCOL, ["naive"], maker({}))
    assert isinstance(test, BackTest)
    assert test.quantiles["naive"].shape == (0, 0, len(LEVELS), 5)
