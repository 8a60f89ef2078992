"""Changes of state: hand-made tracks whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from diagmod.models.state_changes import Changes, changes_of_recordings

NORMAL = 3 - 1j
SHORT = 6 + 8j  # 10 % of I1


def _track(ratio: np.ndarray | list[complex], recording: str = "a") -> pd.DataFrame:
    """Table sequence_track of one recording: half-overlapping windows of 0.1 s, ratio in percent."""
    return pd.DataFrame(
        {
            "recording_id": recording, "motor_id": "M01", "time_s": 0.05 * np.arange(len(ratio)),
            "length_s": 0.1, "i2_re": np.real(ratio), "i2_im": np.imag(ratio),
        }
    )  # fmt: skip


def _steps(*parts: tuple[complex, int]) -> list[complex]:
    return [value for value, n in parts for _ in range(n)]


def test_a_change_is_measured_from_the_recordings_own_normal_state():
    """The supply gives one recording 1 % more than the motor's other; the change stays 10 %."""
    other = _track(_steps((NORMAL, 99)), "b")
    faulty = _track(_steps((NORMAL + 1, 30), (NORMAL + 1 + SHORT, 40), (NORMAL + 1, 29)))
    found = changes_of_recordings(pd.concat([other, faulty]), change_pct=5.0)
    assert found["b"] == Changes(largest_pct=pytest.approx(0, abs=0.5))
    (change,) = found["a"].states
    assert change.ratio == pytest.approx(SHORT)
    assert change.seconds == pytest.approx(2.0)


def test_a_state_shorter_than_three_windows_is_the_edge_of_another_and_does_not_count():
    """4 windows at half overlap are 0.2 s, 8 are 0.4 s; three lengths of 0.1 s lie between."""
    short, long = (changes_of_recordings(_track(_steps((0, 50), (SHORT, n), (0, 40))), 5.0)["a"] for n in (4, 8))
    assert short.states == ()
    assert len(long.states) == 1


def test_mean_change_weighs_states_by_their_time():
    track = _track(_steps((0, 60), (10, 30), (20, 10)))
    assert changes_of_recordings(track, 5.0)["a"].mean == pytest.approx(12.5, abs=0.2)


def test_a_change_below_the_limit_is_none_but_its_size_is_kept():
    found = changes_of_recordings(_track(_steps((0, 60), (SHORT, 40))), change_pct=11.0)["a"]
    assert found.states == ()
    assert found.largest_pct == pytest.approx(6, abs=1)  # normal is the mean of both: 40 % of the way


def test_a_recording_that_differs_throughout_is_not_measured():
    """It may be faulty throughout or fed by another supply."""
    track = pd.concat([_track(_steps((0, 99)), "a"), _track(_steps((0, 99)), "b"), _track(_steps((SHORT, 99)), "c")])
    found = changes_of_recordings(track, 5.0)
    assert [found[key].unmeasured == "" for key in "abc"] == [True, True, False]
    assert "as another supply would do as well" in found["c"].unmeasured


def test_an_absent_phase_and_a_reversed_one_are_not_measured():
    assert "a phase is absent" in changes_of_recordings(_track([np.nan] * 99), 5.0)["a"].unmeasured
    assert "reverse order" in changes_of_recordings(_track([2000 + 0j] * 99), 5.0)["a"].unmeasured


@pytest.mark.parametrize("change_pct", [0.0, -1.0, float("nan")])
def test_limit_must_be_positive(change_pct):
    with pytest.raises(ValueError, match=r"change_pct must be positive, got .*; give it in percent of I1"):
        changes_of_recordings(_track([0j] * 99), change_pct)
