"""Streams watched one by one: as few false alarms as stated whatever the distribution, and a change is found soon."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagmod.models.drift_streams import N_REFERENCE, changed_at, largest_sums, watch_streams


def _streams(values):
    n_motors, n = values.shape
    return pd.DataFrame(
        {
            "motor_id": np.repeat([f"M{k:02d}" for k in range(n_motors)], n),
            "started_at": np.tile(pd.date_range("2026-01-01", periods=n, tz="UTC", unit="us"), n_motors),
            "value": values.ravel(),
        }
    )


@pytest.mark.parametrize("name", ["normal", "heavy tails", "skewed"])
def test_streams_without_a_change_are_called_changed_as_seldom_as_stated(name):
    """1 % of 300 streams: 3 expected; 10 or more have a chance of 0.1 %."""
    rng = np.random.default_rng(0)
    draw = {"normal": rng.normal, "heavy tails": lambda size: rng.standard_t(3, size), "skewed": rng.exponential}[name]
    found = [watch_streams(_streams(draw(size=(60, 20))), "score", seed)["is_changed"].sum() for seed in range(5)]
    assert sum(found) < 10


def test_a_change_of_three_spreads_is_found_within_a_few_recordings():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(20, 30))
    values[:5, 12:] += 3.0
    values[5:8, 12:] -= 3.0
    found = watch_streams(_streams(values), "score", 0)
    assert found["is_changed"].tolist() == [True] * 8 + [False] * 12
    late = (found["changed_at"][:8] - pd.Timestamp("2026-01-13", tz="UTC")).dt.days
    assert late.between(0, 8).all()
    assert found["change"][:5].between(1.5, 6).all()
    assert found["change"][5:8].between(-6, -1.5).all()


def test_one_broken_recording_is_no_change():
    values = np.random.default_rng(2).normal(size=(10, 20))
    values[0, 12] = 1e6
    assert not watch_streams(_streams(values), "score", 0)["is_changed"].any()


@given(st.lists(st.floats(-5, 5), min_size=N_REFERENCE + 1, max_size=40), st.floats(0.5, 20))
def test_largest_sum_says_whether_the_test_of_river_speaks(values, limit):
    stream = np.array(values)
    largest = largest_sums(stream[None])[0]
    if abs(largest - limit) > 1e-6:
        assert (changed_at(stream, limit) is not None) == (largest > limit)


def test_short_constant_and_undated_streams_are_not_judged():
    rows = pd.concat(
        [
            _streams(np.arange(5.0)[None]).assign(motor_id="short"),
            _streams(np.full((1, 20), 3.0)).assign(motor_id="constant"),
            _streams(np.full((1, 3), np.nan)).assign(motor_id="unknown"),
        ]
    )
    found = watch_streams(rows, "score", 0).set_index("motor_id")
    assert not found["is_judged"].any()
    assert found["n"].to_dict() == {"constant": 20, "short": 5}
    assert watch_streams(rows.head(0), "score", 0).empty


def test_same_seed_same_table_and_order_of_rows_does_not_matter():
    rows = _streams(np.random.default_rng(3).normal(size=(5, 20)))
    mixed = rows.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(watch_streams(rows, "score", 0), watch_streams(mixed, "score", 0))


def test_a_share_that_cannot_be_kept_is_refused():
    with pytest.raises(ValueError, match=r"must lie between 0\.005 and 1, got 0"):
        watch_streams(_streams(np.zeros((1, 10))), "score", 0, false_alarm_share=0.0)
